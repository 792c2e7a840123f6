/** The comparison of a page that is no studio: its two pictures stand on the page as images. */

import { PictureLevels } from "../picture.js";
import { CompareDesk } from "./desk.js";
import { PageTable } from "./page-table.js";
import { pointInPane, shareInPane } from "./panes.js";

/** @typedef {import("./panes.js").Mode} Mode */

export class PageDesk {
  #table;
  #desk;
  #pair;
  #before;
  #changed;

  /**
   * @param {HTMLElement} stage with both images and the desk in it
   * @param {HTMLImageElement} before
   * @param {HTMLImageElement} after
   * @param {() => void} changed called when the view has changed
   */
  constructor(stage, before, after, changed) {
    this.#before = sizeOf(before);
    this.#changed = changed;
    this.#table = new PageTable(stage, this.#before);
    this.#desk = new CompareDesk(/** @type {HTMLElement} */ (stage.querySelector("[data-desk]")), this.#table, this.#before);
    this.#pair = /** @type {[import("./desk.js").Side, import("./desk.js").Side]} */ (
      [before, after].map((image) => ({ levels: levelsOf(image), size: sizeOf(image), label: labelOf(image) ?? (image === before ? "Before" : "After") }))
    );
    this.#table.onChange(changed);
  }

  get mode() {
    return this.#desk.isOpen ? this.#desk.mode : null;
  }

  get isFitted() {
    return this.#table.isFitted;
  }

  /**
   * @param {Mode} mode
   * @param {number} split where the line is, as a share of the table
   */
  show(mode, split) {
    const inPanes = mode === "sides";
    const table = this.#table;
    table.paned = inPanes ? (point) => pointInPane(point, table.size) : (point) => point;
    if (table.isFitted) this.fit(inPanes);
    if (this.mode !== "line") this.#desk.split = split;
    this.#desk.show(this.#pair, mode);
    this.#changed();
  }

  /** @param {boolean} [inPanes] */
  fit(inPanes = this.mode === "sides") {
    this.#table.fit(inPanes ? shareInPane(this.#before, this.#table.size) : 1);
  }

  toggleZoom() {
    if (this.#table.isFitted) this.#table.toggleZoom();
    else this.fit();
  }

  /** @param {boolean} isHeld */
  hold(isHeld) {
    if (this.mode) this.#desk.hold(isHeld);
  }

  /** Back to the images, and their memory given back. */
  close() {
    this.#table.fit();
    this.#desk.close();
    for (const { levels } of this.#pair) levels.letGoOfFull();
    this.#changed();
  }
}

/** What its page calls it. @param {HTMLImageElement} image */
function labelOf(image) {
  return image.closest("[data-onto]") ? image.alt : undefined;
}

/** @param {HTMLImageElement} image */
function sizeOf(image) {
  return { width: Number(image.getAttribute("width")), height: Number(image.getAttribute("height")) };
}

/** @param {HTMLImageElement} image */
function levelsOf(image) {
  const levels = new PictureLevels({ ...sizeOf(image), preview_url: image.src, full_url: image.dataset.full ?? image.src });
  levels.takeStandIn(image);
  return levels;
}
