/** A rectangle drawn from corner to corner; Shift makes it a square. Fills when the hand lets go. */

import { fillBox } from "../mask/raster.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("./tool.js").Desk} Desk */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Sample} Sample */
/** @typedef {import("./tool.js").Tool} Tool */

/** @implements {Tool} */
export class RectangleTool {
  cursor = /** @type {const} */ ("cross");
  #desk;
  /** @type {Sample | null} */
  #from = null;
  /** @type {Box | null} */
  #box = null;
  #erase = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /**
   * @param {Sample} sample
   * @param {Manner} manner
   * @returns {Box | null}
   */
  start(sample, { erase }) {
    this.#from = sample;
    this.#box = null;
    this.#erase = erase;
    return null;
  }

  /**
   * @param {Sample[]} samples
   * @param {Manner} manner
   * @returns {Box | null}
   */
  move(samples, { shift }) {
    const to = samples.at(-1);
    if (!this.#from || !to) return null;
    this.#box = boxBetween(this.#from, to, shift);
    this.#desk.outline({ path: pathOf(this.#box), erase: this.#erase });
    return null;
  }

  /** @returns {Box | null} */
  end() {
    const box = this.#box;
    if (box) this.#desk.sheet.change((mask) => void fillBox(mask, box, this.#erase));
    this.cancel();
    return box;
  }

  cancel() {
    this.#from = null;
    this.#box = null;
    this.#desk.outline(null);
  }
}

/**
 * Whole pixels between two corners, whichever way the hand moved.
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 * @param {boolean} square
 * @returns {Box}
 */
export function boxBetween(from, to, square) {
  let dx = to.x - from.x;
  let dy = to.y - from.y;
  if (square) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    dx = side * (Math.sign(dx) || 1);
    dy = side * (Math.sign(dy) || 1);
  }
  return {
    left: Math.round(Math.min(from.x, from.x + dx)),
    top: Math.round(Math.min(from.y, from.y + dy)),
    right: Math.round(Math.max(from.x, from.x + dx)),
    bottom: Math.round(Math.max(from.y, from.y + dy)),
  };
}

/** @param {Box} box */
function pathOf({ left, top, right, bottom }) {
  return `M${left} ${top}H${right}V${bottom}H${left}Z`;
}
