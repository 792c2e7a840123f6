/** Grows, shrinks and feathers the mask in the worker; few tiles cross at a time, so nothing waits long. */

import { FULL } from "./mask/tiles.js";
import { MaskPort } from "./mask-port.js";
import { unwrapSlots, wrapSlots } from "./mask-transport.js";

/** @typedef {import("./mask/reshaping.js").Manner} Manner */
/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./mask/tiles.js").TileMask} TileMask */

/** Tiles that are copied in one go: some milliseconds. */
const MOST_COPIED = 64;

export class MaskReshaper {
  #port = new MaskPort();

  /**
   * @param {TileMask} mask no step may be open, and none may begin meanwhile
   * @param {Manner} manner
   * @param {AbortSignal} signal
   * @returns {Promise<((mask: TileMask) => void) | null>} what puts the new tiles in; null when none has changed
   */
  async reshape(mask, manner, signal) {
    const { width, height, columns, rows, slots } = mask;
    const id = this.#port.nextId();
    /** @type {{index: number, slot: Slot}[]} */
    const changed = [];
    await this.#port.ask({ id, kind: "lay", width, height, manner });
    for (let from = 0; from < slots.length; ) {
      const part = slots.slice(from, endOfPart(slots, from));
      await this.#port.ask({ id, kind: "lay-tiles", from, slots: wrapSlots(part) });
      from += part.length;
    }
    for (let row = 0; row < rows && !signal.aborted; row++) {
      if (isEvenRow(slots, columns, row)) continue;
      const reply = await this.#port.ask({ id, kind: "reshape", row });
      for (const { index, slot } of reply.changed ?? []) changed.push({ index, slot: unwrapSlots([slot])[0] });
    }
    await this.#port.ask({ id, kind: "forget" });
    if (signal.aborted || !changed.length) return null;
    return (target) => changed.forEach(({ index, slot }) => target.put(index, slot));
  }
}

/**
 * @param {readonly Slot[]} slots
 * @param {number} from
 */
function endOfPart(slots, from) {
  let copied = 0;
  for (let end = from; end < slots.length; end++) {
    if (slots[end] && slots[end] !== FULL && ++copied === MOST_COPIED) return end + 1;
  }
  return slots.length;
}

/**
 * Whether a row of tiles is empty or full, and so are both beside it: nothing can become of it.
 * @param {readonly Slot[]} slots
 * @param {number} columns
 * @param {number} row
 */
export function isEvenRow(slots, columns, row) {
  const [own] = slots.slice(row * columns, row * columns + 1);
  if (own !== null && own !== FULL) return false;
  return slots.slice(Math.max(0, row - 1) * columns, (row + 2) * columns).every((slot) => slot === own);
}
