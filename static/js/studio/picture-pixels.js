/**
 * Asks the worker that knows the picture's pixels. It starts, and the pixels are fetched, when a tool
 * first needs them; when none has for a while they are let go again.
 */

import { unwrapSlots, wrapSlots } from "./mask-transport.js";

/** @typedef {import("./mask/box.js").Box} Box */
/** @typedef {import("./mask/importing.js").Reading} Reading */
/** @typedef {import("./mask/plane.js").Plane} Plane */
/** @typedef {import("./mask/rough.js").Rough} Rough */
/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./pixel-worker.js").PixelOrder} PixelOrder */
/** @typedef {import("./pixel-worker.js").PixelReply} PixelReply */
/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {{slots: Slot[], readings: Reading[], from: {width: number, height: number}}} Imported */

/** So many pixels are looked at; larger pictures are taken smaller, and what is found is scaled. */
const MOST_PIXELS = 12e6;
const MOST_ON_SMALL_MACHINES = 4e6;
const SMALL_MACHINE_GB = 4;
/** Four bytes a pixel are worth giving back after so many milliseconds. */
const LET_GO_AFTER = 180_000;

export class PicturePixels {
  #picture;
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Promise<unknown> | null} */
  #loading = null;
  #nextId = 1;
  #idleTimer = 0;
  /** @type {Map<number, {resolve: (reply: PixelReply) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  /** Whether a tool would have to wait for the picture. */
  isThere = false;

  /** @param {Picture} picture */
  constructor(picture) {
    this.#picture = picture;
  }

  /** Fetches the pixels, once. Asks again only after a failure. */
  load() {
    const { full_url: url, width, height } = this.#picture;
    const memory = /** @type {{deviceMemory?: number}} */ (navigator).deviceMemory ?? SMALL_MACHINE_GB;
    const most = memory < SMALL_MACHINE_GB ? MOST_ON_SMALL_MACHINES : MOST_PIXELS;
    this.#loading ??= this.#ask({ kind: "load", url: new URL(url, location.href).href, size: { width, height }, most }).then(
      () => (this.isThere = true),
      (error) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /**
   * @param {{x: number, y: number}} place picture pixels
   * @param {{tolerance: number, contiguous: boolean, within?: Slot[] | null}} how
   * @returns {Promise<Slot[]>}
   */
  async wand({ x, y }, { tolerance, contiguous, within = null }) {
    await this.load();
    const inside = within && wrapSlots(within);
    return slotsOf(await this.#ask({ kind: "wand", x, y, tolerance, contiguous, within: inside }));
  }

  /**
   * @param {Rough} rough
   * @returns {Promise<{slots: Slot[], found: Plane}>}
   */
  async snap(rough) {
    await this.load();
    return laid(await this.#ask({ kind: "snap", rough }));
  }

  /**
   * @param {Plane} plane
   * @returns {Promise<Blob>} grey PNG
   */
  async write(plane) {
    const { file } = await this.#ask({ kind: "write", plane });
    if (!file) throw new Error("The selection could not be written.");
    return file;
  }

  /**
   * @param {Uint8Array} file grey PNG
   * @param {Box} box the part of the picture that it covers
   * @returns {Promise<{slots: Slot[], found: Plane}>}
   */
  async lay(file, box) {
    await this.load();
    return laid(await this.#ask({ kind: "lay", file, box }));
  }

  /**
   * @param {Blob} file
   * @param {Reading | null} reading null = by what the file holds
   * @returns {Promise<Imported>}
   */
  async importMask(file, reading) {
    const { width, height } = this.#picture;
    const reply = await this.#ask({ kind: "import", file, size: { width, height }, reading });
    return { slots: slotsOf(reply), readings: reply.readings ?? [], from: reply.from ?? { width, height } };
  }

  /**
   * @param {PixelOrder} order
   * @returns {Promise<PixelReply>}
   */
  #ask(order) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#start().postMessage({ ...order, id });
      clearTimeout(this.#idleTimer);
    });
  }

  #start() {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./pixel-worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => this.#answered(data);
    worker.onerror = () => this.#letGo("The part of the page that reads pixels did not start. Reload the page.");
    this.#worker = worker;
    return worker;
  }

  /** @param {PixelReply} reply */
  #answered(reply) {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.error) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply);
    if (this.#waiting.size) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = window.setTimeout(() => this.#letGo("The picture’s pixels were let go. Try again."), LET_GO_AFTER);
  }

  /** @param {string} sentence for those who wait for an answer */
  #letGo(sentence) {
    this.#worker?.terminate();
    this.#worker = null;
    this.#loading = null;
    this.isThere = false;
    for (const { reject } of this.#waiting.values()) reject(new Error(sentence));
    this.#waiting.clear();
  }
}

/** @param {PixelReply} reply */
function slotsOf({ slots }) {
  if (!slots) throw new Error("Nothing could be selected there.");
  return unwrapSlots(slots);
}

/** @param {PixelReply} reply */
function laid(reply) {
  const { found } = reply;
  if (!found) throw new Error("Nothing could be selected there.");
  return { slots: slotsOf(reply), found };
}
