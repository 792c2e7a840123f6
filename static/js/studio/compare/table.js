/** A table for pictures on a page that is no studio: holds the view. Who moves it is told by its heirs. */

import * as views from "../view.js";

/** @typedef {import("../view.js").Point} Point */
/** @typedef {import("../view.js").Size} Size */

const MOST_DENSITY = 2;

export class Table {
  #watching;
  /** @type {(() => void)[]} */
  #listeners = [];
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
    this.element = element;
    this.picture = picture;
    this.#watching = new ResizeObserver(() => this.#measure());
    this.#watching.observe(element);
    this.#measure();
  }

  /** Device pixels per CSS pixel. */
  get density() {
    return Math.min(MOST_DENSITY, window.devicePixelRatio || 1);
  }

  /** Device pixels per picture pixel. */
  get zoom() {
    return this.view.scale * this.density;
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {number} [share] of the size at which the picture fits into the whole table */
  fit(share = 1) {
    this.#share = share;
    this.show(views.centred(this.picture, this.size, this.fittedScale * share), true);
  }

  /** At which the picture fits into the whole table. */
  get fittedScale() {
    const { width, height } = this.picture;
    return Math.min(this.size.width / width, this.size.height / height);
  }

  /** @param {Point} [point] what stays in place */
  toggleZoom(point) {
    if (this.isFitted) this.zoomTo(1, point);
    else this.fit();
  }

  /**
   * @param {number} zoom device pixels per picture pixel
   * @param {Point} [point] what stays in place; the middle when left out
   */
  zoomTo(zoom, point = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.show(views.zoomTo(this.view, point, zoom / this.density, this.picture, this.size), false);
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  panBy(dx, dy) {
    this.show(views.panBy(this.view, dx, dy, this.picture, this.size), false);
  }

  /**
   * @param {[Point, Point]} before
   * @param {[Point, Point]} after
   */
  pinch(before, after) {
    this.show(views.pinch(this.view, before, after, this.picture, this.size), false);
  }

  /**
   * @param {{clientX: number, clientY: number}} event
   * @returns {Point}
   */
  pointOf({ clientX, clientY }) {
    const { left, top } = this.element.getBoundingClientRect();
    return this.paned({ x: clientX - left, y: clientY - top });
  }

  /** Looks at its size no more. */
  close() {
    this.#watching.disconnect();
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.element;
    this.size = { width: Math.max(1, width), height: Math.max(1, height) };
    if (this.isFitted) this.fit(this.#share);
    else this.show(this.view, false);
  }

  /**
   * @param {views.View} view
   * @param {boolean} isFitted
   */
  show(view, isFitted) {
    this.view = view;
    this.isFitted = isFitted;
    for (const listener of this.#listeners) listener();
  }
}
