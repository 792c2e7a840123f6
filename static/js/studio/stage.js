/**
 * The picture on its table: holds the view, decides when which canvas is drawn anew.
 *
 * Moving the view redraws both canvases in every frame while the machine keeps up. When it does
 * not, the canvases are only shifted by a transform, and drawn sharp a few times a second.
 */

import { union } from "./mask/box.js";
import { Layers } from "./layers.js";
import { PictureLevels } from "./picture.js";
import * as views from "./view.js";

/** @typedef {import("./mask/box.js").Box} Box */
/** @typedef {import("./view.js").Point} Point */
/** @typedef {import("./view.js").View} View */
/** @typedef {{levels: PictureLevels, size: views.Size}} Shown */

const MOST_DENSITY = 2;
/** A redraw that makes a frame longer than this many milliseconds counts as slow. */
const SLOW_FRAME = 30;
const SLOW_FRAMES = 3;
/** Milliseconds between sharp redraws while the view is only shifted. */
const SHARP_AFTER = 110;
const FETCH_AFTER = 200;
/** The full raster takes four bytes a pixel; when nobody has looked closely for so long it is let go. */
const LET_GO_AFTER = 20_000;

export class Stage {
  #element;
  #shifted;
  #paper;
  #overlay;
  #layers;
  #levels;
  #picture;
  #mask;
  /** What is shown in place of the picture. @type {Shown | null} */
  #other = null;
  /** @type {View} */
  #view = { scale: 1, x: 0, y: 0 };
  /** What the canvases show. @type {View} */
  #drawn = { scale: 1, x: 0, y: 0 };
  #isFitted = true;
  #frame = 0;
  #lastFrame = 0;
  #slow = 0;
  #sharpTimer = 0;
  #fetchTimer = 0;
  #letGoTimer = 0;
  #all = true;
  /** @type {Box | null} */
  #changed = null;
  /** @type {(() => void)[]} */
  #listeners = [];
  size = { width: 1, height: 1 };
  /** Where a point lies, when parts of the table show the same place. The page replaces it. */
  paned = (/** @type {Point} */ point) => point;
  /** CSS pixels at the bottom that something lies over. The page replaces it. */
  covered = () => 0;
  /** Whether the full picture is on its way. */
  isSharpening = false;

