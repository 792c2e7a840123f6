/** One picture on the viewer's table: zoomed, compared with what it was made of, with its mask's edge. */

import { CompareDesk } from "../studio/compare/desk.js";
import { pointInPane } from "../studio/compare/panes.js";
import { PictureLevels } from "../studio/picture.js";
import { Outline } from "./outline.js";
import { ViewerTable } from "./table.js";

/** @typedef {import("../studio/compare/panes.js").Mode} Mode */
/** @typedef {import("../studio/compare/desk.js").Side} Side */

const FETCH_AFTER = 200;
/** The full raster takes four bytes a pixel; when nobody has looked closely for so long it is let go. */
const LET_GO_AFTER = 20_000;

export class Looking {
  #stage;
  #desk;
  #pair;
  #outline;
  #timer = 0;
  /** @type {(() => void)[]} */
  #listeners = [];

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.#stage = stage;
    const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (stage.querySelector(selector));
    const image = /** @type {HTMLImageElement} */ (part("[data-after]"));
    const [width, height] = ["width", "height"].map((side) => Number(image.getAttribute(side)));
    const after = sideOf("After", width, height, image.src, image.dataset.full ?? image.src);
    after.levels.takeStandIn(image);
    const before = part("[data-before]");
    this.element = part("[data-table]");
    // By the stage, which stays where it is: what lies on it goes along with a finger.
    this.table = new ViewerTable(stage, after.size);
    this.#desk = new CompareDesk(part("[data-desk]"), this.table, after.size);
    this.#pair = /** @type {[Side, Side]} */ ([before ? sideFrom(before) : after, after]);
    this.hasBefore = before !== null;
    const mask = this.element.dataset.mask;
    this.#outline = mask ? new Outline(/** @type {HTMLCanvasElement} */ (part("[data-outline]")), mask, this.table) : null;
    const paper = part("[data-paper]");
    this.table.onChange(() => {
      this.#placePaper(paper);
      this.#sharpenLater();
      this.#tell();
    });
    this.#placePaper(paper);
    // The difference has a slider of its own, which no hand on the table may take.
    part(".comparison__difference").addEventListener("pointerdown", (event) => event.stopPropagation());
    const { view, size } = this.table;
    this.#desk.split = (view.x + (Number(this.element.dataset.split) / 1000) * after.size.width * view.scale) / size.width;
    this.compare("after");
    after.levels.fetchPreview().then(
      () => stage.toggleAttribute("data-drawn", true),
      () => this.#say("This picture could not be loaded. Reload the page to try again."),
    );
  }

  /** @param {() => void} listener called when the view or the comparison is another one */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  get mode() {
    return this.#desk.mode;
  }

  get hasOutline() {
    return this.#outline !== null;
  }

  get isOutlined() {
    return this.#outline?.isShown === true;
  }

  /** @param {Mode} mode the same again: enough */
  toggle(mode) {
    this.compare(this.mode === mode ? "after" : mode);
  }

  /** @param {Mode} mode */
  compare(mode) {
    const { table } = this;
    const wasFitted = table.isFitted;
    table.isInPanes = mode === "sides";
    table.paned = table.isInPanes ? (point) => pointInPane(point, table.size) : (point) => point;
    this.#stage.dataset.mode = mode;
    this.#desk.show(this.#pair, this.hasBefore ? mode : "after");
    if (wasFitted) table.fit();
    else table.show(table.view);
  }

  /** @param {boolean} isHeld */
  hold(isHeld) {
    this.#desk.hold(isHeld);
    this.#stage.toggleAttribute("data-held", isHeld);
    this.#outline?.redraw();
  }

  /** @param {boolean} isShown */
  outline(isShown) {
    this.#outline?.show(isShown);
    this.#tell();
  }

  /** Gives everything back. */
  close() {
    clearTimeout(this.#timer);
    this.table.close();
    this.#desk.close();
    for (const { levels } of this.#pair) levels.close();
  }

  /** What stands on the page until the canvas is drawn lies where the canvas will draw it. */
  #placePaper(/** @type {HTMLElement} */ paper) {
    const { view, picture } = this.table;
    paper.style.width = `${picture.width * view.scale}px`;
    paper.style.height = `${picture.height * view.scale}px`;
    paper.style.transform = `translate(${view.x}px, ${view.y}px)`;
  }

  #sharpenLater() {
    clearTimeout(this.#timer);
    const [, { levels }] = this.#pair;
    const { zoom } = this.table;
    if (levels.wantsFull(zoom)) this.#timer = window.setTimeout(() => void this.#sharpen(levels), FETCH_AFTER);
    else if (levels.holdsFullIdly(zoom)) {
      this.#timer = window.setTimeout(() => this.#pair.forEach((side) => side.levels.letGoOfFull()), LET_GO_AFTER);
    }
  }

  /** @param {PictureLevels} levels */
  async #sharpen(levels) {
    this.#say("Loading full resolution");
    await levels.fetchFull().catch(() => {});
    this.#say("");
    this.#desk.redraw();
  }

  /** @param {string} words */
  #say(words) {
    const said = /** @type {HTMLElement} */ (this.#stage.querySelector("[data-viewer-said]"));
    said.textContent = words;
    said.hidden = !words;
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/** @param {HTMLElement} element */
function sideFrom({ dataset }) {
  const { width, height, preview = "", full = "" } = dataset;
  return sideOf("Before", Number(width), Number(height), preview, full);
}

/**
 * @param {string} label
 * @param {number} width
 * @param {number} height
 * @param {string} preview
 * @param {string} full
 * @returns {Side}
 */
function sideOf(label, width, height, preview, full) {
  const levels = new PictureLevels({ width, height, preview_url: preview, full_url: full });
  return { levels, size: { width, height }, label };
}
