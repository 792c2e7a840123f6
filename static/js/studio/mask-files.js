/** Masks as files, made and read in the worker. One row of tiles crosses at a time, so nothing waits long. */

import { unwrapSlots, wrapSlots } from "./mask-transport.js";

/** @typedef {import("./mask/tiles.js").TileMask} TileMask */
/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./mask-transport.js").Order} Order */
/** @typedef {import("./mask-transport.js").Reply} Reply */

export class MaskFiles {
  /** @type {Worker | null} */
  #worker = null;
  #nextId = 1;
  /** @type {Map<number, {resolve: (reply: Reply) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();

  /**
   * Writes the mask as it is now; painting may go on meanwhile.
   * @param {TileMask} mask no step may be open
   * @returns {Promise<Blob>} 8-bit grey PNG, 255 = edit
   */
  async write(mask) {
    const { width, height, columns, rows } = mask;
    const slots = mask.slots.slice();
    const id = this.#nextId++;
    await this.#ask({ id, kind: "begin", width, height });
    for (let row = 0; row < rows; row++) {
      const part = wrapSlots(slots.slice(row * columns, (row + 1) * columns));
      await this.#ask({ id, kind: "tiles", slots: part });
    }
    const { file } = await this.#ask({ id, kind: "finish" });
    if (!file) throw new Error("The mask could not be written.");
    return file;
  }

  /**
   * @param {string} url of a kept mask
   * @returns {Promise<{width: number, height: number, slots: Slot[]}>}
   */
  async read(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error("The mask could not be fetched.");
    return this.decode(new Uint8Array(await response.arrayBuffer()));
  }

  /**
   * @param {Uint8Array} file
   * @returns {Promise<{width: number, height: number, slots: Slot[]}>}
   */
  async decode(file) {
    const { mask } = await this.#ask({ id: this.#nextId++, kind: "read", file });
    if (!mask) throw new Error("The mask could not be read.");
    return { ...mask, slots: unwrapSlots(mask.slots) };
  }

  /**
   * @param {Order} order
   * @returns {Promise<Reply>}
   */
  #ask(order) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(order.id, { resolve, reject });
      this.#start().postMessage(order);
    });
  }

  #start() {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./mask-worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => this.#answered(data);
    worker.onerror = () => this.#failAll();
    this.#worker = worker;
    return worker;
  }

  /** @param {Reply} reply */
  #answered(reply) {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.error) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply);
  }

  #failAll() {
    for (const { reject } of this.#waiting.values()) {
      reject(new Error("The part of the page that writes masks did not start. Reload the page."));
    }
    this.#waiting.clear();
    this.#worker?.terminate();
    this.#worker = null;
  }
}
