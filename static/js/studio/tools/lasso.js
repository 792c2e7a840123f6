/** Freehand lasso: what the line goes around is filled when the hand lets go. Space moves the line. */

import { boundsOf, fillPolygon } from "../mask/polygon.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("./tool.js").Desk} Desk */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Point} Point */
/** @typedef {import("./tool.js").Sample} Sample */
/** @typedef {import("./tool.js").Tool} Tool */

/** Samples nearer to each other than this many CSS pixels add nothing to see. */
const SPACING = 0.5;

/** @implements {Tool} */
export class LassoTool {
  cursor = /** @type {const} */ ("cross");
  #desk;
  /** @type {Point[]} */
  #points = [];
  #path = "";
  /** @type {Point} */
  #hand = { x: 0, y: 0 };
  #erase = false;

  /** @param {Pick<Desk, "sheet" | "outline" | "scale">} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /**
   * @param {Sample} sample
   * @param {Manner} manner
   */
  start({ x, y }, { erase }) {
    this.#points = [{ x, y }];
    this.#path = `M${x} ${y}`;
    this.#hand = { x, y };
    this.#erase = erase;
    return null;
  }

  /**
   * @param {Sample[]} samples
   * @param {Manner} manner
   */
  move(samples, { space }) {
    if (!this.#points.length) return null;
    for (const sample of samples) {
      if (space) this.#shift(sample.x - this.#hand.x, sample.y - this.#hand.y);
      else this.#add(sample);
      this.#hand = { x: sample.x, y: sample.y };
    }
    // Closed as it will be filled: the way back to the start shows, too.
    this.#desk.outline({ path: `${this.#path}Z`, erase: this.#erase });
    return null;
  }

  /** @returns {Box | null} */
  end() {
    const points = this.#points;
    if (points.length > 2) this.#desk.sheet.change((mask) => void fillPolygon(mask, points, this.#erase));
    const box = points.length > 2 ? boundsOf(points) : null;
    this.cancel();
    return box;
  }

  cancel() {
    this.#points = [];
    this.#desk.outline(null);
  }

  /** @param {Point} point */
  #add({ x, y }) {
    const last = /** @type {Point} */ (this.#points.at(-1));
    if (Math.hypot(x - last.x, y - last.y) * this.#desk.scale() < SPACING) return;
    this.#points.push({ x, y });
    this.#path += `L${x} ${y}`;
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  #shift(dx, dy) {
    this.#points = this.#points.map(({ x, y }) => ({ x: x + dx, y: y + dy }));
    this.#path = linePath(this.#points);
  }
}

/** @param {readonly Point[]} points */
export function linePath(points) {
  return points.map(({ x, y }, i) => `${i ? "L" : "M"}${x} ${y}`).join("");
}
