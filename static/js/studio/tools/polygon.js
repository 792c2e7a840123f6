/**
 * Polygon lasso: each press sets a corner, a drag places it. The first corner, a double click or Enter
 * closes and fills; Backspace takes the last corner back; Esc gives all of them up.
 */

import { boundsOf, fillPolygon } from "../mask/polygon.js";
import { linePath } from "./lasso.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("./tool.js").Desk} Desk */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Point} Point */
/** @typedef {import("./tool.js").Sample} Sample */
/** @typedef {import("./tool.js").Tool} Tool */

/** A press within this many CSS pixels of the first corner closes the line. */
const CLOSING = 10;
/** Corners nearer than this to the one before are its second click. */
const SAME = 3;
/** With Shift, edges run in multiples of this angle. */
const STEP = Math.PI / 4;

/** @implements {Tool} */
export class PolygonTool {
  cursor = /** @type {const} */ ("cross");
  #desk;
  /** @type {Point[]} */
  #points = [];
  /** Whether a press has set the last corner and may still move it. */
  #isPlacing = false;
  #isPressed = false;
  /** Where the pointer is. @type {Point | null} */
  #ahead = null;
  #erase = false;

  /** @param {Pick<Desk, "sheet" | "outline" | "scale" | "show" | "tell">} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  get isOpen() {
    return this.#points.length > 0;
  }

  /**
   * @param {Sample} sample
   * @param {Manner} manner
   */
  start(sample, { erase, shift }) {
    if (!this.isOpen) this.#erase = erase;
    this.#isPressed = true;
    const point = this.#aligned(sample, this.#points.at(-1), shift);
    this.#ahead = null;
    if (this.#closes(sample)) {
      this.finish();
      return null;
    }
    const last = this.#points.at(-1);
    if (last && this.#distance(last, point) < SAME) return null;
    this.#points.push(point);
    this.#isPlacing = true;
    this.#show();
    this.#desk.tell();
    return null;
  }

  /**
   * @param {Sample[]} samples
   * @param {Manner} manner
   */
  move(samples, { shift }) {
    const sample = samples.at(-1);
    if (!this.#isPlacing || !sample) return null;
    this.#points[this.#points.length - 1] = this.#aligned(sample, this.#points.at(-2), shift);
    this.#show();
    return null;
  }

  end() {
    this.#isPlacing = false;
    this.#isPressed = false;
    return null;
  }

  /**
   * @param {Point | null} point
   * @param {Manner} manner
   */
  hover(point, { shift }) {
    if (!this.isOpen) return;
    this.#ahead = point && (this.#closes(point) ? this.#points[0] : this.#aligned(point, this.#points.at(-1), shift));
    this.#show();
  }

  finish() {
    const points = this.#points;
    const erase = this.#erase;
    // While the mask is held the corners stay, to be closed a moment later.
    if (!points.length || !this.#desk.sheet.isFree) return;
    this.#drop();
    if (points.length < 3) return;
    this.#desk.sheet.change((mask) => void fillPolygon(mask, points, erase));
    this.#desk.show(boundsOf(points));
  }

  takeBack() {
    if (this.#points.length < 2) {
      this.#drop();
      return;
    }
    this.#points.pop();
    this.#isPlacing = false;
    this.#show();
  }

  /** A press that turns out to be none (a second finger came) takes back its own corner only. */
  cancel() {
    const wasPressed = this.#isPressed;
    this.#isPressed = false;
    if (this.#isPlacing) this.takeBack();
    else if (this.isOpen && !wasPressed) this.#drop();
  }

  #drop() {
    this.#points = [];
    this.#isPlacing = false;
    this.#ahead = null;
    this.#desk.outline(null);
    this.#desk.tell();
  }

  #show() {
    const line = this.#ahead ? [...this.#points, this.#ahead] : this.#points;
    const isClosing = this.#ahead === this.#points[0];
    const path = linePath(line) + (isClosing ? "Z" : "");
    this.#desk.outline({ path, erase: this.#erase, handles: this.#points });
  }

  /** @param {Point} point */
  #closes(point) {
    return this.#points.length > 2 && this.#distance(this.#points[0], point) < CLOSING;
  }

  /**
   * @param {Point} a
   * @param {Point} b
   */
  #distance(a, b) {
    return Math.hypot(a.x - b.x, a.y - b.y) * this.#desk.scale();
  }

  /**
   * @param {Point} point
   * @param {Point | undefined} from
   * @param {boolean} shift
   * @returns {Point}
   */
  #aligned({ x, y }, from, shift) {
    if (!shift || !from) return { x, y };
    const angle = Math.round(Math.atan2(y - from.y, x - from.x) / STEP) * STEP;
    const length = (x - from.x) * Math.cos(angle) + (y - from.y) * Math.sin(angle);
    return { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) };
  }
}
