/** What is said aloud by screen readers: one polite voice, which waits for a pause of the hand. */

import { CentreFinder, spokenCoverage, whereWords } from "./mask/where.js";

/** Milliseconds without a further change before the mask is told; strokes in a row are told once. */
const TELL_AFTER = 500;

export class Speech {
  #place;
  #timer = 0;
  #centre;
  #sheet;

  /**
   * @param {HTMLElement} place a live region
   * @param {import("./mask/sheet.js").MaskSheet} sheet
   */
  constructor(place, sheet) {
    this.#place = place;
    this.#sheet = sheet;
    this.#centre = new CentreFinder(sheet.mask);
    sheet.onChange(() => this.later(() => this.mask()));
  }

  /** @param {string} words */
  say(words) {
    clearTimeout(this.#timer);
    this.#place.textContent = words;
  }

  /**
   * Says it after a pause, unless something else is said before.
   * @param {() => string} words
   */
  later(words) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.say(words()), TELL_AFTER);
  }

  /** The mask in words. */
  mask() {
    const { mask } = this.#sheet;
    const { painted } = this.#sheet.boxes();
    const where = painted ? whereWords(painted, this.#centre.find(), mask) : "";
    return spokenCoverage(this.#sheet.measure(), where);
  }
}
