/** What floats over the stage: the ring in the brush's true size, and the straight line to come. */

/** @typedef {import("./view.js").Point} Point */

/** Rings smaller than this many CSS pixels could not be seen; the cross-hair cursor stays then. */
const LEAST_RING = 5;
const GHOST_TIME = 900;

export class Cursor {
  #ring;
  #core;
  #line;
  /** @type {HTMLElement | null} */
  #badge;
  #ghostTimer = 0;
  #element;

  /** @param {HTMLElement} element the stage */
  constructor(element) {
    const find = (/** @type {string} */ name) =>
      /** @type {HTMLElement} */ (element.querySelector(`[data-cursor-${name}]`));
    this.#element = element;
    this.#ring = find("ring");
    this.#core = find("core");
    this.#line = find("line");
    this.#badge = element.querySelector("[data-cursor-badge]");
  }

  /**
   * @param {Point | null} point on the stage; null hides the ring
   * @param {{diameter: number, hardness: number, erase: boolean}} brush diameter in CSS pixels
   */
  ring(point, { diameter, hardness, erase }) {
    this.#ring.hidden = !point;
    if (!point) return;
    const { style } = this.#ring;
    style.width = style.height = `${diameter}px`;
    style.transform = `translate(${point.x - diameter / 2}px, ${point.y - diameter / 2}px)`;
    this.#ring.dataset.erase = String(erase);
    this.#ring.dataset.small = String(diameter < LEAST_RING);
    this.#core.hidden = hardness > 0.95 || diameter < 24;
    // Half of the fade lies within this circle: what one feels to be the soft brush's size.
    this.#core.style.width = this.#core.style.height = `${((1 + hardness) / 2) * 100}%`;
  }

  /**
   * Shows the ring in the middle for a moment, while its size is changed elsewhere.
   * @param {Point} middle
   * @param {{diameter: number, hardness: number, erase: boolean}} brush
   */
  ghost(middle, brush) {
    this.ring(middle, brush);
    clearTimeout(this.#ghostTimer);
    this.#ghostTimer = window.setTimeout(() => (this.#ring.hidden = true), GHOST_TIME);
  }

  /** Keeps a ghost from hiding a ring that a pointer holds. */
  stopGhost() {
    clearTimeout(this.#ghostTimer);
  }

  /**
   * A minus beside the pointer: what is drawn will be taken away.
   * @param {Point | null} point on the stage; null hides it
   */
  badge(point) {
    if (!this.#badge) return;
    this.#badge.hidden = !point;
    if (point) this.#badge.style.transform = `translate(${point.x + 12}px, ${point.y + 10}px)`;
  }

  /**
   * @param {Point | null} from on the stage; null hides the line
   * @param {Point} [to]
   */
  line(from, to) {
    this.#line.hidden = !from || !to;
    if (!from || !to) return;
    const angle = Math.atan2(to.y - from.y, to.x - from.x);
    this.#line.style.width = `${Math.hypot(to.x - from.x, to.y - from.y)}px`;
    this.#line.style.transform = `translate(${from.x}px, ${from.y}px) rotate(${angle}rad)`;
  }

  /** @param {"brush" | "cross" | "grab" | "grabbing" | "zoom" | "wait"} kind */
  shape(kind) {
    if (this.#element.dataset.cursor !== kind) this.#element.dataset.cursor = kind;
  }
}
