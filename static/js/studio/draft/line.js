/** The quiet line in the top bar: whether everything is saved, and behind it what can be brought back. */

import { draftLine, stateWords } from "./words.js";

/** @typedef {import("./draft.js").Told} Told */

export class DraftLine {
  #button;
  #menu;

  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} menu its popover
   * @param {import("./autosave.js").Autosave} autosave
   * @param {(aside: Told) => void} bringBack
   */
  constructor(button, menu, autosave, bringBack) {
    this.#button = button;
    this.#menu = menu;
    autosave.onChange(() => this.#show(autosave));
    menu.addEventListener("beforetoggle", (event) => {
      if (/** @type {ToggleEvent} */ (event).newState !== "open") return;
      this.#place();
      this.#list(autosave.aside, bringBack);
    });
    menu.addEventListener("click", ({ target }) => {
      if (target instanceof Element && target.closest("button")) menu.hidePopover();
    });
  }

  /** @param {import("./autosave.js").Autosave} autosave */
  #show({ state }) {
    const { words, tone, more } = stateWords(state);
    const said = /** @type {HTMLElement} */ (this.#button.querySelector("[data-draft-words]"));
    const shown = words || "Saves by itself";
    if (said.textContent !== shown) said.textContent = shown;
    this.#button.dataset.tone = tone;
    this.#button.dataset.server = state.server;
    this.#part("more").textContent = more;
    // Only trouble is read out; that each stroke is saved would be noise.
    const alarm = /** @type {HTMLElement} */ (document.querySelector("[data-draft-alarm]"));
    const trouble = tone === "bad" ? words : "";
    if (alarm.textContent !== trouble) alarm.textContent = trouble;
  }

  #place() {
    const { left, bottom } = this.#button.getBoundingClientRect();
    const { style } = this.#menu;
    const room = document.documentElement.clientWidth - this.#menu.offsetWidth - 8;
    style.top = `${bottom + 4}px`;
    style.left = `${Math.max(8, Math.min(left, room || left))}px`;
    style.right = "auto";
  }

  /**
   * @param {Told[]} aside
   * @param {(aside: Told) => void} bringBack
   */
  #list(aside, bringBack) {
    this.#part("aside-head").hidden = aside.length === 0;
    this.#part("aside").replaceChildren(
      ...aside.map((told) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "menu__item draft-menu__aside";
        const line = document.createElement("span");
        line.textContent = draftLine(told, Date.now());
        const device = document.createElement("span");
        device.className = "faint";
        device.textContent = told.device;
        button.append(line, device);
        button.addEventListener("click", () => bringBack(told));
        const item = document.createElement("li");
        item.append(button);
        return item;
      }),
    );
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#menu.querySelector(`[data-draft-${name}]`));
  }
}
