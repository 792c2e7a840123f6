/** The bar over the picture: two drafts to choose from, or one word with something to press. */

import { drawSmall } from "./small-mask.js";

/** @typedef {import("./small-mask.js").Strokes} Strokes */
/** @typedef {{title: string, line: string, strokes: Strokes | null}} Card */

/** A note that nobody has answered goes after this many milliseconds. */
const NOTE_FOR = 20_000;
const SMALL = 96;

export class DraftBar {
  #root;
  #timer = 0;
  /** @type {(() => void) | null} */
  #do = null;
  /** @type {((which: "mine" | "other") => void) | null} */
  #take = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    for (const which of /** @type {const} */ (["mine", "other"])) {
      this.#part(`take-${which}`).addEventListener("click", () => this.#take?.(which));
    }
    this.#part("note-do").addEventListener("click", () => {
      const work = this.#do;
      this.hide();
      work?.();
    });
    this.#part("note-close").addEventListener("click", () => this.hide());
  }

  /**
   * Offers two drafts. Painting may go on behind it.
   * @param {Card} mine
   * @param {Card} other
   * @param {{width: number, height: number}} size of the picture
   * @param {CanvasImageSource} picture
   * @param {(which: "mine" | "other") => void} take
   */
  ask(mine, other, size, picture, take) {
    this.#take = take;
    this.#show("choice");
    this.complain("");
    const scale = SMALL / Math.max(size.width, size.height);
    const colour = getComputedStyle(this.#root).getPropertyValue("--color-mask-dark");
    for (const [name, card] of Object.entries({ mine, other })) {
      this.#part(`${name}-title`).textContent = card.title;
      this.#part(`${name}-line`).textContent = card.line;
      const canvas = /** @type {HTMLCanvasElement} */ (this.#part(`${name}-picture`));
      canvas.width = Math.max(1, Math.round(size.width * scale));
      canvas.height = Math.max(1, Math.round(size.height * scale));
      drawSmall(canvas, picture, card.strokes, colour);
    }
  }

  /** @param {string} sentence why the choice could not be carried out; "" = it can */
  complain(sentence) {
    const problem = this.#part("problem");
    problem.textContent = sentence;
    problem.hidden = !sentence;
  }

  /**
   * @param {string} words
   * @param {string} label of what can be done
   * @param {() => void} work
   * @param {{isBrief?: boolean}} [how] isBrief: it goes by itself
   */
  note(words, label, work, { isBrief = true } = {}) {
    this.#do = work;
    this.#show("note");
    this.#part("note-words").textContent = words;
    this.#part("note-do").textContent = label;
    if (isBrief) this.#timer = window.setTimeout(() => this.hide(), NOTE_FOR);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#root.hidden = true;
  }

  /** @param {"choice" | "note"} which */
  #show(which) {
    clearTimeout(this.#timer);
    this.#root.hidden = false;
    this.#part("choice").hidden = which !== "choice";
    this.#part("note").hidden = which !== "note";
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(`[data-draft-${name}]`));
  }
}
