/** The adjusting of one edit: wires layers, table, brush, areas, hands and keys together. */

import { Cursor } from "../studio/cursor.js";
import { PointerInput } from "../studio/pointer.js";
import { toPicture, toStage } from "../studio/view.js";
import { AreaChoice } from "./areas.js";
import { Composition } from "./composition.js";
import { heatPixels, outlinePixels } from "./marking.js";
import { Restoring } from "./restoring.js";
import { Table, canvasOf } from "./table.js";

/** @typedef {import("../studio/mask/box.js").Box} Box */
/** @typedef {import("../studio/pointer.js").Touch} Touch */
/** @typedef {import("../studio/settings.js").ToolSettings} ToolSettings */
/** @typedef {import("../studio/toolbar.js").Commands} Commands */
/** @typedef {import("../studio/view.js").Point} Point */
/** @typedef {import("./blending.js").Pixels} Pixels */
/** @typedef {import("./settings-form.js").SettingsForm} SettingsForm */
/** @typedef {import("./types.js").AdjustData} AdjustData */
/** @typedef {import("./types.js").Layers} Layers */
/** @typedef {"compare" | "brush" | "eraser" | "hand"} ToolName */

const ZOOM_STEP = 1.5;
/** Pixels of an Alt + right drag that double the brush, and that go from soft to hard. */
const DRAG_TO_DOUBLE = 120;
const DRAG_TO_HARD = 250;

/**
 * @typedef {object} Parts
 * @property {HTMLElement} stage
 * @property {HTMLElement} areas the list in the panel
 * @property {AdjustData} data
 * @property {Pixels} original at the preview's size
 * @property {SettingsForm} form
 * @property {ToolSettings} brush
 */

export class Desk {
  /** @type {ToolName} */
  tool = "compare";
  showsAreas = false;
  showsHeat = false;
  #data;
  #form;
  #brush;
  #composition;
  #table;
  #restoring;
  #choice;
  #cursor;
  #input;
  #spaceHeld = false;
  #erasing = false;
  #isWorking = false;
  #highlighted = 0;
  /** @type {Point | null} */
  #pointer = null;
  /** @type {Layers | null} */
  #layers = null;
  #frame = 0;
  /** What was painted back since the last frame; "all" also when settings have changed. */
  #changed = /** @type {Box | "all" | null} */ (null);
  /** @type {(() => void)[]} */
  #listeners = [];

