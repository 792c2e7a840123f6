/** The prompt itself: Alt and the arrows recall what was sent, and nothing that was written gets lost. */

import { PromptMenu } from "./menu.js";
import { PromptShelf } from "./shelf.js";
import { PromptWalk } from "./walk.js";
import { write } from "./words.js";

export class PromptBar {
  #prompt;
  #shelf;
  #walk = new PromptWalk();
  #said;
  #line;

  /**
   * @param {HTMLTextAreaElement} prompt
   * @param {{prompts: string, templates: string}} urls
   * @param {string} token
   * @param {import("./line.js").PromptLine} line
   * @param {(words: string) => void} said
   */
  constructor(prompt, urls, token, line, said) {
    this.#line = line;
    this.#prompt = prompt;
    this.#said = said;
    this.#shelf = new PromptShelf(urls, token);
    const menu = /** @type {HTMLElement} */ (document.querySelector("[data-prompt-menu]"));
    new PromptMenu(menu, prompt, this.#shelf, (text) => this.#apply(text));
    prompt.addEventListener("keydown", (event) => this.#key(event));
    // By the time that an arrow is pressed they are there.
    prompt.addEventListener("focus", () => void this.#fill(), { once: true });
  }

  /** @param {string} prompt */
  sent(prompt) {
    this.#walk.sent(prompt);
    void this.#shelf.sent(prompt);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const isArrow = event.key === "ArrowUp" || event.key === "ArrowDown";
    if (!isArrow || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.#step(event.key === "ArrowUp");
  }

  /** @param {boolean} isOlder */
  async #step(isOlder) {
    const now = this.#prompt.value;
    if (isOlder) await this.#fill();
    if (this.#prompt.value !== now) return;
    const text = isOlder ? this.#walk.older(now) : this.#walk.newer(now);
    if (text !== null) write(this.#prompt, text);
    else if (isOlder) this.#said("There is no earlier prompt.");
  }

  async #fill() {
    try {
      const { earlier } = await this.#shelf.read();
      this.#walk.fill(earlier.map(({ prompt }) => prompt));
    } catch (problem) {
      this.#said(problem instanceof Error ? problem.message : String(problem));
    }
  }

  /**
   * What was written before is one Alt and Down away.
   * @param {string} text
   */
  #apply(text) {
    const now = this.#prompt.value;
    if (text !== now) {
      this.#walk.take(now, text);
      if (now.trim()) this.#offerBack(now);
    }
    write(this.#prompt, text);
  }

  /** @param {string} before */
  #offerBack(before) {
    this.#line.say("Your own words are kept: Alt and ↓ brings them back.", {
      undo: () => {
        write(this.#prompt, before);
        this.#line.hide();
      },
    });
  }
}
