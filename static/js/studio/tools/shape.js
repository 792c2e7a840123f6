/** Rectangle and ellipse: pulled up by hand, filled when the hand lets go. */

import { ellipsePoints, fillPolygon } from "../mask/polygon.js";
import { fillBox } from "../mask/raster.js";
import { Pull } from "./pull.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("../mask/tiles.js").TileMask} TileMask */
/** @typedef {import("./tool.js").Desk} Desk */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Sample} Sample */
/** @typedef {import("./tool.js").Tool} Tool */

/**
 * @typedef {object} Form
 * @property {(box: Box) => string} path for the outline
 * @property {(mask: TileMask, box: Box, erase: boolean) => void} fill
 */

/** @type {Form} */
export const RECTANGLE = {
  path: ({ left, top, right, bottom }) => `M${left} ${top}H${right}V${bottom}H${left}Z`,
  fill: fillBox,
};

/** @type {Form} */
export const ELLIPSE = {
  path: ({ left, top, right, bottom }) => {
    const rx = (right - left) / 2;
    const ry = (bottom - top) / 2;
    return `M${left} ${top + ry}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0Z`;
  },
  fill: (mask, box, erase) => fillPolygon(mask, ellipsePoints(box), erase),
};

/** @implements {Tool} */
export class ShapeTool {
  cursor = /** @type {const} */ ("cross");
  #desk;
  #form;
  /** @type {Pull | null} */
  #pull = null;
  /** @type {Box | null} */
  #box = null;
  #erase = false;

  /**
   * @param {Pick<Desk, "sheet" | "outline">} desk
   * @param {Form} form
   */
  constructor(desk, form) {
    this.#desk = desk;
    this.#form = form;
  }

  /**
   * @param {Sample} sample
   * @param {Manner} manner
   */
  start(sample, manner) {
    this.#pull = new Pull(sample, manner);
    this.#box = null;
    this.#erase = manner.erase;
    return null;
  }

  /**
   * @param {Sample[]} samples
   * @param {Manner} manner
   */
  move(samples, manner) {
    if (!this.#pull) return null;
    this.#box = this.#pull.move(samples.at(-1), manner);
    this.#desk.outline(this.#box && { path: this.#form.path(this.#box), erase: this.#erase });
    return null;
  }

  /** @returns {Box | null} */
  end() {
    const box = this.#box;
    if (box) this.#desk.sheet.change((mask) => this.#form.fill(mask, box, this.#erase));
    this.cancel();
    return box;
  }

  cancel() {
    this.#pull = null;
    this.#box = null;
    this.#desk.outline(null);
  }
}