  /** @param {Parts} parts */
  constructor({ stage, areas, data, original, form, brush }) {
    this.#data = data;
    this.#form = form;
    this.#brush = brush;
    this.#composition = new Composition(original, original.width / data.picture.width, data.most_regions);
    this.#table = new Table(stage, data.picture, original);
    this.#restoring = new Restoring(data.picture, original, this.#composition.restored, brush, (box) => this.#restored(box));
    const badges = /** @type {HTMLElement} */ (stage.querySelector("[data-stage-badges]"));
    this.#choice = new AreaChoice(areas, badges, data.results, {
      choose: (chosen) => form.set({ areas: chosen }),
      highlight: (number) => this.#highlight(number),
    });
    this.#cursor = new Cursor(stage);
    this.#input = new PointerInput(stage, this.#hands());
    form.onChange(() => this.refresh());
    this.#table.onChange(() => this.#viewChanged());
    brush.onChange(() => this.#brushChanged());
    this.#restoring.sheet.onChange(() => this.#tell());
    this.#viewChanged();
  }

  get table() {
    return this.#table;
  }

  get restored() {
    return this.#restoring.sheet;
  }

  /** @param {() => void} listener called when anything a button or a sentence shows may have changed */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /**
   * @param {number} id of a result
   * @param {Layers} layers
   */
  add(id, layers) {
    this.#composition.add(id, layers);
    if (id === this.#form.settings.result) this.#layers = layers;
    this.refresh();
  }

  /** Computes the picture anew, in the next frame. */
  refresh() {
    this.#changed = "all";
    this.#ask();
    this.#showAreas();
    this.#showOver();
    this.#tell();
  }

  /** Why nothing can be kept now; empty when something can. */
  get problem() {
    if (!this.#layers) return "The layers of this edit are not there yet.";
    if (!this.#layers.areas && !this.#layers.found) return "There is nothing to keep apart.";
    if (!this.#composition.areas(this.#form.settings)?.areas.sizes.length) return "Nothing changed at this sensitivity.";
    return this.#composition.isEmpty(this.#form.settings) ? "Nothing of the edit is left." : "";
  }

  /** How many areas there are. */
  get areaCount() {
    return this.#composition.areas(this.#form.settings)?.areas.sizes.length ?? 0;
  }

  /** @returns {Commands} */
  commands() {
    const { sheet } = this.#restoring;
    /** @param {ToolName} name */
    const tool = (name) => ({ run: () => this.take(name), isPressed: () => this.tool === name });
    return {
      compare: tool("compare"),
      brush: tool("brush"),
      eraser: tool("eraser"),
      hand: tool("hand"),
      swap: { run: () => this.take(this.tool === "eraser" ? "brush" : "eraser") },
      smaller: { run: () => this.#brush.resize(-1) },
      larger: { run: () => this.#brush.resize(1) },
      "much-smaller": { run: () => this.#brush.resize(-1, true) },
      "much-larger": { run: () => this.#brush.resize(1, true) },
      softer: { run: () => this.#brush.harden(-1) },
      harder: { run: () => this.#brush.harden(1) },
      undo: { run: () => void sheet.undo(), isEnabled: () => sheet.history.canUndo },
      redo: { run: () => void sheet.redo(), isEnabled: () => sheet.history.canRedo },
      clear: { run: () => void sheet.change(empty), isEnabled: () => !sheet.mask.isEmpty },
      cancel: { run: () => this.#input.cancel(), isEnabled: () => this.#input.isBusy },
      ...this.#viewCommands(),
    };
  }

  /** @returns {Commands} */
  #viewCommands() {
    const table = this.#table;
    const at = () => this.#pointer ?? undefined;
    return {
      "zoom-in": { run: () => table.zoomBy(ZOOM_STEP, at()) },
      "zoom-out": { run: () => table.zoomBy(1 / ZOOM_STEP, at()) },
      fit: { run: () => table.fit() },
      actual: { run: () => table.zoomTo(1, at()) },
      zoom: { run: () => (Math.abs(table.zoom - 1) < 0.005 ? table.fit() : table.zoomTo(1)) },
      pan: { run: () => this.#holdSpace(true), release: () => this.#holdSpace(false) },
      overlay: { run: () => this.#toggleAreas(), isPressed: () => this.showsAreas },
      original: { run: () => table.holdOriginal(true), release: () => table.holdOriginal(false) },
    };
  }

  /** @param {ToolName} name */
  take(name) {
    this.#input.cancel();
    this.tool = name;
    this.#showCursor();
    this.#tell();
  }

  /** @param {boolean} shows */
  showHeat(shows) {
    this.showsHeat = shows;
    this.#showOver();
    this.#tell();
  }

  #toggleAreas() {
    this.showsAreas = !this.showsAreas;
    this.#showOver();
    this.#tell();
  }

  /** Whether the Ctrl key is down. The page replaces it. @returns {boolean} */
  controlHeld() {
    return false;
  }

  /** @returns {import("../studio/pointer.js").Hands} */
  #hands() {
    const table = () => this.#table;
    return {
      pointOf: (event) => this.#table.pointOf(event),
      movesView: () => this.#spaceHeld || this.tool === "hand",
      controlHeld: () => this.controlHeld(),
      begin: (touch, manner) => this.#begin(touch, manner),
      go: (touches) => this.#go(touches),
      end: () => this.#finish(),
      cancel: () => this.#cancel(),
      hover: (point) => this.#hover(point),
      pan: (dx, dy) => table().panBy(dx, dy),
      pinch: (before, after) => table().pinch(before, after),
      zoom: (factor, point) => table().zoomBy(factor, point),
      shapeBrush: (dx, dy) =>
        this.#brush.set({
          size: this.#brush.size * 2 ** (dx / DRAG_TO_DOUBLE),
          hardness: this.#brush.hardness - dy / DRAG_TO_HARD,
        }),
      resizeBrush: (steps) => this.#brush.resize(steps),
      undo: () => void this.#restoring.sheet.undo(),
      redo: () => void this.#restoring.sheet.redo(),
    };
  }

  /**
   * @param {Touch} touch
   * @param {{erase: boolean, shift: boolean}} manner
   */
  #begin(touch, { erase, shift }) {
    if (this.tool === "hand") return false;
    if (this.tool === "compare") {
      this.#splitAt(touch);
      return true;
    }
    if (!this.#restoring.sheet.isFree) return false;
    this.#erasing = erase || this.tool === "eraser";
    this.#isWorking = true;
    this.#restoring.changed(this.#restoring.tool.start(this.#sample(touch), { erase: this.#erasing, shift }));
    return true;
  }

  /** @param {Touch[]} touches */
  #go(touches) {
    if (this.tool === "compare") {
      this.#splitAt(touches[touches.length - 1]);
      return;
    }
    const box = this.#restoring.tool.move(touches.map((touch) => this.#sample(touch)));
    if (box) this.#restoring.changed(box);
  }

  #finish() {
    if (this.#isWorking) {
      const box = this.#restoring.tool.end();
      if (box) this.#restoring.changed(box);
    }
    this.#putDown();
  }

  #cancel() {
    if (this.#isWorking) this.#restoring.cancel();
    this.#putDown();
  }

  #putDown() {
    this.#isWorking = false;
    this.#erasing = false;
    this.#showCursor();
    this.#tell();
  }

  /** @param {Touch} touch */
  #splitAt({ point }) {
    this.#table.splitAt(toPicture(this.#table.view, point).x / this.#data.picture.width);
  }

  /**
   * @param {Touch} touch
   * @returns {import("../studio/tools/tool.js").Sample}
   */
  #sample({ point, pressure }) {
    return { ...toPicture(this.#table.view, point), pressure };
  }

  /** @param {Box | null} box preview pixels */
  #restored(box) {
    if (!box) this.#changed = "all";
    else if (this.#changed !== "all") this.#changed = joined(this.#changed, box);
    this.#ask();
  }

  #ask() {
    this.#frame ||= requestAnimationFrame(() => this.#compute());
  }

  #compute() {
    this.#frame = 0;
    const changed = this.#changed;
    this.#changed = null;
    if (!changed) return;
    const drawn = this.#composition.update(this.#form.settings, changed === "all" ? null : changed);
    this.#table.take(this.#composition.pixels, drawn);
  }

  #showAreas() {
    const from = this.#composition.areas(this.#form.settings);
    if (!from) return;
    const { width, height } = this.#data.picture;
    const pixels = this.#layers?.areas ? width * height : from.plane.width * from.plane.height;
    this.#choice.show(from.areas, from.plane, this.#form.settings, pixels);
    this.#choice.place(this.#table.view, this.#data.picture);
  }

  /** @param {number} number of an area, 0 for none */
  #highlight(number) {
    if (number === this.#highlighted) return;
    this.#highlighted = number;
    this.#showOver();
  }

  #showOver() {
    const from = this.#composition.areas(this.#form.settings);
    const heat = this.#layers?.found?.heat;
    if (this.showsHeat && heat) this.#table.layOver(canvasOf(heatPixels(heat)));
    else if (from && (this.showsAreas || this.#highlighted)) {
      const { areas } = this.#form.settings;
      const isOutlined = (/** @type {number} */ number) => this.showsAreas || number === this.#highlighted;
      const isRejected = (/** @type {number} */ number) => areas.length > 0 && !areas[number - 1];
      this.#table.layOver(canvasOf(outlinePixels(from.plane, from.areas.numbers, isOutlined, isRejected)));
    } else this.#table.layOver(null);
  }

  /** @param {Point | null} point */
  #hover(point) {
    this.#pointer = point;
    this.#cursor.stopGhost();
    this.#showCursor();
  }

  #viewChanged() {
    this.#showCursor();
    this.#choice.place(this.#table.view, this.#data.picture);
    this.#tell();
  }

  #showCursor() {
    const paints = (this.tool === "brush" || this.tool === "eraser") && !this.#spaceHeld;
    this.#cursor.ring(paints ? this.#pointer : null, this.#ring());
    const moves = this.#spaceHeld || this.tool === "hand";
    this.#cursor.shape(moves ? (this.#input?.isBusy ? "grabbing" : "grab") : paints ? "brush" : "cross");
  }

  #ring() {
    const diameter = Math.max(1, this.#brush.size * this.#table.view.scale);
    const erase = this.#isWorking ? this.#erasing : this.tool === "eraser";
    return { diameter, hardness: this.#brush.hardness, erase };
  }

  #brushChanged() {
    const { width, height } = this.#data.picture;
    if (this.#pointer) this.#showCursor();
    else this.#cursor.ghost(toStage(this.#table.view, { x: width / 2, y: height / 2 }), this.#ring());
  }

  /** @param {boolean} held */
  #holdSpace(held) {
    this.#spaceHeld = held;
    this.#showCursor();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/** @param {import("../studio/mask/tiles.js").TileMask} mask */
function empty(mask) {
  mask.slots.forEach((slot, index) => slot && mask.put(index, null));
}

/**
 * @param {Box | null} one
 * @param {Box} other
 * @returns {Box}
 */
function joined(one, other) {
  if (!one) return other;
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
}
