/** The offer of what is there already, when the very same wish was made before. */

/** @typedef {import("./types.js").EditAnswer} EditAnswer */

export class ThereAlready {
  #box;
  #again;
  /** The wish that the offer is about. */
  #signature = "";

  /**
   * @param {HTMLElement} box
   * @param {() => void} runAgain
   */
  constructor(box, runAgain) {
    this.#box = box;
    this.#again = /** @type {HTMLButtonElement} */ (box.querySelector(".wish-there__again"));
    this.#again.addEventListener("click", runAgain);
  }

  /**
   * @param {EditAnswer} answer with `already`
   * @param {string} signature
   */
  show({ error, already }, signature) {
    if (!already) return;
    this.#signature = signature;
    const picture = /** @type {HTMLImageElement} */ (this.#box.querySelector("img"));
    picture.src = already.thumb;
    picture.hidden = false;
    const link = /** @type {HTMLAnchorElement} */ (this.#box.querySelector("a"));
    link.href = already.url;
    link.textContent = already.link;
    /** @type {HTMLElement} */ (this.#box.querySelector("p")).textContent = error ?? "";
    this.#box.hidden = false;
    link.focus();
  }

  /**
   * Another wish makes the offer pointless.
   * @param {string} signature
   * @param {string} price what running again costs, as the button says it
   */
  keepFor(signature, price) {
    if (signature !== this.#signature) this.hide();
    this.#again.textContent = `Run again · ${price}`;
  }

  hide() {
    this.#box.hidden = true;
    this.#signature = "";
  }
}
