/** The worker that knows the picture's pixels: wand, edges, and masks in other people's files. */

import { floodFrom, tidy } from "./mask/flood.js";
import { fitted, hasSameShape, readInto, readingsOf, swapped } from "./mask/importing.js";
import { emptyPlane, planeOf, tilesOf } from "./mask/plane.js";
import { GreyPngWriter } from "./mask/png.js";
import { readGreyPng } from "./mask/png-reader.js";
import { partOf } from "./mask/rough.js";
import { snapToEdges } from "./mask/snapping.js";
import { FULL, TILE, TILE_SHIFT } from "./mask/tiles.js";
import { selectLike } from "./mask/wand.js";
import { unwrapSlots, wrapSlots } from "./mask-transport.js";

/** @typedef {import("./mask/box.js").Box} Box */
/** @typedef {import("./mask/importing.js").Reading} Reading */
/** @typedef {import("./mask/plane.js").Plane} Plane */
/** @typedef {import("./mask/plane.js").Size} Size */
/** @typedef {import("./mask/rough.js").Rough} Rough */
/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./mask/wand.js").Pixels} Pixels */
/** @typedef {import("./mask-transport.js").WrappedSlot} WrappedSlot */

/**
 * @typedef {object} WandOrder places are picture pixels
 * @property {"wand"} kind
 * @property {number} x
 * @property {number} y
 * @property {number} tolerance
 * @property {boolean} contiguous
 * @property {WrappedSlot[] | null} within tiles in which to stay
 */

/**
 * @typedef {{kind: "load", url: string, size: Size, most: number}
 *   | WandOrder
 *   | {kind: "snap", rough: Rough}
 *   | {kind: "write", plane: Plane}
 *   | {kind: "lay", file: Uint8Array, box: Box}
 *   | {kind: "import", file: Blob, size: Size, reading: Reading | null}} PixelOrder
 */

/**
 * @typedef {object} PixelReply
 * @property {number} id
 * @property {WrappedSlot[]} [slots]
 * @property {Plane} [found]
 * @property {Blob} [file]
 * @property {Reading[]} [readings] how the file may be read, the one that was taken first
 * @property {Size} [from] the size of the imported file
 * @property {string} [error]
 */

/** Holes and specks of up to this share of the pixels are the picture's noise. */
const NOISE_SHARE = 4e-6;
const LEAST_NOISE = 6;

const port = /** @type {{onmessage: (event: MessageEvent<PixelOrder & {id: number}>) => void, postMessage: (reply: PixelReply, owned: ArrayBufferLike[]) => void}} */ (
  /** @type {unknown} */ (globalThis)
);
/** @type {Size} */
let picture = { width: 1, height: 1 };
/** @type {Promise<Pixels> | null} */
let loading = null;

/**
 * @param {string} url
 * @param {number} most pixels that are kept
 * @returns {Promise<Pixels>}
 */
