/** One line under the prompt that says what was just set, offers one more step, and takes it back. */

/** @typedef {{label: string, run: () => void}} Offer */

export class PromptLine {
  #line;
  #undo = () => {};
  #run = () => {};

  /** @param {HTMLElement} line */
  constructor(line) {
    this.#line = line;
    this.#part("undo").addEventListener("click", () => this.#undo());
    this.#part("offer").addEventListener("click", () => this.#run());
    this.#part("close").addEventListener("click", () => this.hide());
  }

  /**
   * @param {string} words nothing hides the line
   * @param {{undo: () => void, offer?: Offer | null}} verbs
   */
  say(words, { undo, offer = null }) {
    this.#part("words").textContent = words;
    this.#undo = undo;
    const button = this.#part("offer");
    button.hidden = offer === null;
    button.textContent = offer?.label ?? "";
    this.#run = offer?.run ?? (() => {});
    this.#line.hidden = !words;
  }

  hide() {
    this.#line.hidden = true;
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#line.querySelector(`[data-line-${name}]`));
  }
}
