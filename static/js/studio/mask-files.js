/** Masks as files, made and read in the worker. One row of tiles crosses at a time, so nothing waits long. */

import { bytesOf } from "./carried.js";
import { MaskPort } from "./mask-port.js";
import { unwrapSlots, wrapSlots } from "./mask-transport.js";

/** @typedef {import("./mask/tiles.js").TileMask} TileMask */
/** @typedef {import("./mask/tiles.js").Slot} Slot */

export class MaskFiles {
  #port = new MaskPort();

  /** Starts the worker now: without a connection it could not be fetched any more. */
  prepare() {
    this.#port.prepare();
  }

  /**
   * Writes the mask as it is now; painting may go on meanwhile.
   * @param {TileMask} mask no step may be open
   * @returns {Promise<Blob>} 8-bit grey PNG, 255 = edit
   */
  async write(mask) {
    const { width, height, columns, rows } = mask;
    const slots = mask.slots.slice();
    const id = this.#port.nextId();
    await this.#port.ask({ id, kind: "begin", width, height });
    for (let row = 0; row < rows; row++) {
      const part = wrapSlots(slots.slice(row * columns, (row + 1) * columns));
      await this.#port.ask({ id, kind: "tiles", slots: part });
    }
    const { file } = await this.#port.ask({ id, kind: "finish" });
    if (!file) throw new Error("The mask could not be written.");
    return file;
  }

  /**
   * @param {string} url of a kept mask, or one that came along
   * @returns {Promise<{width: number, height: number, slots: Slot[]}>}
   */
  async read(url) {
    if (url.startsWith("data:")) return this.decode(bytesOf(url));
    const response = await fetch(url);
    if (!response.ok) throw new Error("The mask could not be fetched.");
    return this.decode(new Uint8Array(await response.arrayBuffer()));
  }

  /**
   * @param {Uint8Array} file
   * @returns {Promise<{width: number, height: number, slots: Slot[]}>}
   */
  async decode(file) {
    const { mask } = await this.#port.ask({ id: this.#port.nextId(), kind: "read", file });
    if (!mask) throw new Error("The mask could not be read.");
    return { ...mask, slots: unwrapSlots(mask.slots) };
  }
}
