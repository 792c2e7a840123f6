/** Gets the small layers of results from the server, each once, and unpacks them. */

import { unpack } from "./planes.js";

/** @typedef {import("./types.js").Layers} Layers */
/** @typedef {import("./types.js").Laid} Laid */
/** @typedef {import("./types.js").PackedLaid} PackedLaid */
/** @typedef {import("./types.js").PackedLayers} PackedLayers */
/** @typedef {import("./types.js").Offered} Offered */
/** @typedef {import("./blending.js").Pixels} Pixels */
/** @typedef {{width: number, height: number}} Size */

export class LayerFetcher {
  /** @type {Map<number, Offered>} */
  #offered;
  /** @type {Map<number, Promise<Layers>>} */
  #asked = new Map();

  /** @param {Offered[]} results */
  constructor(results) {
    this.#offered = new Map(results.map((result) => [result.id, result]));
  }

  /**
   * @param {number} id of a result
   * @returns {Promise<Layers>} fails with a sentence for people
   */
  get(id) {
    const asked = this.#asked.get(id) ?? this.#fetch(id);
    this.#asked.set(id, asked);
    asked.catch(() => this.#asked.delete(id));
    return asked;
  }

  /** @param {number} id */
  async #fetch(id) {
    const response = await fetch(this.#offered.get(id)?.layers_url ?? "", {
      headers: { Accept: "application/json" },
    }).catch(() => null);
    const json = response?.headers.get("Content-Type")?.startsWith("application/json");
    const packed = json ? /** @type {PackedLayers} */ (await response?.json()) : null;
    if (packed?.error) throw new Error(packed.error);
    if (!response?.ok || !packed) {
      throw new Error("The layers of this edit could not be fetched. Reload the page to try again.");
    }
    return unpacked(packed);
  }
}

/**
 * @param {PackedLayers} packed
 * @returns {Promise<Layers>}
 */
async function unpacked(packed) {
  const [width, height] = packed.size;
  const size = { width, height };
  const [left, top, right, bottom] = packed.box;
  const boxSize = { width: right - left, height: bottom - top };
  const [came, undone, areas, found] = await Promise.all([
    laid(packed.came, boxSize),
    packed.undone && laid(packed.undone, boxSize),
    packed.areas && unpackedAreas(packed.areas, size),
    packed.found && unpackedFound(packed.found),
  ]);
  const box = { left, top, right, bottom };
  const driftSentence = packed.drift_sentence;
  return { size, box, came, undone, driftSentence, fadesAlpha: packed.fades_alpha, areas, found };
}

/**
 * @param {NonNullable<PackedLayers["areas"]>} areas
 * @param {Size} size
 */
async function unpackedAreas(areas, size) {
  const [mask, numbers] = await Promise.all([unpack(areas.mask, size), unpack(areas.numbers, size)]);
  return { mask, numbers: numbers.values, sizes: areas.sizes, gathersRest: areas.gathers_rest };
}

/** @param {NonNullable<PackedLayers["found"]>} found */
async function unpackedFound({ size: [width, height], levels, heat, usual, shares }) {
  const size = { width, height };
  const planes = await Promise.all([unpack(levels, size), unpack(heat, size)]);
  return { levels: planes[0], heat: planes[1], usual, shares };
}

/**
 * @param {PackedLaid} packed
 * @param {Size} size
 * @returns {Promise<Laid>}
 */
async function laid({ image, colour }, size) {
  const element = new Image();
  element.src = image;
  await element.decode();
  return { pixels: pixelsOf(element, size), colour };
}

/**
 * The pixels of an image at a size.
 * @param {CanvasImageSource} image
 * @param {Size} size
 * @returns {Pixels}
 */
export function pixelsOf(image, { width, height }) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser draws no canvas.");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
