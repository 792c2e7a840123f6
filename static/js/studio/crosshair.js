/**
 * Painting without a pointer: arrow keys move a cross-hair over the stage, Space puts the tool down
 * and lifts it again, Enter is a click. The keys mean this only while the cross-hair shows; it goes
 * as soon as a pointer comes, and Space moves the view again.
 */

import { toPicture, toStage } from "./view.js";
import { spokenShare } from "./mask/where.js";

/** @typedef {import("./view.js").Point} Point */

/**
 * @typedef {object} Table what the cross-hair works on
 * @property {import("./stage.js").Stage} stage
 * @property {import("./mask/sheet.js").MaskSheet} sheet
 * @property {import("./pointer.js").Hands} hands
 * @property {{tool: import("./tools/tool.js").Tool}} tools
 */

/** Steps in CSS pixels, so that zooming in makes them finer. */
const STEP = 8;
const BIG_STEP = 48;
/** The cross-hair stays this far from the rim of the stage. */
const MARGIN = 56;
/** A pointer that moves less than this many pixels was only nudged. */
const NUDGE = 4;
const NOTHING_HELD = { shift: false, alt: false, control: false };
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Crosshair {
  #element;
  #cross;
  #table;
  #speech;
  /** Where it is, in picture pixels; null = not there. @type {Point | null} */
  #at = null;
  #isDown = false;
  /** Where it left, so that it comes back there after a look at the page. @type {Point | null} */
  #left = null;
  /** @type {Point | null} */
  #pointer = null;

  /**
   * @param {HTMLElement} element the stage
   * @param {Table} table
   * @param {import("./speech.js").Speech} speech
   * @param {(event: KeyboardEvent) => boolean} isTaken whether a key means something else now
   */
  constructor(element, table, speech, isTaken) {
    this.#element = element;
    this.#cross = /** @type {HTMLElement} */ (element.querySelector("[data-cross]"));
    this.#table = table;
    this.#speech = speech;
    element.addEventListener("keydown", (event) => this.#pressed(event, isTaken));
    element.addEventListener("pointerdown", () => this.#leave(), { capture: true });
    element.addEventListener("pointermove", (event) => this.#nudged(event));
    element.addEventListener("blur", () => this.#leave());
    table.stage.onChange(() => this.#show());
  }

  /**
   * @param {KeyboardEvent} event
   * @param {(event: KeyboardEvent) => boolean} isTaken
   */
  #pressed(event, isTaken) {
    if (event.target !== this.#element || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.#isDown && isTaken(event)) return;
    if (!this.#does(event)) return;
    event.preventDefault();
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was for the cross-hair
   */
  #does({ key, shiftKey, repeat }) {
    const arrow = ARROWS[key];
    if (arrow) {
      if (this.#at) this.#move(arrow, shiftKey ? BIG_STEP : STEP);
      else this.#come();
      return true;
    }
    if (!this.#at) {
      if (key !== "Enter" || shiftKey) return false;
      this.#come();
      return true;
    }
    if (key === " ") {
      if (!repeat) this.#toggle();
    } else if (key === "Enter" && !shiftKey) {
      if (!repeat) this.#click();
    } else if (key === "Escape") this.#giveUp();
    else return false;
    return true;
  }

  /** Where it left or the pointer last was, else in the middle of what is seen. */
  #come() {
    const { stage } = this.#table;
    const point = this.#pointer ?? { x: stage.size.width / 2, y: stage.size.height / 2 };
    this.#at = this.#within(this.#left ?? toPicture(stage.view, point));
    this.#keepInSight();
    this.#show();
    this.#tellPlace();
  }

  /**
   * @param {[number, number]} direction
   * @param {number} step CSS pixels
   */
  #move([dx, dy], step) {
    const { stage, hands } = this.#table;
    const far = Math.max(1, step / stage.view.scale);
    const at = /** @type {Point} */ (this.#at);
    this.#at = this.#within({ x: at.x + dx * far, y: at.y + dy * far });
    this.#keepInSight();
    if (this.#isDown) hands.go([{ point: this.#point, pressure: 1 }], NOTHING_HELD);
    this.#show();
    this.#tellPlace();
  }

  #toggle() {
    if (this.#isDown) this.#lift();
    // A tool that sets corner after corner is never held down.
    else if (this.#table.tools.tool.takeBack) this.#click();
    else if (this.#putDown()) this.#speech.say("Tool down. Arrow keys draw, Space lifts it.");
  }

  #click() {
    if (this.#isDown || this.#putDown()) this.#lift();
  }

  #putDown() {
    const began = this.#table.hands.begin({ point: this.#point, pressure: 1 }, { erase: false, ...NOTHING_HELD });
    if (!began) this.#speech.say("Nothing can be painted now. B takes the brush.");
    this.#isDown = began;
    this.#show();
    return began;
  }

  #lift() {
    this.#isDown = false;
    this.#table.hands.end();
    this.#show();
    this.#speech.later(() => this.#speech.mask());
  }

  #giveUp() {
    if (!this.#isDown) {
      this.#leave();
      return;
    }
    this.#isDown = false;
    this.#table.hands.cancel();
    this.#show();
    this.#speech.say("Taken back.");
  }

  #leave() {
    if (!this.#at) return;
    if (this.#isDown) this.#lift();
    this.#left = this.#at;
    this.#at = null;
    this.#cross.hidden = true;
    this.#table.hands.hover(null, NOTHING_HELD);
  }

  /** @param {PointerEvent} event */
  #nudged(event) {
    const point = this.#table.stage.pointOf(event);
    const last = this.#pointer;
    const isFar = !last || Math.hypot(point.x - last.x, point.y - last.y) > NUDGE;
    if (!isFar || this.#isDown) return;
    this.#pointer = point;
    if (this.#at && last) this.#leave();
    this.#left = null;
  }

  #show() {
    if (!this.#at) return;
    const { x, y } = this.#point;
    this.#cross.hidden = false;
    this.#cross.style.transform = `translate(${x}px, ${y}px)`;
    this.#cross.dataset.down = String(this.#isDown);
    this.#table.hands.hover({ x, y }, NOTHING_HELD);
  }

  #tellPlace() {
    const { mask } = this.#table.sheet;
    this.#speech.later(() => {
      if (!this.#at) return this.#speech.mask();
      const { x, y } = this.#at;
      const paint = mask.at(Math.floor(x), Math.floor(y)) ? ", painted" : "";
      return `${spokenShare(x / mask.width)} across, ${spokenShare(y / mask.height)} down${paint}`;
    });
  }

  /** Moves the view when the cross-hair comes near the rim of the stage. */
  #keepInSight() {
    const { stage } = this.#table;
    const { width, height } = stage.size;
    const { x, y } = this.#point;
    const margin = Math.min(MARGIN, width / 4, height / 4);
    const away = (/** @type {number} */ at, /** @type {number} */ size) =>
      at < margin ? margin - at : at > size - margin ? size - margin - at : 0;
    const dx = away(x, width);
    const dy = away(y, height);
    // The whole picture is in sight already when it is fitted: nothing to move it for.
    if ((dx || dy) && this.#goesBeyond()) stage.panBy(dx, dy);
  }

  #goesBeyond() {
    const { stage, sheet } = this.#table;
    const { scale, x, y } = stage.view;
    const { width, height } = stage.size;
    return x < 0 || y < 0 || x + sheet.mask.width * scale > width || y + sheet.mask.height * scale > height;
  }

  /** On the stage. @returns {Point} */
  get #point() {
    return toStage(this.#table.stage.view, /** @type {Point} */ (this.#at));
  }

  /** @param {Point} point picture pixels */
  #within({ x, y }) {
    const { width, height } = this.#table.sheet.mask;
    return { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) };
  }
}
