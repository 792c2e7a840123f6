/** How tiles travel between page and worker: empty and full ones as a word, others as copies. */

import { FULL } from "./mask/tiles.js";

/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./mask/reshaping.js").Manner} Manner */
/** @typedef {Uint8Array | "full" | null} WrappedSlot */

/**
 * @typedef {{id: number, kind: "begin", width: number, height: number}
 *   | {id: number, kind: "tiles", slots: WrappedSlot[]}
 *   | {id: number, kind: "finish"}
 *   | {id: number, kind: "read", file: Uint8Array}
 *   | {id: number, kind: "lay", width: number, height: number, manner: Manner}
 *   | {id: number, kind: "lay-tiles", from: number, slots: WrappedSlot[]}
 *   | {id: number, kind: "reshape", row: number}
 *   | {id: number, kind: "forget"}} Order
 */

/**
 * @typedef {object} Reply
 * @property {number} id
 * @property {Blob} [file]
 * @property {{width: number, height: number, slots: WrappedSlot[]}} [mask]
 * @property {{index: number, slot: WrappedSlot}[]} [changed]
 * @property {string} [error]
 */

/**
 * @param {Slot[]} slots
 * @returns {WrappedSlot[]}
 */
export function wrapSlots(slots) {
  return slots.map((slot) => (slot === FULL ? "full" : slot));
}

/**
 * @param {WrappedSlot[]} slots
 * @returns {Slot[]}
 */
export function unwrapSlots(slots) {
  return slots.map((slot) => (slot === "full" ? FULL : slot));
}
