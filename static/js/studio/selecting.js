/**
 * Brings what a tool finds into the mask. Looking at pixels takes a moment, in which the person may
 * go on: a newer click replaces one that is still looked for, and says so to whoever cannot see it.
 */

import { combine, shareOf } from "./mask/combining.js";
import { percentText } from "./mask/coverage.js";

/** @typedef {import("./mask/combining.js").Way} Way */
/** @typedef {import("./mask/sheet.js").MaskSheet} MaskSheet */
/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./mask/tiles.js").TileMask} TileMask */
/** @typedef {{slots: Slot[], way: Way, done: string, nothing: string}} Found  the words are for after it */

/** What is done sooner than this many milliseconds is not worth a word. */
const WORDS_AFTER = 180;
const WORDS_STAY = 6000;

export class Selecting {
  #sheet;
  #said;
  #timer = 0;
  #turn = 0;
  #giveUp = new AbortController();
  #isBusy = false;
  /** @type {() => void} */
  #tell;

  /**
   * @param {MaskSheet} sheet
   * @param {HTMLElement} said the status on the stage
   * @param {() => void} tell called when `isBusy` may have changed
   */
  constructor(sheet, said, tell) {
    this.#sheet = sheet;
    this.#said = said;
    this.#tell = tell;
  }

  get isBusy() {
    return this.#isBusy;
  }

  /** Forgets what is looked for. */
  cancel() {
    this.#turn++;
    this.#giveUp.abort();
    this.#end(null);
  }

  /**
   * Looks for something and puts it into the mask as one step.
   * @param {string} words what is going on
   * @param {(signal: AbortSignal) => Promise<Found | null> | Found | null} look
   * @returns {Promise<boolean>} whether the mask changed
   */
  async run(words, look) {
    this.cancel();
    const turn = this.#turn;
    const { signal } = (this.#giveUp = new AbortController());
    this.#begin(words);
    try {
      const found = await look(signal);
      if (turn !== this.#turn) return false;
      if (!found) {
        this.#end(null);
        return false;
      }
      return this.#put(found);
    } catch (error) {
      if (turn === this.#turn) this.#end(error instanceof Error ? error.message : String(error), "problem");
      return false;
    }
  }

  /**
   * Says something for a while; screen readers hear it.
   * @param {string | null} words
   * @param {"done" | "problem"} [kind]
   */
  say(words, kind = "done") {
    clearTimeout(this.#timer);
    this.#said.hidden = !words;
    this.#said.textContent = words;
    this.#said.dataset.kind = kind;
    if (words) this.#timer = window.setTimeout(() => (this.#said.hidden = true), WORDS_STAY);
  }

  /** @param {Found} found */
  #put({ slots, way, done, nothing }) {
    const share = shareOf(slots, this.#sheet.mask);
    if (!this.#sheet.isFree) {
      this.#end("Finish the stroke first, then try again.", "problem");
      return false;
    }
    const changed = this.#sheet.change((mask) => combine(mask, slots, way));
    this.#end(changed ? `${done} ${percentText(share)} of the picture.` : nothing);
    return changed;
  }

  /** @param {string} words */
  #begin(words) {
    this.#isBusy = true;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#said.hidden = false;
      this.#said.textContent = words;
      this.#said.dataset.kind = "busy";
    }, WORDS_AFTER);
    this.#tell();
  }

  /**
   * @param {string | null} words
   * @param {"done" | "problem"} [kind]
   */
  #end(words, kind) {
    const wasBusy = this.#isBusy;
    this.#isBusy = false;
    this.say(words, kind);
    if (wasBusy) this.#tell();
  }
}