  /**
   * @param {HTMLElement} element
   * @param {import("./types.js").Picture} picture
   * @param {import("./mask/tiles.js").TileMask} mask
   */
  constructor(element, picture, mask) {
    const [pictureCanvas, overlay] = element.querySelectorAll("canvas");
    this.#element = element;
    this.#shifted = /** @type {HTMLElement} */ (element.querySelector("[data-stage-layers]"));
    this.#paper = /** @type {HTMLElement} */ (element.querySelector("[data-stage-paper]"));
    this.#layers = new Layers(pictureCanvas, overlay);
    this.#levels = new PictureLevels(picture);
    this.#picture = picture;
    this.#mask = mask;
    this.#overlay = overlay;
    new ResizeObserver(() => this.#measure()).observe(element);
    this.#measure();
    this.#showPicture();
  }

  get view() {
    return this.#view;
  }

  /** Whether the whole picture is shown, and stays so when the stage changes its size. */
  get isFitted() {
    return this.#isFitted;
  }

  /** @param {View} view as it was before */
  show(view) {
    this.#move(views.keepInSight(view, this.#picture, this.size));
  }

  /** Device pixels per picture pixel: 1 = every picture pixel is one pixel of the screen. */
  get zoom() {
    return this.#view.scale * this.#layers.density;
  }

  /** @param {() => void} listener called whenever the view, the size or the picture changes */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /**
   * Shows something else in place of the picture, at the same zoom and place.
   * @param {Shown | null} other null = the picture itself
   */
  showInstead(other) {
    this.#other = other;
    this.redraw();
    this.#fetchLater();
  }

  /** The picture's own pixels. */
  get levels() {
    return this.#levels;
  }

  /** Draws what is shown anew. */
  redraw() {
    this.#all = true;
    this.#ask();
  }

  fit() {
    this.#isFitted = true;
    this.#show(this.#fitted());
  }

  #fitted() {
    return views.fitAbove(this.#picture, this.size, this.covered());
  }

  /**
   * Shows a part of the table as large as it fits; it may reach beyond the picture.
   * @param {Box} box picture pixels
   */
  fitBox({ left, top, right, bottom }) {
    const { scale, x, y } = views.fit({ width: right - left, height: bottom - top }, this.size);
    this.#move({ scale, x: x - left * scale, y: y - top * scale });
  }

  /**
   * @param {number} zoom device pixels per picture pixel
   * @param {Point} [point] what stays in place; the middle of the stage when left out
   */
  zoomTo(zoom, point = this.#middle()) {
    const scale = zoom / this.#layers.density;
    this.#move(views.zoomTo(this.#view, point, scale, this.#picture, this.size));
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
    this.#move(views.panBy(this.#view, dx, dy, this.#picture, this.size));
  }

  /**
   * @param {[Point, Point]} before
   * @param {[Point, Point]} after
   */
  pinch(before, after) {
    this.#move(views.pinch(this.#view, before, after, this.#picture, this.size));
  }

  /**
   * A place on the page, on the stage.
   * @param {{clientX: number, clientY: number}} event
   * @returns {Point}
   */
  pointOf({ clientX, clientY }) {
    const { left, top } = this.#element.getBoundingClientRect();
    return this.paned({ x: clientX - left, y: clientY - top });
  }

  /** @param {Box | null} box picture pixels whose mask has changed; null = nothing */
  maskChanged(box) {
    if (!box) return;
    this.#changed = union(this.#changed, box);
    this.#ask();
  }

  /** Draws the whole mask anew. */
  maskReplaced() {
    const { width, height } = this.#picture;
    this.maskChanged({ left: 0, top: 0, right: width, bottom: height });
  }

  /** @param {import("./preferences.js").KeptLook} look of the mask */
  setLook(look) {
    this.#layers.setLook(look);
    this.maskReplaced();
  }

  /** Moves the outline of the mask one step on, if there is one in sight. */
  march() {
    if (!this.#overlay.hidden && !this.#all && !this.#mask.isEmpty) this.#layers.march();
  }

  /** @param {boolean} visible */
  showMask(visible) {
    this.#overlay.hidden = !visible;
  }

  /** @param {boolean} only whether nothing but the edge of the mask is drawn */
  outlineMask(only) {
    if (this.#layers.outlines === only) return;
    this.#layers.outlines = only;
    this.maskReplaced();
  }

  #middle() {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  /** @param {View} view */
  #move(view) {
    this.#isFitted = false;
    this.#show(view);
  }

  /** @param {View} view */
  #show(view) {
    this.#view = view;
    this.#all = true;
    this.#placePaper();
    this.#ask();
    this.#fetchLater();
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }

  #measure() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const density = Math.min(MOST_DENSITY, window.devicePixelRatio || 1);
    const before = this.size;
    this.size = { width, height };
    this.#layers.resize(this.size, density);
    this.#slow = 0;
    if (this.#isFitted) this.#view = this.#fitted();
    else this.#view = this.#recentred(before);
    // A resized canvas is empty; drawing it in the same frame avoids a flash.
    this.#placePaper();
    this.#drawAll();
    this.#tell();
  }

  /** @param {views.Size} before */
  #recentred(before) {
    const dx = (this.size.width - before.width) / 2;
    const dy = (this.size.height - before.height) / 2;
    return views.panBy(this.#view, dx, dy, this.#picture, this.size);
  }

  #ask() {
    this.#frame ||= requestAnimationFrame((now) => this.#draw(now));
  }

