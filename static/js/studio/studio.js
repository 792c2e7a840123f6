/** The painting half of the studio: wires mask, stage, tools, hands and keys together. */

import { clear, fillAll, invert } from "./mask/raster.js";
import { MaskSheet } from "./mask/sheet.js";
import { Cursor } from "./cursor.js";
import { PointerInput } from "./pointer.js";
import { BrushSettings } from "./settings.js";
import { Stage } from "./stage.js";
import { BrushTool } from "./tools/brush.js";
import { RectangleTool } from "./tools/rectangle.js";
import { toPicture, toStage } from "./view.js";

/** @typedef {import("./mask/box.js").Box} Box */
/** @typedef {import("./settings.js").ToolName} ToolName */
/** @typedef {import("./toolbar.js").Commands} Commands */
/** @typedef {import("./view.js").Point} Point */
/** @typedef {import("./pointer.js").Touch} Touch */

const MIB = 1024 * 1024;
const HISTORY_BYTES = 64 * MIB;
const ZOOM_STEP = 1.5;
/** Pixels of an Alt + right drag that double the brush, and that go from soft to hard. */
const DRAG_TO_DOUBLE = 120;
const DRAG_TO_HARD = 250;

export class Studio {
  /** @type {ToolName} */
  tool = "brush";
  showsMask = true;
  #spaceHeld = false;
  #originalHeld = false;
  #erasing = false;
  /** Where the pointer is, on the stage. @type {Point | null} */
  #pointer = null;
  #cursor;
  #brushTool;
  #rectangleTool;
  /** @type {BrushTool | RectangleTool | null} */
  #working = null;
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {HTMLElement} element the stage
   * @param {import("./types.js").Picture} picture
   * @param {Storage | null} storage
   */
  constructor(element, picture, storage) {
    this.sheet = new MaskSheet(picture.width, picture.height, { budget: HISTORY_BYTES });
    this.brush = new BrushSettings(picture, storage);
    this.stage = new Stage(element, picture, this.sheet.mask);
    this.#cursor = new Cursor(element);
    this.#brushTool = new BrushTool(this.sheet, this.brush);
    this.#rectangleTool = new RectangleTool(this.sheet, (box, erase) =>
      this.#cursor.rectangle(box, this.stage.view, erase),
    );
    this.input = new PointerInput(element, this.#hands());
    this.sheet.onChange(() => this.#changed());
    this.stage.onChange(() => this.#showCursor());
    this.brush.onChange(() => this.#brushChanged());
    this.#showCursor();
  }

  /** @param {() => void} listener called when anything a button shows may have changed */
  onChange(listener) {
    this.#listeners.push(listener);
    this.stage.onChange(listener);
    this.brush.onChange(listener);
  }

  /**
   * Replaces the mask by kept tiles, as one step.
   * @param {{width: number, height: number, slots: import("./mask/tiles.js").Slot[]}} kept
   * @returns {boolean} false when the mask belongs to a picture of another size
   */
  putMask({ width, height, slots }) {
    const { mask } = this.sheet;
    if (width !== mask.width || height !== mask.height) return false;
    this.sheet.change(() => slots.forEach((slot, index) => mask.put(index, slot)));
    return true;
  }

  /** Takes the ring away while the pointer is over something that is not painted on. */
  pointerAway() {
    this.#hover(null, false);
  }

  /** @returns {Commands} */
  commands() {
    return { ...this.#toolCommands(), ...this.#maskCommands(), ...this.#viewCommands() };
  }

  /** @returns {Commands} */
  #toolCommands() {
    /** @param {ToolName} name */
    const tool = (name) => ({ run: () => this.#take(name), isPressed: () => this.tool === name });
    return {
      brush: tool("brush"),
      eraser: tool("eraser"),
      rectangle: tool("rectangle"),
      hand: tool("hand"),
      swap: { run: () => this.#take(this.tool === "eraser" ? "brush" : "eraser") },
      smaller: { run: () => this.brush.resize(-1) },
      larger: { run: () => this.brush.resize(1) },
      "much-smaller": { run: () => this.brush.resize(-1, true) },
      "much-larger": { run: () => this.brush.resize(1, true) },
      softer: { run: () => this.brush.harden(-1) },
      harder: { run: () => this.brush.harden(1) },
    };
  }

  /** @returns {Commands} */
  #maskCommands() {
    const { sheet } = this;
    const isPainted = () => !sheet.mask.isEmpty;
    return {
      undo: { run: () => void sheet.undo(), isEnabled: () => sheet.history.canUndo },
      redo: { run: () => void sheet.redo(), isEnabled: () => sheet.history.canRedo },
      all: { run: () => void sheet.change(fillAll) },
      invert: { run: () => void sheet.change(invert) },
      clear: { run: () => void sheet.change(clear), isEnabled: isPainted },
      cancel: { run: () => this.input.cancel(), isEnabled: () => this.input.isBusy },
    };
  }

  /** @returns {Commands} */
  #viewCommands() {
    const { stage } = this;
    const at = () => this.#pointer ?? undefined;
    return {
      "zoom-in": { run: () => stage.zoomBy(ZOOM_STEP, at()) },
      "zoom-out": { run: () => stage.zoomBy(1 / ZOOM_STEP, at()) },
      fit: { run: () => stage.fit() },
      actual: { run: () => stage.zoomTo(1, at()) },
      zoom: { run: () => (Math.abs(stage.zoom - 1) < 0.005 ? stage.fit() : stage.zoomTo(1)) },
      pan: { run: () => this.#holdSpace(true), release: () => this.#holdSpace(false) },
      overlay: { run: () => this.#toggleMask(), isPressed: () => this.showsMask },
      original: { run: () => this.#holdOriginal(true), release: () => this.#holdOriginal(false) },
    };
  }

  /** @returns {import("./pointer.js").Hands} */
  #hands() {
    return {
      pointOf: (event) => this.stage.pointOf(event),
      movesView: () => this.#spaceHeld || this.tool === "hand",
      controlHeld: () => this.controlHeld(),
      begin: (touch, manner) => this.#begin(touch, manner),
      go: (touches, shift) => this.#go(touches, shift),
      end: () => this.#finish(),
      cancel: () => this.#cancel(),
      hover: (point, shift) => this.#hover(point, shift),
      pan: (dx, dy) => this.stage.panBy(dx, dy),
      pinch: (before, after) => this.stage.pinch(before, after),
      zoom: (factor, point) => this.stage.zoomBy(factor, point),
      shapeBrush: (dx, dy) =>
        this.brush.set({
          size: this.brush.size * 2 ** (dx / DRAG_TO_DOUBLE),
          hardness: this.brush.hardness - dy / DRAG_TO_HARD,
        }),
      resizeBrush: (steps) => this.brush.resize(steps),
      undo: () => void this.sheet.undo(),
      redo: () => void this.sheet.redo(),
    };
  }

  /** Whether the Ctrl key is down. The page replaces it. @returns {boolean} */
  controlHeld() {
    return false;
  }

  /** Where the ring shows while sliders change it. The page replaces it. @returns {Point} */
  ghostPlace() {
    return { x: this.stage.size.width / 2, y: this.stage.size.height / 2 };
  }

  /**
   * @param {Touch} touch
   * @param {{erase: boolean, shift: boolean}} manner
   */
  #begin(touch, { erase, shift }) {
    if (!this.sheet.isFree || this.tool === "hand") return false;
    if (!this.showsMask) this.#toggleMask();
    this.#erasing = erase || this.tool === "eraser";
    this.#working = this.tool === "rectangle" ? this.#rectangleTool : this.#brushTool;
    const manner = { erase: this.#erasing, shift };
    this.stage.maskChanged(this.#working.start(this.#sample(touch), manner));
    return true;
  }

  /**
   * @param {Touch[]} touches
   * @param {boolean} shift
   */
  #go(touches, shift) {
    const samples = touches.map((touch) => this.#sample(touch));
    this.stage.maskChanged(this.#working?.move(samples, shift) ?? null);
  }

  #finish() {
    this.stage.maskChanged(this.#working?.end() ?? null);
    this.#putDown();
  }

  #cancel() {
    this.#working?.cancel();
    this.stage.maskReplaced();
    this.#putDown();
  }

  #putDown() {
    this.#working = null;
    this.#erasing = false;
    this.#showCursor();
  }

  /**
   * @param {Touch} touch
   * @returns {import("./tools/brush.js").Sample}
   */
  #sample({ point, pressure }) {
    return { ...toPicture(this.stage.view, point), pressure };
  }

  /**
   * @param {Point | null} point
   * @param {boolean} shift
   */
  #hover(point, shift) {
    this.#pointer = point;
    this.#cursor.stopGhost();
    const from = this.tool === "rectangle" || this.tool === "hand" ? null : this.#brushTool.lastEnd;
    const line = shift && point && from && !this.#working ? toStage(this.stage.view, from) : null;
    this.#cursor.line(line, point ?? undefined);
    this.#showCursor();
  }

  #showCursor() {
    const paints = (this.tool === "brush" || this.tool === "eraser") && !this.#spaceHeld;
    this.#cursor.ring(paints ? this.#pointer : null, this.#ring());
    const moves = this.#spaceHeld || this.tool === "hand";
    const idle = paints ? "brush" : "cross";
    this.#cursor.shape(moves ? (this.input?.isBusy ? "grabbing" : "grab") : idle);
  }

  #ring() {
    const diameter = Math.max(1, this.brush.size * this.stage.view.scale);
    const erase = this.#working ? this.#erasing : this.tool === "eraser";
    return { diameter, hardness: this.brush.hardness, erase };
  }

  #brushChanged() {
    if (this.#pointer) this.#showCursor();
    else this.#cursor.ghost(this.ghostPlace(), this.#ring());
  }

  /** @param {ToolName} name */
  #take(name) {
    this.input.cancel();
    this.tool = name;
    this.#showCursor();
    this.#tell();
  }

  /** @param {boolean} held */
  #holdSpace(held) {
    this.#spaceHeld = held;
    this.#showCursor();
  }

  /** @param {boolean} held */
  #holdOriginal(held) {
    this.#originalHeld = held;
    this.stage.showMask(this.showsMask && !held);
  }

  #toggleMask() {
    this.showsMask = !this.showsMask;
    this.stage.showMask(this.showsMask && !this.#originalHeld);
    this.#tell();
  }

  #changed() {
    this.stage.maskReplaced();
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
