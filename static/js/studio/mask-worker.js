/** The one worker: writes and reads mask files, away from the thread that paints. */

import { readGreyPng } from "./mask/png-reader.js";
import { GreyPngWriter } from "./mask/png.js";
import { unwrapSlots, wrapSlots } from "./mask-transport.js";

/** @typedef {import("./mask-transport.js").Order} Order */
/** @typedef {import("./mask-transport.js").Reply} Reply */

const port = /** @type {{onmessage: (event: MessageEvent<Order>) => void, postMessage: (reply: Reply) => void}} */ (
  /** @type {unknown} */ (globalThis)
);
/** @type {Map<number, GreyPngWriter>} */
const writers = new Map();

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
  } else {
    const mask = await readGreyPng(order.file);
    return { mask: { width: mask.width, height: mask.height, slots: wrapSlots(mask.slots) } };
  }
  return {};
}

port.onmessage = async ({ data }) => {
  try {
    port.postMessage({ id: data.id, ...(await obey(data)) });
  } catch (error) {
    writers.delete(data.id);
    port.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) });
  }
};