  /** @param {number} now */
  #draw(now) {
    this.#frame = 0;
    const gap = now - this.#lastFrame;
    this.#lastFrame = now;
    if (this.#all && this.#sameView()) this.#drawAll();
    else if (this.#all) {
      // Gaps over a quarter of a second are pauses of the hand, not slowness.
      if (gap > SLOW_FRAME && gap < 250) this.#slow++;
      if (this.#slow < SLOW_FRAMES) this.#drawAll();
      else this.#shift();
    } else if (this.#changed) {
      this.#layers.drawMask(this.#mask, this.#view, this.#changed);
      this.#changed = null;
    }
  }

  #sameView() {
    const { scale, x, y } = this.#view;
    return scale === this.#drawn.scale && x === this.#drawn.x && y === this.#drawn.y;
  }

  #drawAll() {
    clearTimeout(this.#sharpTimer);
    this.#sharpTimer = 0;
    this.#all = false;
    this.#changed = null;
    this.#drawn = this.#view;
    this.#shifted.style.transform = "";
    const { levels, size } = this.#shown;
    const view = views.inPlaceOf(this.#view, size, this.#picture);
    this.#layers.drawPicture(levels.levelFor(view.scale * this.#layers.density), view, size);
    this.#layers.drawMask(this.#mask, this.#view, null);
  }

  #shift() {
    const { scale, x, y } = this.#drawn;
    const factor = this.#view.scale / scale;
    const dx = this.#view.x - x * factor;
    const dy = this.#view.y - y * factor;
    this.#shifted.style.transform = `translate(${dx}px, ${dy}px) scale(${factor})`;
    this.#sharpTimer ||= window.setTimeout(() => this.#drawAll(), SHARP_AFTER);
  }

  #placePaper() {
    const { scale, x, y } = this.#view;
    const { style } = this.#paper;
    style.width = `${this.#picture.width * scale}px`;
    style.height = `${this.#picture.height * scale}px`;
    style.transform = `translate(${x}px, ${y}px)`;
  }

  async #showPicture() {
    const image = this.#paper.querySelector("img[data-stage-preview]");
    try {
      await this.#levels.takePreview(/** @type {HTMLImageElement} */ (image));
      this.#drawAll();
      for (const still of this.#paper.querySelectorAll("img")) still.hidden = true;
      this.#fetchLater();
    } catch {
      this.#element.dataset.failed = "yes";
    }
    this.#tell();
  }

  /** @returns {Shown} */
  get #shown() {
    return this.#other ?? { levels: this.#levels, size: this.#picture };
  }

  #fetchLater() {
    clearTimeout(this.#fetchTimer);
    const { levels, size } = this.#shown;
    const { scale } = views.inPlaceOf(this.#view, size, this.#picture);
    const zoom = scale * this.#layers.density;
    if (levels.wantsFull(zoom)) {
      this.#fetchTimer = window.setTimeout(() => this.#fetchFull(levels), FETCH_AFTER);
    } else if (levels !== this.#levels && levels.holdsFullIdly(zoom)) {
      this.#fetchTimer = window.setTimeout(() => levels.letGoOfFull(), LET_GO_AFTER);
    }
    this.#letGoLater();
  }

  /** The picture's own raster is given back also while a result is shown in its place. */
  #letGoLater() {
    const isIdle = this.#levels.holdsFullIdly(this.zoom);
    if (!isIdle) clearTimeout(this.#letGoTimer);
    if (!isIdle) this.#letGoTimer = 0;
    else this.#letGoTimer ||= window.setTimeout(() => {
      this.#letGoTimer = 0;
      this.#levels.letGoOfFull();
    }, LET_GO_AFTER);
  }

  /** @param {PictureLevels} levels */
  async #fetchFull(levels) {
    this.isSharpening = true;
    this.#tell();
    try {
      await levels.fetchFull();
      this.redraw();
      this.#fetchLater();
    } catch {
      // The preview stays; the next zoom tries again.
    }
    this.isSharpening = false;
    this.#tell();
  }
}
