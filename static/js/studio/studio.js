/** The painting half of the studio: wires mask, stage, tools, hands and keys together. */

import { MaskSheet } from "./mask/sheet.js";
import { Cursor } from "./cursor.js";
import { LongWork } from "./long-work.js";
import { MASK_OPTIONS, maskCommands } from "./mask-commands.js";
import { OutlineView } from "./outline.js";
import { PointerInput } from "./pointer.js";
import { Selection } from "./selection.js";
import { ToolSettings } from "./settings.js";
import { Stage } from "./stage.js";
import { toolCommands } from "./tool-commands.js";
import { Toolbelt } from "./toolbelt.js";
import { toPicture, toStage } from "./view.js";

/** @typedef {import("./mask/box.js").Box} Box */
/** @typedef {import("./toolbar.js").Commands} Commands */
/** @typedef {import("./view.js").Point} Point */
/** @typedef {import("./pointer.js").Held} Held */
/** @typedef {import("./pointer.js").Touch} Touch */
/** @typedef {import("./tools/tool.js").Tool} Tool */

const MIB = 1024 * 1024;
const HISTORY_BYTES = 64 * MIB;
const ZOOM_STEP = 1.5;
/** Pixels of an Alt + right drag that double the brush, and that go from soft to hard. */
const DRAG_TO_DOUBLE = 120;
const DRAG_TO_HARD = 250;
const NOTHING_HELD = { shift: false, alt: false, control: false };

