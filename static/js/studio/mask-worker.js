/** The worker of masks: writes and reads their files, and reshapes them, away from the thread that paints. */

import { readGreyPng } from "./mask/png-reader.js";
import { GreyPngWriter } from "./mask/png.js";
import { Reshaping } from "./mask/reshaping.js";
import { TileMask } from "./mask/tiles.js";
import { unwrapSlots, wrapSlots } from "./mask-transport.js";

/** @typedef {import("./mask-transport.js").Order} Order */
/** @typedef {import("./mask-transport.js").Reply} Reply */

const port = /** @type {{onmessage: (event: MessageEvent<Order>) => void, postMessage: (reply: Reply, transfer?: Transferable[]) => void}} */ (
  /** @type {unknown} */ (globalThis)
);
/** @type {Map<number, GreyPngWriter>} */
const writers = new Map();
/** @type {Map<number, {tiles: TileMask, reshaping: Reshaping}>} */
const laid = new Map();

/**
 * @param {Order} order
 * @returns {Promise<Omit<Reply, "id">>}
 */
async function obey(order) {
  if (order.kind === "begin") writers.set(order.id, new GreyPngWriter(order.width, order.height));
  else if (order.kind === "tiles") await writers.get(order.id)?.addTileRow(unwrapSlots(order.slots));
  else if (order.kind === "finish") {
    const file = await writers.get(order.id)?.finish();
    writers.delete(order.id);
    return { file };
  } else if (order.kind === "lay") {
    const tiles = new TileMask(order.width, order.height);
    laid.set(order.id, { tiles, reshaping: new Reshaping(tiles, order.manner) });
  } else if (order.kind === "lay-tiles") {
    const tiles = laid.get(order.id)?.tiles;
    unwrapSlots(order.slots).forEach((slot, i) => tiles && (tiles.slots[order.from + i] = slot));
  } else if (order.kind === "reshape") return { changed: reshapeRow(order.id, order.row) };
  else if (order.kind === "forget") laid.delete(order.id);
  else {
    const mask = await readGreyPng(order.file);
    return { mask: { width: mask.width, height: mask.height, slots: wrapSlots(mask.slots) } };
  }
  return {};
}

/**
 * @param {number} id
 * @param {number} row
 */
function reshapeRow(id, row) {
  /** @type {{index: number, slot: import("./mask-transport.js").WrappedSlot}[]} */
  const changed = [];
  const work = laid.get(id);
  if (!work) return changed;
  const { columns } = work.tiles;
  for (let column = 0; column < columns; column++) {
    const slot = work.reshaping.tile(column, row);
    if (slot !== undefined) changed.push({ index: row * columns + column, slot: wrapSlots([slot])[0] });
  }
  return changed;
}

port.onmessage = async ({ data }) => {
  try {
    const reply = await obey(data);
    const made = reply.changed?.flatMap(({ slot }) => (slot instanceof Uint8Array ? [slot.buffer] : []));
    port.postMessage({ id: data.id, ...reply }, made ?? []);
  } catch (error) {
    writers.delete(data.id);
    laid.delete(data.id);
    port.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) });
  }
};
