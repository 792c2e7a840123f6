/** A table for comparing within a page that scrolls: moved by hand once it is zoomed, by pinch and buttons. */

import { Table } from "./table.js";

/** @typedef {import("../view.js").Point} Point */

const PER_WHEEL_PIXEL = 0.01;

export class PageTable extends Table {
  /** The fingers and buttons that are down. @type {Map<number, Point>} */
  #down = new Map();

  /**
   * @param {HTMLElement} element
   * @param {import("../view.js").Size} picture
   */
  constructor(element, picture) {
    super(element, picture);
    element.addEventListener("pointerdown", (event) => this.#pressed(event));
    element.addEventListener("pointermove", (event) => this.#moved(event));
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, (event) => this.#down.delete(/** @type {PointerEvent} */ (event).pointerId));
    }
    element.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
    element.addEventListener("dblclick", (event) => this.toggleZoom(this.pointOf(event)));
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    if (this.isFitted || event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, this.pointOf(event));
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const before = this.#down.get(event.pointerId);
    if (!before) return;
    const point = this.pointOf(event);
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#down.set(event.pointerId, point);
    if (other) this.pinch([other, before], [other, point]);
    else this.panBy(point.x - before.x, point.y - before.y);
  }

  /** @param {WheelEvent} event alone it scrolls the page; a pinch arrives with Ctrl */
  #turned(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoomTo(this.zoom * Math.exp(-event.deltaY * PER_WHEEL_PIXEL), this.pointOf(event));
  }
}
