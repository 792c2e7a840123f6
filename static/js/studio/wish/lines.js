/** The lines under the prompt: what may change, what is left to spend, what was done, what is wrong. */

import { percentText } from "../mask/coverage.js";
import { maskSentence } from "../models.js";

/** @typedef {import("../types.js").Model} Model */

/** A good word fades after this many milliseconds, a complaint stays. */
const SAID_FOR = 8000;
/** From this share of the limit on the prompt's length is shown. */
const COUNT_FROM = 0.8;

export class WishLines {
  #form;
  #sayTimer = 0;
  /** Whether what is said is true only while an edit is under way. */
  #ofOpenEdit = false;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
  }

  /**
   * @param {Model} model
   * @param {number} share of the picture that is painted
   */
  showMask(model, share) {
    const { text, tone } = maskSentence(model, { share, percent: percentText(share) });
    put(this.#part("mask"), text, tone);
  }

  /**
   * @param {string} text
   * @param {boolean} isBad
   */
  showBudget(text, isBad) {
    put(this.#part("budget"), text, isBad ? "bad" : "warn");
  }

  /**
   * @param {number} length
   * @param {number} limit
   */
  showLength(length, limit) {
    const line = this.#part("length");
    line.hidden = length < limit * COUNT_FROM;
    put(line, `${length} of ${limit}`, length > limit ? "bad" : "");
  }

  /**
   * @param {string} words
   * @param {{whileOpen?: boolean}} [how]
   */
  say(words, { whileOpen = false } = {}) {
    clearTimeout(this.#sayTimer);
    this.#ofOpenEdit = whileOpen;
    this.#part("said").textContent = words;
    if (words) this.#sayTimer = window.setTimeout(() => this.say(""), SAID_FOR);
  }

  /** Takes "Queued" away once the strip says what became of it. */
  settle() {
    const counts = document.querySelector("[data-strip-counts]");
    if (this.#ofOpenEdit && counts?.getAttribute("data-open") === "0") this.say("");
  }

  /** @param {import("./problems.js").Problem} problem */
  fail({ text, field }) {
    this.say("");
    const error = this.#part("error");
    error.textContent = text;
    error.hidden = false;
    if (!field) return;
    const input =
      document.querySelector(`[data-stands-for="${field}"]`) ?? this.#form.elements.namedItem(field);
    if (!(input instanceof HTMLElement) || !input.checkVisibility()) return;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }

  clear() {
    this.say("");
    this.#part("error").hidden = true;
    for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (document.querySelector(`[data-wish-${name}]`));
  }
}

/**
 * @param {HTMLElement} line
 * @param {string} text
 * @param {string} tone
 */
function put(line, text, tone) {
  if (line.textContent !== text) line.textContent = text;
  line.dataset.tone = tone;
}
