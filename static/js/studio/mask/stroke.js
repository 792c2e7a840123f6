/** One stroke from pen down to pen up: samples in, capsules into the mask, one undo step out. */

import { capsule } from "./capsule.js";
import { stamp } from "./raster.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./capsule.js").Dab} Dab */
/** @typedef {import("./tiles.js").TileMask} TileMask */

/**
 * Samples nearer than this share of the radius are dropped. Movements are joined by capsules, so
 * nothing but the sharpest bends could show it, least with a soft rim.
 */
const SPACING_HARD = 0.05;
const SPACING_SOFT = 0.15;
const LEAST_SPACING = 0.25;

export class Stroke {
  #mask;
  #hardness;
  #spacing;
  #erase;
  #full;
  /** @type {Dab | null} */
  #last = null;
  /** The newest sample when it was too near to be drawn. @type {Dab | null} */
  #held = null;

  /**
   * Opens a step on the mask.
   * @param {TileMask} mask
   * @param {{hardness: number, erase: boolean, opacity?: number}} brush hardness and opacity from 0 to 1
   */
  constructor(mask, { hardness, erase, opacity = 1 }) {
    this.#mask = mask;
    this.#hardness = hardness;
    this.#spacing = SPACING_SOFT + (SPACING_HARD - SPACING_SOFT) * hardness;
    this.#erase = erase;
    this.#full = Math.max(1, Math.round(255 * opacity));
    mask.begin();
  }

  /**
   * @param {Dab} dab
   * @returns {Box | null} the picture pixels that may have changed
   */
  add(dab) {
    const last = this.#last;
    if (!last) return this.#draw(dab, dab, true);
    const moved = Math.hypot(dab.x - last.x, dab.y - last.y);
    const spacing = Math.max(LEAST_SPACING, this.#spacing * dab.radius);
    // A pen pressed harder on the spot grows all around, not only ahead.
    if (dab.radius - last.radius > Math.max(moved, spacing)) return this.#draw(dab, dab, true);
    if (moved < spacing) {
      this.#held = dab;
      return null;
    }
    return this.#draw(last, dab, false);
  }

  /**
   * Draws what was held back and closes the step.
   * @returns {{changes: import("./tiles.js").Changes | null, box: Box | null}}
   */
  finish() {
    const held = this.#held;
    const box = held && this.#last ? this.#draw(this.#last, held, false) : null;
    return { changes: this.#mask.commit(), box };
  }

  /** Takes the whole stroke back. */
  cancel() {
    this.#mask.rollback();
  }

  /** Where the stroke stands; a straight line may go on from there. */
  get end() {
    return this.#held ?? this.#last;
  }

  /**
   * @param {Dab} from
   * @param {Dab} to
   * @param {boolean} startCap
   */
  #draw(from, to, startCap) {
    this.#last = to;
    this.#held = null;
    const shape = capsule(from, to, this.#hardness, startCap, this.#full);
    return stamp(this.#mask, shape, this.#erase);
  }
}
