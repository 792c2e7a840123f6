/**
 * Two pictures compared on a table: by a line, side by side, or by what differs. The table has the
 * view, this draws by it; on the studio's stage and on the page of an edit alike.
 */

import { drawLevel } from "../drawing.js";
import { inPlaceOf } from "../view.js";
import { shareWords } from "./difference.js";
import { Divider } from "./divider.js";
import { DifferenceMap } from "./map.js";
import { sides, viewIn } from "./panes.js";

/** @typedef {import("../picture.js").PictureLevels} PictureLevels */
/** @typedef {import("../view.js").Size} Size */
/** @typedef {import("../view.js").View} View */
/** @typedef {import("./panes.js").Mode} Mode */
/** @typedef {{levels: PictureLevels, size: Size, label: string}} Side */
/** @typedef {{view: View, size: Size, zoom: number, onChange: (listener: () => void) => void}} Table */

const SHARP_AFTER = 200;
const MAP_AFTER = 50;
const EXACT_PIXELS = 6e6;

export class CompareDesk {
  #root;
  #table;
  #picture;
  #canvas;
  #labels;
  #divider;
  #amplify;
  #said;
  #map;
  /** @type {[Side, Side] | null} */
  #pair = null;
  /** @type {Mode} */
  #mode = "line";
  #isHeld = false;
  #frame = 0;
  #sharpTimer = 0;
  #mapTimer = 0;