export class Studio {
  showsMask = true;
  /** Whether something else is shown, so that nothing is painted. The page replaces it. */
  isLooking = () => false;
  #spaceHeld = false;
  #zoomHeld = false;
  #originalHeld = false;
  #erasing = false;
  /** Where the pointer is, on the stage. @type {Point | null} */
  #pointer = null;
  #cursor;
  #busy;
  /** What a press has begun with. @type {Tool | null} */
  #working = null;
  /** @type {Held} */
  #held = NOTHING_HELD;
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {HTMLElement} element the stage
   * @param {import("./types.js").Picture} picture
   * @param {Storage | null} storage
   */
  constructor(element, picture, storage) {
    this.sheet = new MaskSheet(picture.width, picture.height, { budget: HISTORY_BYTES });
    this.stage = new Stage(element, picture, this.sheet.mask);
    /** By how much the mask is grown, shrunk and feathered. */
    this.amounts = new ToolSettings("mask", MASK_OPTIONS, picture, storage);
    const hold = (/** @type {boolean} */ isBusy) => element.setAttribute("aria-busy", String(isBusy));
    this.work = new LongWork(this.sheet, (words) => this.#say(words), hold);
    this.#busy = /** @type {HTMLElement} */ (element.querySelector("[data-stage-busy]"));
    this.#cursor = new Cursor(element);
    this.selection = new Selection(element, picture, this.sheet, () => this.#tell());
    const outline = new OutlineView(element);
    this.tools = new Toolbelt(this.#desk(picture, outline), storage);
    this.hands = this.#hands();
    this.input = new PointerInput(element, this.hands);
    this.sheet.onChange((replaced) => this.#changed(replaced));
    this.stage.onChange(() => {
      outline.follow(this.stage.view);
      this.#showCursor();
    });
    this.tools.onChange(() => this.#toolsChanged());
    this.#showCursor();
  }

  /** @param {() => void} listener called when anything a button shows may have changed */
  onChange(listener) {
    this.#listeners.push(listener);
    this.stage.onChange(listener);
    this.tools.onChange(listener);
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
    this.#hover(null, NOTHING_HELD);
  }

  /**
   * A key that changes what the hand does went down or up.
   * @param {Held} held
   * @returns {boolean} whether a hand is over the stage
   */
  hold(held) {
    this.#held = held;
    if (this.#working) this.stage.maskChanged(this.#working.move([], this.#manner(held)));
    else if (this.#pointer) this.#hover(this.#pointer, held);
    return this.#working !== null || this.#pointer !== null;
  }

  /** @returns {Commands} */
  commands() {
    const tools = toolCommands(this.tools, (name) => this.#take(name));
    return { ...tools, ...this.#maskCommands(), ...this.#viewCommands() };
  }

  /**
   * @param {import("./types.js").Picture} picture
   * @param {OutlineView} outline
   * @returns {Omit<import("./tools/tool.js").Desk, "settings">}
   */
  #desk(picture, outline) {
    return {
      picture,
      sheet: this.sheet,
      scale: () => this.stage.view.scale,
      outline: (shape) => outline.show(shape),
      show: (box) => this.stage.maskChanged(box),
      work: (words, prepare) => this.work.run(words, prepare),
      tell: () => this.#tell(),
      ...this.selection.parts,
    };
  }

  /** @returns {Commands} */
  #maskCommands() {
    const { sheet } = this;
    return {
      undo: { run: () => this.#undo(), isEnabled: () => this.isOpen || sheet.history.canUndo },
      redo: { run: () => void sheet.redo(), isEnabled: () => sheet.history.canRedo },
      ...maskCommands(sheet, this.amounts, this.work),
      ...this.selection.commands(),
      cancel: { run: () => this.#giveUp(), isEnabled: () => this.#isUnfinished },
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
      "zoom-drag": { run: () => this.#holdZoom(true), release: () => this.#holdZoom(false) },
      overlay: { run: () => this.#toggleMask(), isPressed: () => this.showsMask },
      original: { run: () => this.#holdOriginal(true), release: () => this.#holdOriginal(false) },
    };
  }

  /** @returns {import("./pointer.js").Hands} */
  #hands() {
    return {
      pointOf: (event) => this.stage.pointOf(event),
      movesView: () => this.isLooking() || this.#spaceHeld || this.tools.tool.cursor === "hand",
      dragsZoom: () => this.#zoomHeld,
      controlHeld: () => this.controlHeld(),
      begin: (touch, manner) => this.#begin(touch, manner),
      go: (touches, held) => this.#go(touches, held),
      end: () => this.#finish(),
      cancel: () => this.#cancel(),
      hover: (point, held) => this.#hover(point, held),
      twice: () => this.isLooking() || this.tools.tool.finish?.(),
      pan: (dx, dy) => this.stage.panBy(dx, dy),
      pinch: (before, after) => this.stage.pinch(before, after),
      zoom: (factor, point) => this.stage.zoomBy(factor, point),
      shapeBrush: (dx, dy) => {
        const { settings } = this.tools;
        settings.set({
          size: settings.size * 2 ** (dx / DRAG_TO_DOUBLE),
          hardness: settings.hardness - dy / DRAG_TO_HARD,
        });
      },
      resizeBrush: (steps) => this.tools.settings.option("size") && this.tools.settings.resize(steps),
      undo: () => this.#undo(),
      redo: () => void (this.isLooking() || this.sheet.redo()),
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
   * @param {Held & {erase: boolean}} manner
   */
  #begin(touch, manner) {
    const { tool } = this.tools;
    if (!this.sheet.isFree || this.isLooking() || tool.cursor === "hand") return false;
    if (!this.showsMask) this.#toggleMask();
    this.#erasing = manner.erase || tool.erases === true;
    this.#working = tool;
    this.stage.maskChanged(tool.start(this.#sample(touch), this.#manner(manner)));
    return true;
  }

  /**
   * @param {Touch[]} touches
   * @param {Held} held
   */
  #go(touches, held) {
    const samples = touches.map((touch) => this.#sample(touch));
    this.stage.maskChanged(this.#working?.move(samples, this.#manner(held)) ?? null);
  }

  /**
   * @param {Held} held
   * @returns {import("./tools/tool.js").Manner}
   */
  #manner({ shift, alt }) {
    return { erase: this.#erasing, shift, alt, space: this.#spaceHeld };
  }

  /** Whether a shape waits for more presses. */
  get isOpen() {
    return this.tools.tool.isOpen === true;
  }

  get #isUnfinished() {
    return this.input.isBusy || this.isOpen || this.work.isBusy || this.selection.selecting.isBusy;
  }

  /** Esc: the press that is going on, else the open shape, else long work. */
  #giveUp() {
    if (this.input.isBusy) this.input.cancel();
    else if (this.isOpen) this.tools.tool.cancel();
    else if (this.selection.selecting.isBusy) this.selection.selecting.cancel();
    else this.work.cancel();
  }

  #undo() {
    if (this.isLooking()) return;
    if (this.isOpen) this.tools.tool.takeBack?.();
    else void this.sheet.undo();
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
   * @returns {import("./tools/tool.js").Sample}
   */
  #sample({ point, pressure }) {
    return { ...toPicture(this.stage.view, point), pressure };
  }

  /**
   * @param {Point | null} point
   * @param {Held} held
   */
  #hover(point, held) {
    const { tool } = this.tools;
    this.#pointer = point;
    this.#held = held;
    this.#cursor.stopGhost();
    const { lastEnd } = tool;
    const line = held.shift && point && lastEnd && !this.#working ? toStage(this.stage.view, lastEnd) : null;
    this.#cursor.line(line, point ?? undefined);
    if (!this.#working) tool.hover?.(point && toPicture(this.stage.view, point), this.#manner(held));
    this.#showCursor();
  }

  #showCursor() {
    const { cursor } = this.tools.tool;
    const moves = this.isLooking() || (this.#spaceHeld && !this.#working) || cursor === "hand";
    const paints = cursor === "ring" && !moves && !this.#zoomHeld;
    this.#cursor.badge(!moves && !this.#zoomHeld && this.#subtracts ? this.#pointer : null);
    this.#cursor.ring(paints ? this.#pointer : null, this.#ring());
    const idle = this.#zoomHeld ? "zoom" : paints ? "brush" : "cross";
    this.#cursor.shape(moves ? (this.input?.isBusy ? "grabbing" : "grab") : idle);
  }

  #ring() {
    const { settings, tool } = this.tools;
    const diameter = Math.max(1, settings.size * this.stage.view.scale);
    return { diameter, hardness: settings.hardness, erase: tool.erases === true || this.#subtracts };
  }

  /** Whether the hand takes away with a tool that adds by itself, or would do so now. */
  get #subtracts() {
    if (this.tools.tool.erases) return false;
    return this.#working ? this.#erasing : this.#held.alt || this.#held.control;
  }

  #toolsChanged() {
    const isRing = this.tools.tool.cursor === "ring";
    if (this.#pointer || !isRing) this.#showCursor();
    else this.#cursor.ghost(this.ghostPlace(), this.#ring());
  }

  /** @param {string} name */
  #take(name) {
    this.input.cancel();
    this.tools.take(name);
    this.#tell();
  }

  /** @param {string | null} words */
  #say(words) {
    this.#busy.hidden = !words;
    if (words) this.#busy.textContent = words;
    this.#tell();
  }

  /** @param {boolean} held */
  #holdSpace(held) {
    this.#spaceHeld = held;
    this.#showCursor();
  }

  /** @param {boolean} held */
  #holdZoom(held) {
    this.#zoomHeld = held;
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

  /** @param {Box | null} replaced */
  #changed(replaced) {
    this.stage.maskChanged(replaced);
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
