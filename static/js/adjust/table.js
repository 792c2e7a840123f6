/** The edit on its table: draws it, the original beside it, and what lies over both, at the view. */

import * as views from "../studio/view.js";

/** @typedef {import("../studio/view.js").Point} Point */
/** @typedef {import("../studio/view.js").View} View */
/** @typedef {import("../studio/mask/box.js").Box} Box */
/** @typedef {import("./blending.js").Pixels} Pixels */
/** @typedef {import("./planes.js").Plane} Plane */

const MOST_DENSITY = 2;
/** From this zoom on single preview pixels are shown as squares. */
const SQUARES_FROM = 4;

export class Table {
  #element;
  #canvas;
  #overlay;
  #paper;
  #picture;
  #result;
  #original;
  /** What lies over the picture, at a size of its own. @type {HTMLCanvasElement | null} */
  #over = null;
  /** @type {View} */
  #view = { scale: 1, x: 0, y: 0 };
  #isFitted = true;
  #frame = 0;
  #density = 1;
  /** @type {(() => void)[]} */
  #listeners = [];
  size = { width: 1, height: 1 };
  /** Up to which share of its width the original is shown. */
  split = 0;
  isOriginalHeld = false;

  /**
   * @param {HTMLElement} element the stage
   * @param {{width: number, height: number}} picture
   * @param {Pixels} original at the preview's size
   */
  constructor(element, picture, original) {
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (element.querySelector(`[data-stage-${name}]`));
    this.#element = element;
    this.#paper = find("paper");
    this.#canvas = /** @type {HTMLCanvasElement} */ (find("canvas"));
    this.#overlay = /** @type {HTMLCanvasElement} */ (find("overlay"));
    this.#picture = picture;
    this.#original = canvasOf(original);
    this.#result = canvasOf(original);
    new ResizeObserver(() => this.#measure()).observe(element);
    this.#measure();
    for (const still of this.#paper.querySelectorAll("img")) still.hidden = true;
  }

  get view() {
    return this.#view;
  }

  /** Device pixels per picture pixel. */
  get zoom() {
    return this.#view.scale * this.#density;
  }

  /** @param {() => void} listener called whenever the view or the split has changed */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /**
   * Takes over what the composition has computed.
   * @param {Pixels} pixels
   * @param {Box | null} changed null = everything
   */
  take({ width, height, data }, changed) {
    const image = new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (data), width, height);
    const { left, top, right, bottom } = changed ?? { left: 0, top: 0, right: width, bottom: height };
    context(this.#result).putImageData(image, 0, 0, left, top, right - left, bottom - top);
    this.#ask();
  }

  /** @param {HTMLCanvasElement | null} over */
  layOver(over) {
    this.#over = over;
    this.#ask();
  }

  /** @param {number} share */
  splitAt(share) {
    this.split = Math.min(1, Math.max(0, share));
    this.#changed();
  }

  /** @param {boolean} held */
  holdOriginal(held) {
    this.isOriginalHeld = held;
    this.#changed();
  }

  fit() {
    this.#isFitted = true;
    this.#show(views.fit(this.#picture, this.size));
  }

  /**
   * @param {number} zoom device pixels per picture pixel
   * @param {Point} [point]
   */
  zoomTo(zoom, point = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.#isFitted = false;
    this.#show(views.zoomTo(this.#view, point, zoom / this.#density, this.#picture, this.size));
  }

  /**
   * @param {number} factor
   * @param {Point} [point]
   */
  zoomBy(factor, point) {
    this.zoomTo(this.zoom * factor, point);
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  panBy(dx, dy) {
    this.#isFitted = false;
    this.#show(views.panBy(this.#view, dx, dy, this.#picture, this.size));
  }

  /**
   * @param {[Point, Point]} before
   * @param {[Point, Point]} after
   */
  pinch(before, after) {
    this.#isFitted = false;
    this.#show(views.pinch(this.#view, before, after, this.#picture, this.size));
  }

  /**
   * A place on the page, on the stage.
   * @param {{clientX: number, clientY: number}} event
   * @returns {Point}
   */
  pointOf({ clientX, clientY }) {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  /** @param {View} view */
  #show(view) {
    this.#view = view;
    this.#changed();
  }

  #changed() {
    const { scale, x, y } = this.#view;
    const { style } = this.#paper;
    style.width = `${this.#picture.width * scale}px`;
    style.height = `${this.#picture.height * scale}px`;
    style.transform = `translate(${x}px, ${y}px)`;
    this.#ask();
    for (const listener of this.#listeners) listener();
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const before = this.size;
    this.#density = Math.min(MOST_DENSITY, window.devicePixelRatio || 1);
    this.size = { width, height };
    for (const canvas of [this.#canvas, this.#overlay]) {
      canvas.width = Math.max(1, Math.round(width * this.#density));
      canvas.height = Math.max(1, Math.round(height * this.#density));
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const moved = { dx: (width - before.width) / 2, dy: (height - before.height) / 2 };
    this.#view = this.#isFitted
      ? views.fit(this.#picture, this.size)
      : views.panBy(this.#view, moved.dx, moved.dy, this.#picture, this.size);
    // A resized canvas is empty; drawing it in the same frame avoids a flash.
    this.#draw();
    this.#changed();
  }

  #ask() {
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const picture = context(this.#canvas);
    const over = context(this.#overlay);
    for (const each of [picture, over]) each.clearRect(0, 0, each.canvas.width, each.canvas.height);
    const share = this.isOriginalHeld ? 1 : this.split;
    this.#drawPart(picture, this.#result, share, 1);
    this.#drawPart(picture, this.#original, 0, share);
    if (this.#over && !this.isOriginalHeld) this.#drawPart(over, this.#over, this.split, 1);
  }

  /**
   * Draws an upright strip of a picture, from one share of its width to another.
   * @param {CanvasRenderingContext2D} to
   * @param {HTMLCanvasElement} source
   * @param {number} from
   * @param {number} until
   */
  #drawPart(to, source, from, until) {
    if (from >= until) return;
    const scale = this.zoom;
    const width = this.#picture.width * scale;
    const height = this.#picture.height * scale;
    const x = this.#view.x * this.#density;
    const y = this.#view.y * this.#density;
    to.save();
    to.beginPath();
    to.rect(x + width * from, y, width * (until - from), height);
    to.clip();
    to.imageSmoothingEnabled = width < source.width * SQUARES_FROM;
    to.imageSmoothingQuality = width < source.width ? "high" : "medium";
    to.drawImage(source, x, y, width, height);
    to.restore();
  }
}

/**
 * @param {Pixels} pixels
 * @returns {HTMLCanvasElement}
 */
export function canvasOf({ width, height, data }) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (data), width, height);
  context(canvas).putImageData(image, 0, 0);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  const found = canvas.getContext("2d");
  if (!found) throw new Error("This browser draws no canvas.");
  return found;
}
