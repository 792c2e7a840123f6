/**
 * Quick selection: a scribble over an object, or a box around it, becomes its outline. The browser
 * snaps to the edges at once; the server then looks more closely, and what it finds takes the place
 * of the first outline, as a step of its own, unless the mask has changed meanwhile.
 */

import { roughFromBox, roughFromScribble } from "../mask/rough.js";
import { union } from "../mask/box.js";
import { Stroke } from "../mask/stroke.js";
import { Pull } from "./pull.js";
import { RECTANGLE } from "./shape.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("../mask/capsule.js").Dab} Dab */
/** @typedef {import("./tool.js").Desk} Desk */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Sample} Sample */
/** @typedef {import("./tool.js").Tool} Tool */

/** @type {import("../settings.js").Options} */
export const QUICK_OPTIONS = {
  size: { kind: "size", start: 0.03 },
  draws: { kind: "choice", start: "scribble", among: ["scribble", "box"] },
  refine: { kind: "switch", start: true },
  away: { kind: "switch", start: false },
};

/** @implements {Tool} */
export class QuickTool {
  #desk;
  /** @type {Stroke | null} */
  #stroke = null;
  /** @type {Dab[]} */
  #dabs = [];
  /** @type {Box | null} */
  #box = null;
  /** @type {Pull | null} */
  #pull = null;
  #erase = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  get cursor() {
    return this.#draws === "box" ? /** @type {const} */ ("cross") : /** @type {const} */ ("ring");
  }

  get #draws() {
    return this.#desk.settings.choice("draws");
  }

  take() {
    this.#desk.pixels.load().catch(() => {});
  }

  /**
   * @param {Sample} sample
   * @param {Manner} manner
   * @returns {Box | null}
   */
  start(sample, manner) {
    this.#desk.selecting.cancel();
    this.#erase = manner.erase || this.#desk.settings.isOn("away");
    this.#box = null;
    this.#dabs = [];
    if (this.#draws === "box") {
      this.#pull = new Pull(sample, manner);
      return null;
    }
    this.#stroke = new Stroke(this.#desk.sheet.mask, { hardness: 1, erase: this.#erase });
    return this.#draw(sample);
  }

  /**
   * @param {Sample[]} samples
   * @param {Manner} manner
   * @returns {Box | null}
   */
  move(samples, manner) {
    /** @type {Box | null} */
    let box = null;
    if (this.#stroke) for (const sample of samples) box = union(box, this.#draw(sample));
    if (!this.#pull) return box;
    this.#box = this.#pull.move(samples.at(-1), manner);
    this.#desk.outline(this.#box && { path: RECTANGLE.path(this.#box), erase: this.#erase });
    return null;
  }

  /** @param {Sample} sample */
  #draw({ x, y }) {
    const dab = { x, y, radius: Math.max(0.5, this.#desk.settings.size / 2) };
    this.#dabs.push(dab);
    return this.#stroke?.add(dab) ?? null;
  }

  /** @returns {Box | null} */
  end() {
    const { sheet, outlines, settings } = this.#desk;
    const isScribble = this.#stroke !== null;
    // The scribble was only shown: what becomes of it replaces it.
    this.#stroke?.cancel();
    this.#stroke = null;
    const box = this.#box;
    const dabs = this.#dabs;
    this.#putDown();
    const hasBox = box && box.right - box.left > 2 && box.bottom - box.top > 2;
    if (isScribble || hasBox) {
      const rough = isScribble ? roughFromScribble(dabs, sheet.mask) : roughFromBox(/** @type {Box} */ (box), sheet.mask);
      void outlines.select(rough, this.#erase ? "subtract" : "add", settings.isOn("refine"));
    }
    return isScribble ? { left: 0, top: 0, right: sheet.mask.width, bottom: sheet.mask.height } : null;
  }

  cancel() {
    this.#stroke?.cancel();
    this.#stroke = null;
    this.#putDown();
  }

  #putDown() {
    this.#pull = null;
    this.#box = null;
    this.#dabs = [];
    this.#desk.outline(null);
  }
}
