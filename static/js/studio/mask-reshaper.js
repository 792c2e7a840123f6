/** Grows, shrinks and feathers the mask in the worker; a row of tiles crosses at a time, so nothing waits long. */

import { MaskPort } from "./mask-port.js";
import { unwrapSlots, wrapSlots } from "./mask-transport.js";

/** @typedef {import("./mask/reshaping.js").Manner} Manner */
/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./mask/tiles.js").TileMask} TileMask */

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
    for (let row = 0; row < rows; row++) {
      const laid = wrapSlots(slots.slice(row * columns, (row + 1) * columns));
      await this.#port.ask({ id, kind: "lay-tiles", row, slots: laid });
    }
    for (let row = 0; row < rows && !signal.aborted; row++) {
      const reply = await this.#port.ask({ id, kind: "reshape", row });
      for (const { index, slot } of reply.changed ?? []) changed.push({ index, slot: unwrapSlots([slot])[0] });
    }
    await this.#port.ask({ id, kind: "forget" });
    if (signal.aborted || !changed.length) return null;
    return (target) => changed.forEach(({ index, slot }) => target.put(index, slot));
  }
}
