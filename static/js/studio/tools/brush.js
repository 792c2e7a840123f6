/** Brush and eraser: strokes, dabs, and straight lines from where the last stroke ended. */

import { union } from "../mask/box.js";
import { Stroke } from "../mask/stroke.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("./tool.js").Desk} Desk */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Sample} Sample */
/** @typedef {import("./tool.js").Tool} Tool */

/** A pen that hardly touches still paints this share of the brush's width. */
const LEAST_PRESSURE = 0.2;

/** @implements {Tool} */
export class BrushTool {
  cursor = /** @type {const} */ ("ring");
  #sheet;
  #settings;
  /** @type {Stroke | null} */
  #stroke = null;
  /** @type {{x: number, y: number} | null} */
  #lastEnd = null;

  /**
   * @param {Pick<Desk, "sheet" | "settings">} desk
   * @param {boolean} [erases]
   */
  constructor({ sheet, settings }, erases = false) {
    this.#sheet = sheet;
    this.#settings = settings;
    this.erases = erases;
  }

  /** Where a straight line would begin. */
  get lastEnd() {
    return this.#lastEnd;
  }

  /**
   * @param {Sample} sample
   * @param {Pick<Manner, "erase" | "shift">} manner
   * @returns {Box | null} what has to be shown anew
   */
  start(sample, { erase, shift }) {
    this.#stroke = new Stroke(this.#sheet.mask, {
      hardness: this.#settings.hardness,
      opacity: this.#settings.option("opacity") ? this.#settings.number("opacity") : 1,
      erase: erase || this.erases,
    });
    const dab = this.#dab(sample);
    const from = this.#lastEnd;
    const box = shift && from ? this.#stroke.add({ ...dab, x: from.x, y: from.y }) : null;
    return union(box, this.#stroke.add(dab));
  }

  /**
   * @param {Sample[]} samples
   * @returns {Box | null}
   */
  move(samples) {
    /** @type {Box | null} */
    let box = null;
    for (const sample of samples) box = union(box, this.#stroke?.add(this.#dab(sample)) ?? null);
    return box;
  }

  /** @returns {Box | null} */
  end() {
    if (!this.#stroke) return null;
    const { end } = this.#stroke;
    const { changes, box } = this.#stroke.finish();
    this.#stroke = null;
    this.#lastEnd = end && { x: end.x, y: end.y };
    this.#sheet.keep(changes);
    return box;
  }

  cancel() {
    this.#stroke?.cancel();
    this.#stroke = null;
  }

  /** @param {Sample} sample */
  #dab({ x, y, pressure }) {
    const share = LEAST_PRESSURE + (1 - LEAST_PRESSURE) * pressure;
    return { x, y, radius: Math.max(0.5, (this.#settings.size / 2) * share) };
  }
}