async function load(url, most) {
  const response = await fetch(url);
  if (!response.ok) throw new Error("The picture could not be fetched. Try again in a moment.");
  const bitmap = await createImageBitmap(await response.blob());
  const scale = Math.min(1, Math.sqrt(most / (picture.width * picture.height)));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const context = drawing(width, height);
  context.imageSmoothingQuality = "medium";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/**
 * @param {number} width
 * @param {number} height
 */
function drawing(width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser cannot read the picture's pixels.");
  return context;
}

/** @returns {Promise<Pixels>} */
function loaded() {
  if (!loading) throw new Error("The picture's pixels were not asked for.");
  return loading;
}

/** @param {WandOrder} order */
async function wand({ x, y, tolerance, contiguous, within }) {
  const pixels = await loaded();
  const scale = pixels.width / picture.width;
  const place = {
    x: Math.min(pixels.width - 1, Math.floor(x * scale)),
    y: Math.min(pixels.height - 1, Math.floor(y * scale)),
  };
  const inside = within && barrier(unwrapSlots(within), pixels);
  const plane = selectLike(pixels, { ...place, tolerance, contiguous, within: inside });
  const keep = place.y * pixels.width + place.x;
  tidy(plane, Math.max(LEAST_NOISE, Math.round(plane.data.length * NOISE_SHARE)), keep);
  // Closing holes must not reach over the paint that the area is bounded by.
  const whole = inside ? floodFrom({ ...plane, data: plane.data.map((value, i) => value & inside[i]) }, keep) : plane;
  return { slots: tilesOf(whole, picture, { smooth: true }) };
}

/**
 * Tiles at the size of the pixels.
 * @param {Slot[]} slots
 * @param {Size} size
 */
function barrier(slots, size) {
  const columns = Math.ceil(picture.width / TILE);
  const plane = emptyPlane(size.width, size.height);
  for (let y = 0; y < size.height; y++) {
    const py = Math.floor(((y + 0.5) * picture.height) / size.height);
    for (let x = 0; x < size.width; x++) {
      const px = Math.floor(((x + 0.5) * picture.width) / size.width);
      const slot = slots[(py >> TILE_SHIFT) * columns + (px >> TILE_SHIFT)];
      if (slot) plane.data[y * size.width + x] = slot[((py & (TILE - 1)) << TILE_SHIFT) | (px & (TILE - 1))];
    }
  }
  return plane.data;
}

/** @param {Rough} rough */
async function snap({ box, known }) {
  const found = snapToEdges(partOf(await loaded(), picture, box, known), known);
  return { slots: tilesOf(found, picture, { box }), found };
}

/** @param {Plane} plane */
async function write(plane) {
  const writer = new GreyPngWriter(plane.width, plane.height);
  const slots = tilesOf(plane, plane);
  const columns = Math.ceil(plane.width / TILE);
  for (let at = 0; at < slots.length; at += columns) await writer.addTileRow(slots.slice(at, at + columns));
  return { file: await writer.finish() };
}

/**
 * @param {Uint8Array} file
 * @param {Box} box
 */
async function lay(file, box) {
  const found = planeOf(await readGreyPng(file));
  return { slots: tilesOf(found, picture, { box }), found };
}

/**
 * @param {Blob} file
 * @param {Reading | null} reading
 */
async function importMask(file, reading) {
  const kept = await readGreyPng(new Uint8Array(await file.arrayBuffer())).catch(() => null);
  if (kept) {
    check(kept);
    const plane = planeOf(kept);
    const slots = fitted(reading === "black" ? swapped(plane) : plane, picture);
    return { slots, readings: inFront(reading, ["white", "black"]), from: { width: kept.width, height: kept.height } };
  }
  const bitmap = await createImageBitmap(file, { premultiplyAlpha: "none", colorSpaceConversion: "none" }).catch(() => null);
  if (!bitmap) throw new Error("This file cannot be read as a picture. A mask is a PNG, WebP or JPEG file.");
  const from = { width: bitmap.width, height: bitmap.height };
  check(from);
  const readings = inFront(reading, readingsOf(sampleOf(bitmap)));
  const plane = readBitmap(bitmap, readings[0], file.type !== "image/png");
  bitmap.close();
  return { slots: fitted(plane, picture), readings, from };
}

/**
 * @param {Reading | null} reading
 * @param {Reading[]} readings
 * @returns {Reading[]}
 */
function inFront(reading, readings) {
  return reading ? [reading, ...readings.filter((other) => other !== reading)] : readings;
}

/** @param {Size} size */
function check({ width, height }) {
  if (hasSameShape({ width, height }, picture)) return;
  throw new Error(
    `This mask is ${width} × ${height} pixels, the picture ${picture.width} × ${picture.height}. ` +
      "A mask must have the picture’s shape; its size may be another one.",
  );
}

/** @param {ImageBitmap} bitmap */
function sampleOf(bitmap) {
  const side = 256;
  const context = drawing(side, side);
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, side, side);
  return context.getImageData(0, 0, side, side).data;
}

/**
 * By strips, so that a large file never stands here unpacked a second time.
 * @param {ImageBitmap} bitmap
 * @param {Reading} reading
 * @param {boolean} isLossy
 */
function readBitmap(bitmap, reading, isLossy) {
  const { width, height } = bitmap;
  const plane = emptyPlane(width, height);
  const context = drawing(width, TILE);
  for (let top = 0; top < height; top += TILE) {
    const rows = Math.min(TILE, height - top);
    context.clearRect(0, 0, width, TILE);
    context.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    readInto(plane, top, context.getImageData(0, 0, width, rows).data, reading, isLossy);
  }
  return plane;
}

/**
 * @param {PixelOrder} order
 * @returns {Promise<Omit<PixelReply, "id" | "slots"> & {slots?: Slot[]}>}
 */
async function obey(order) {
  if (order.kind === "load") {
    picture = order.size;
    loading = load(order.url, order.most);
    await loading;
    return {};
  }
  if (order.kind === "wand") return wand(order);
  if (order.kind === "snap") return snap(order.rough);
  if (order.kind === "write") return write(order.plane);
  if (order.kind === "lay") return lay(order.file, order.box);
  picture = order.size;
  return importMask(order.file, order.reading);
}

port.onmessage = async ({ data }) => {
  try {
    const { slots, ...reply } = await obey(data);
    const owned = slots?.flatMap((slot) => (slot && slot !== FULL ? [slot.buffer] : [])) ?? [];
    port.postMessage({ id: data.id, ...reply, ...(slots && { slots: wrapSlots(slots) }) }, owned);
  } catch (error) {
    if (data.kind === "load") loading = null;
    port.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) }, []);
  }
};
