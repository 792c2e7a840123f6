/** The difference map of what is in sight: drawn twice in small canvases, compared in a worker. */

import { drawLevel } from "../drawing.js";
import { inPlaceOf } from "../view.js";

/** @typedef {import("./desk.js").Side} Side */
/** @typedef {import("../view.js").Size} Size */
/** @typedef {import("../view.js").View} View */

/** No more pixels than this are compared at once; a finer screen gets a coarser map. */
const MOST_PIXELS = 1_500_000;
/** Packing a preview changes its pixels by about this much. */
const PREVIEW_FLOOR = 12;

export class DifferenceMap {
  /** @type {Worker | null} */
  #worker = null;
  #id = 0;
  #isBusy = false;
  /** @type {(() => void) | null} */
  #next = null;
  #tell;
  /** @type {HTMLCanvasElement[]} */
  #canvases = [document.createElement("canvas"), document.createElement("canvas")];

  /** @param {(map: ImageData, share: number, isExact: boolean) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /**
   * @param {[Side, Side]} pair
   * @param {{size: Size, view: View, density: number, picture: Size, amplify: number}} table
   */
  ask(pair, table) {
    // The newest wish is the one that counts; what is under way is finished first.
    if (this.#isBusy) this.#next = () => this.ask(pair, table);
    else this.#order(pair, table);
  }

  /** Ends the worker and gives back what it held. */
  close() {
    this.#worker?.terminate();
    this.#worker = null;
    this.#isBusy = false;
    this.#next = null;
    for (const canvas of this.#canvases) canvas.width = canvas.height = 1;
  }

  /**
   * @param {[Side, Side]} pair
   * @param {{size: Size, view: View, density: number, picture: Size, amplify: number}} table
   */
  #order(pair, { size, view, density, picture, amplify }) {
    const wanted = size.width * size.height * density * density;
    const fine = density * Math.min(1, Math.sqrt(MOST_PIXELS / wanted));
    const [width, height] = [Math.max(1, Math.round(size.width * fine)), Math.max(1, Math.round(size.height * fine))];
    let isExact = true;
    const [before, after] = pair.map((side, i) => {
      const canvas = this.#canvases[i];
      [canvas.width, canvas.height] = [width, height];
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
      const placed = inPlaceOf(view, side.size, picture);
      const level = side.levels.finestFor(placed.scale * density);
      isExact &&= side.levels.isFull(level);
      const inside = { scale: placed.scale * fine, x: placed.x * fine, y: placed.y * fine };
      if (level) drawLevel(context, level, inside, side.size);
      return context.getImageData(0, 0, width, height).data.buffer;
    });
    this.#isBusy = true;
    this.#start(width, height, isExact).postMessage(
      { id: ++this.#id, before, after, amplify, floor: isExact ? 0 : PREVIEW_FLOOR },
      [before, after],
    );
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {boolean} isExact
   */
  #start(width, height, isExact) {
    this.#worker ??= new Worker(new URL("./difference-worker.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }) => {
      this.#isBusy = false;
      this.#tell(new ImageData(new Uint8ClampedArray(data.map), width, height), data.share, isExact);
      const next = this.#next;
      this.#next = null;
      next?.();
    };
    return this.#worker;
  }
}
