/** A table for comparing on a page that is no studio: holds the view, moved by hand, wheel and buttons. */

import * as views from "../view.js";

/** @typedef {import("../view.js").Point} Point */
/** @typedef {import("../view.js").Size} Size */

const MOST_DENSITY = 2;
const PER_WHEEL_PIXEL = 0.01;

export class PageTable {
  #element;
  #picture;
  /** @type {(() => void)[]} */
  #listeners = [];
  /** The fingers and buttons that are down. @type {Map<number, Point>} */
  #down = new Map();
  #share = 1;
  /** @type {views.View} */
  view = { scale: 1, x: 0, y: 0 };
  size = { width: 1, height: 1 };
  isFitted = true;
  /** Where a point lies when panes show the same place. */
  paned = (/** @type {Point} */ point) => point;

  /**
   * @param {HTMLElement} element
   * @param {Size} picture
   */
  constructor(element, picture) {
    this.#element = element;
    this.#picture = picture;
    new ResizeObserver(() => this.#measure()).observe(element);
    this.#measure();
    element.addEventListener("pointerdown", (event) => this.#pressed(event));
    element.addEventListener("pointermove", (event) => this.#moved(event));
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, (event) => this.#down.delete(/** @type {PointerEvent} */ (event).pointerId));
    }
    element.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
    element.addEventListener("dblclick", (event) => this.toggleZoom(this.#pointOf(event)));
  }

  get zoom() {
    return this.view.scale * Math.min(MOST_DENSITY, window.devicePixelRatio || 1);
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {number} [share] of the size at which the picture fits into the whole table */
  fit(share = 1) {
    this.#share = share;
    const { width, height } = this.#picture;
    const scale = Math.min(this.size.width / width, this.size.height / height) * share;
    this.#show(views.centred(this.#picture, this.size, scale), true);
  }

  /** @param {Point} [point] what stays in place */
  toggleZoom(point) {
    if (this.isFitted) this.#zoomTo(this.view.scale / this.zoom, point);
    else this.fit();
  }

  /**
   * @param {number} scale
   * @param {Point} [point]
   */
  #zoomTo(scale, point = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.#show(views.zoomTo(this.view, point, scale, this.#picture, this.size), false);
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    if (this.isFitted || event.button !== 0) return;
    this.#element.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, this.#pointOf(event));
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const before = this.#down.get(event.pointerId);
    if (!before) return;
    const point = this.#pointOf(event);
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#down.set(event.pointerId, point);
    const view = other
      ? views.pinch(this.view, [other, before], [other, point], this.#picture, this.size)
      : views.panBy(this.view, point.x - before.x, point.y - before.y, this.#picture, this.size);
    this.#show(view, false);
  }

  /** @param {WheelEvent} event alone it scrolls the page; a pinch arrives with Ctrl */
  #turned(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#zoomTo(this.view.scale * Math.exp(-event.deltaY * PER_WHEEL_PIXEL), this.#pointOf(event));
  }

  /**
   * @param {{clientX: number, clientY: number}} event
   * @returns {Point}
   */
  #pointOf({ clientX, clientY }) {
    const { left, top } = this.#element.getBoundingClientRect();
    return this.paned({ x: clientX - left, y: clientY - top });
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    this.size = { width: Math.max(1, width), height: Math.max(1, height) };
    if (this.isFitted) this.fit(this.#share);
    else this.#show(this.view, false);
  }

  /**
   * @param {views.View} view
   * @param {boolean} isFitted
   */
  #show(view, isFitted) {
    this.view = view;
    this.isFitted = isFitted;
    for (const listener of this.#listeners) listener();
  }
}
