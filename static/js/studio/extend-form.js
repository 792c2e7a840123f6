/** The form beside the canvas to be: ratios, where the picture lies, margins as numbers, and the button. */

import {
  NOTHING, SIDES, areSame, fits, isNothing, marginsFor, placeOf, placed, ratioOf, roomSentence, sizeWords,
} from "./extending.js";

/** @typedef {import("./extending.js").Caps} Caps */
/** @typedef {import("./extending.js").Margins} Margins */
/** @typedef {import("./extending.js").Place} Place */
/** @typedef {import("./view.js").Size} Size */

const NO_ANSWER = "No answer came. Press the button again: the same margins give the same picture.";
const LOGGED_OUT = "You are logged out. Log in in another tab, then press the button again.";
const BROKEN = "The server could not extend the picture.";
/** The address is being followed; a person who stays may press again after so many milliseconds. */
const STAYED_AFTER = 4000;

export class ExtendForm {
  #form;
  #picture;
  #caps;
  #change;
  #leave;
  #isBusy = false;
  /** @type {Margins} */
  #shown = NOTHING;

  /**
   * @param {HTMLFormElement} form
   * @param {Size} picture
   * @param {{change: (margins: Margins) => void, close: () => void, leave: (url: string) => void}} does
   */
  constructor(form, picture, does) {
    this.#form = form;
    this.#picture = picture;
    this.#change = does.change;
    this.#leave = does.leave;
    const { mostPixels, mostSide } = form.dataset;
    this.#caps = { pixels: Number(mostPixels), side: Number(mostSide) };
    form.noValidate = true;
    form.addEventListener("input", () => this.#typed());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.apply();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      does.close();
    });
    this.#part("extend-cancel").addEventListener("click", does.close);
    for (const button of this.#all("[data-ratio]")) {
      button.addEventListener("click", () => this.#chooseRatio(button.dataset.ratio ?? ""));
    }
    for (const button of this.#all("[data-place]")) {
      button.addEventListener("click", () => this.#choosePlace(button));
    }
  }

  /** How large a canvas may get. @returns {Caps} */
  get caps() {
    return this.#caps;
  }

  /** Brings the focus here; a field would open the keyboard of a phone. */
  focus() {
    this.#all("[data-ratio]")[0]?.focus({ preventScroll: true });
  }

  /** @param {Margins} margins that fit */
  show(margins) {
    this.#shown = margins;
    for (const side of SIDES) {
      const field = this.#field(side);
      // What somebody types is not written over: "" and "007" are on their way to a number.
      if (Number(field.value) !== margins[side]) field.value = String(margins[side]);
    }
    this.#say("");
    this.#showChoices();
  }

  async apply() {
    if (this.#isBusy) return;
    const margins = this.#read();
    if (!margins) return;
    if (isNothing(margins)) {
      this.#say("Pull a side outward, choose a ratio, or type how many pixels to add.");
      return;
    }
    this.#setBusy(true);
    const { url, error, field } = await this.#post();
    if (url) {
      this.#leave(url);
      location.assign(url);
      setTimeout(() => this.#setBusy(false), STAYED_AFTER);
      return;
    }
    this.#setBusy(false);
    this.#say(error ?? BROKEN, field ?? null);
  }

  /** @returns {Promise<{url?: string, error?: string, field?: string | null}>} */
  async #post() {
    try {
      const answer = await fetch(this.#form.action, {
        method: "POST",
        body: new FormData(this.#form),
        headers: { Accept: "application/json" },
      });
      if (answer.redirected || answer.status === 403) return { error: LOGGED_OUT };
      return await answer.json().catch(() => ({ error: `${BROKEN} (${answer.status})` }));
    } catch {
      return { error: NO_ANSWER };
    }
  }

  #typed() {
    const margins = this.#read();
    if (!margins) return;
    this.#say("");
    this.#change(margins);
  }

  /** The margins as typed; null, and a complaint, when they are none. @returns {Margins | null} */
  #read() {
    /** @type {Margins} */
    const margins = { ...NOTHING };
    for (const side of SIDES) {
      const field = this.#field(side);
      const typed = field.value.trim();
      if (field.validity.badInput || !/^\d*$/.test(typed)) {
        this.#say("A margin is a whole number of pixels, 0 or more.", side);
        return null;
      }
      margins[side] = Number(typed);
    }
    if (fits(this.#picture, margins, this.#caps)) return margins;
    const changed = SIDES.find((side) => margins[side] !== this.#shown[side]);
    this.#say(roomSentence(this.#picture, margins, this.#caps), changed);
    return null;
  }

  /** @param {string} ratio */
  #chooseRatio(ratio) {
    const direct = marginsFor(this.#picture, ratio, "middle");
    const direction = direct.left + direct.right > 0 ? "across" : "down";
    const place = placeOf(this.#shown, direction) ?? "middle";
    const margins = placed(direct, direction, place);
    const off = areSame(margins, this.#shown);
    if (fits(this.#picture, margins, this.#caps)) this.#change(off ? NOTHING : margins);
    else this.#say(roomSentence(this.#picture, margins, this.#caps));
  }

  /** @param {HTMLElement} button */
  #choosePlace({ dataset }) {
    const direction = dataset.direction === "down" ? "down" : "across";
    const place = /** @type {Place} */ (dataset.place);
    this.#change(placed(this.#shown, direction, place));
  }

  #showChoices() {
    const margins = this.#shown;
    const nothing = isNothing(margins);
    const ratio = nothing ? null : ratioOf(this.#picture, margins);
    for (const button of this.#all("[data-ratio]")) {
      button.setAttribute("aria-pressed", String(button.dataset.ratio === ratio));
    }
    for (const button of this.#all("[data-place]")) {
      const place = placeOf(margins, button.dataset.direction === "down" ? "down" : "across");
      const total = button.dataset.direction === "down" ? margins.top + margins.bottom : margins.left + margins.right;
      button.setAttribute("aria-pressed", String(button.dataset.place === place));
      /** @type {HTMLButtonElement} */ (button).disabled = total === 0;
    }
    const { size, share } = sizeWords(this.#picture, margins);
    this.#part("extend-size").textContent = nothing ? `${size} px` : `${size} px, ${share}`;
    this.#part("extend-apply").setAttribute("aria-disabled", String(nothing));
  }

  /**
   * @param {string} sentence nothing takes the last one back
   * @param {string | null} [name] of the field it is about
   */
  #say(sentence, name) {
    const error = this.#part("extend-error");
    error.textContent = sentence;
    error.hidden = !sentence;
    this.#part("extend-size").hidden = Boolean(sentence);
    for (const side of SIDES) {
      const field = this.#field(side);
      if (side === name) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#isBusy = busy;
    const button = this.#part("extend-apply");
    button.setAttribute("aria-busy", String(busy));
    button.textContent = busy ? "Extending…" : "Extend";
  }

  /** @param {string} selector */
  #all(selector) {
    return /** @type {HTMLElement[]} */ ([...this.#form.querySelectorAll(selector)]);
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#form.querySelector(`[data-${name}]`));
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem(name));
  }
}