  /**
   * @param {HTMLElement} root lies over the whole table
   * @param {Table} table
   * @param {Size} picture by whose pixels the table counts
   */
  constructor(root, table, picture) {
    this.#root = root;
    this.#table = table;
    this.#picture = picture;
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-desk-${name}]`));
    this.#canvas = /** @type {HTMLCanvasElement} */ (find("canvas"));
    this.#labels = [find("before"), find("after")];
    this.#said = find("said");
    this.#amplify = /** @type {HTMLInputElement} */ (find("amplify"));
    this.#divider = new Divider(find("divider"), root, () => this.redraw());
    this.#map = new DifferenceMap((map, share, isExact) => this.#showMap(map, share, isExact));
    this.#amplify.addEventListener("input", () => this.redraw());
    table.onChange(() => this.redraw());
  }

  get isOpen() {
    return this.#pair !== null;
  }

  /** Where the line is, as a share of the table's width. @param {number} share */
  set split(share) {
    this.#divider.share = share;
  }

  get mode() {
    return this.#mode;
  }

  /**
   * @param {[Side, Side]} pair
   * @param {Mode} mode
   */
  show(pair, mode) {
    this.#pair = pair;
    this.#mode = mode;
    this.#isHeld = false;
    this.#root.hidden = false;
    this.#root.dataset.mode = mode;
    this.#labels.forEach((label, i) => (label.textContent = pair[i].label));
    void this.#fetchPreviews(pair);
    this.redraw();
  }

  /** @param {[Side, Side]} pair what is in sight first */
  async #fetchPreviews(pair) {
    const fetched = pair.map(({ levels }) => () => levels.fetchPreview().then(() => this.redraw(), () => {}));
    if (this.#mode === "after") await fetched[1]();
    for (const fetch of fetched) void fetch();
  }

  close() {
    this.#pair = null;
    this.#root.hidden = true;
    this.#map.close();
    clearTimeout(this.#sharpTimer);
    clearTimeout(this.#mapTimer);
    this.#canvas.width = this.#canvas.height = 1;
  }

  /** @param {boolean} isHeld whether the first of the two shows alone */
  hold(isHeld) {
    this.#isHeld = isHeld;
    this.#root.toggleAttribute("data-held", isHeld);
    this.redraw();
  }

  redraw() {
    if (!this.#pair) return;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const pair = this.#pair;
    if (!pair) return;
    const { size } = this.#table;
    const context = this.#cleared(size);
    if (this.#isHeld) this.#lay(context, pair[0], { left: 0, top: 0, ...size }, this.#table.view);
    else if (this.#mode === "sides") {
      const panes = sides(size);
      panes.forEach((pane, i) => this.#lay(context, pair[i], pane, viewIn(this.#table.view, pane, size)));
      this.#root.toggleAttribute("data-stacked", panes[1].top > 0);
    } else if (this.#mode === "line") {
      const split = this.#divider.share * size.width;
      const right = { left: split, top: 0, width: size.width - split, height: size.height };
      this.#lay(context, pair[0], { left: 0, top: 0, width: split, height: size.height }, this.#table.view);
      this.#lay(context, pair[1], right, this.#table.view);
    } else if (this.#mode === "after") this.#lay(context, pair[1], { left: 0, top: 0, ...size }, this.#table.view);
    else this.#askForMap(pair);
    this.#sharpenLater(pair);
  }

  /** @param {Size} size */
  #cleared({ width, height }) {
    const canvas = this.#canvas;
    const [across, down] = [Math.round(width * this.#density), Math.round(height * this.#density)];
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
    // The last map stays until the next one is there.
    else if (this.#mode !== "difference" || this.#isHeld) context.clearRect(0, 0, across, down);
    return context;
  }

  get #density() {
    return this.#table.zoom / this.#table.view.scale;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Side} side
   * @param {import("./panes.js").Pane} pane
   * @param {View} view
   */
  #lay(context, { levels, size }, pane, view) {
    const density = this.#density;
    const { scale, x, y } = inPlaceOf(view, size, this.#picture);
    const level = levels.levelFor(scale * density);
    if (!level) return;
    context.save();
    context.beginPath();
    context.rect(pane.left * density, pane.top * density, pane.width * density, pane.height * density);
    context.clip();
    drawLevel(context, level, { scale: scale * density, x: x * density, y: y * density }, size);
    context.restore();
  }

  /** @param {[Side, Side]} pair */
  #askForMap(pair) {
    clearTimeout(this.#mapTimer);
    this.#mapTimer = window.setTimeout(() => {
      const { size, view } = this.#table;
      const table = { size, view, density: this.#density, picture: this.#picture, amplify: 2 ** Number(this.#amplify.value) };
      this.#map.ask(pair, table);
    }, MAP_AFTER);
  }

  /**
   * @param {ImageData} map
   * @param {number} share
   * @param {boolean} isExact
   */
  #showMap(map, share, isExact) {
    if (!this.#pair || this.#mode !== "difference" || this.#isHeld) return;
    void createImageBitmap(map).then((bitmap) => {
      const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
      const { width, height } = this.#canvas;
      if (this.#pair && this.#mode === "difference" && !this.#isHeld) {
        context.clearRect(0, 0, width, height);
        context.drawImage(bitmap, 0, 0, width, height);
      }
      bitmap.close();
    });
    const words = `${shareWords(share, isExact)} · ${2 ** Number(this.#amplify.value)}× stronger`;
    if (this.#said.textContent !== words) this.#said.textContent = words;
  }

  /** @param {[Side, Side]} pair */
  #seen(pair) {
    if (this.#isHeld) return [pair[0]];
    return this.#mode === "after" ? [pair[1]] : pair;
  }

  /** @param {[Side, Side]} pair */
  #sharpenLater(pair) {
    clearTimeout(this.#sharpTimer);
    const { scale } = this.#table.view;
    const wants = this.#seen(pair).filter(({ levels, size }) => {
      // A map of small pictures is exact at any zoom.
      const isSmall = this.#mode === "difference" && size.width * size.height <= EXACT_PIXELS;
      if (isSmall && !levels.hasFull) return true;
      return levels.wantsFull(inPlaceOf({ scale, x: 0, y: 0 }, size, this.#picture).scale * this.#density);
    });
    if (!wants.length) return;
    this.#sharpTimer = window.setTimeout(() => {
      for (const { levels } of wants) levels.fetchFull().then(() => this.redraw(), () => {});
    }, SHARP_AFTER);
  }
}
