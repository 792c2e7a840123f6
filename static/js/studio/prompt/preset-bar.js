/** Choosing a task: the menu beside the button, what it sets, and the line that says so and takes it back. */

import { keepBeside } from "../popovers.js";
import { presetNamed, stepOf } from "./presets.js";
import { write } from "./words.js";

/** @typedef {import("./presets.js").MaskVerb} MaskVerb */
/** @typedef {import("./presets.js").Preset} Preset */

/**
 * @typedef {object} Hands what a task may do to the studio
 * @property {import("../mask/sheet.js").MaskSheet} sheet
 * @property {Record<"invert" | "clear" | "extend", () => void>} run
 * @property {(pixels: number) => Promise<unknown>} grow makes the painted part larger all around
 * @property {number} growBy pixels
 */

/** @typedef {{preset: Preset | null, prompt: string, revision: number, isMaskChanged: boolean, text: string}} Before */

export class PresetBar {
  #menu;
  #line;
  #prompt;
  #hands;
  #changed;
  /** @type {Preset | null} */
  #preset = null;
  /** @type {Before | null} */
  #before = null;

  /**
   * @param {{menu: HTMLElement, opener: HTMLElement, line: import("./line.js").PromptLine}} page
   * @param {HTMLTextAreaElement} prompt
   * @param {Hands} hands
   * @param {() => void} changed
   */
  constructor({ menu, line, opener }, prompt, hands, changed) {
    this.#menu = menu;
    this.#line = line;
    this.#prompt = prompt;
    this.#hands = hands;
    this.#changed = changed;
    keepBeside(menu, () => opener.getBoundingClientRect(), "end");
    for (const item of this.#items()) {
      item.addEventListener("click", () => {
        menu.hidePopover();
        this.choose(item.dataset.preset ?? "");
      });
    }
    menu.addEventListener("toggle", () => menu.matches(":popover-open") && this.#items()[0]?.focus());
    menu.addEventListener("keydown", (event) => this.#move(event));
  }

  /** What the button says; null when no task is chosen. */
  get verb() {
    return this.#preset?.verb ?? null;
  }

  /** @param {string} name */
  choose(name) {
    const preset = presetNamed(name);
    if (!preset) return;
    const { sheet } = this.#hands;
    const now = {
      isPainted: !sheet.mask.isEmpty,
      prompt: this.#prompt.value,
      isAgain: this.#preset === preset,
    };
    const step = stepOf(preset, now);
    if (step.does === "extend") {
      this.#hands.run.extend();
      return;
    }
    this.#before = { preset: this.#preset, prompt: now.prompt, revision: 0, isMaskChanged: false, text: now.prompt };
    this.#preset = preset;
    void this.#act(step.does);
    if (step.prompt !== null) write(this.#prompt, step.prompt, step.caret);
    else this.#prompt.focus();
    this.#before.text = this.#prompt.value;
    this.#say(step.said, step.offers);
    this.#show();
  }

  /** Takes the task back: the words, unless somebody has gone on writing, and what it did to the mask. */
  undo() {
    const before = this.#before;
    if (!before) return;
    this.#before = null;
    this.#preset = before.preset;
    const { sheet } = this.#hands;
    if (before.isMaskChanged && sheet.revision === before.revision) sheet.undo();
    if (this.#prompt.value === before.text && before.text !== before.prompt) write(this.#prompt, before.prompt);
    this.#line.hide();
    this.#show();
  }

  /** @param {MaskVerb | null} verb */
  async #act(verb) {
    const { sheet, run, grow, growBy } = this.#hands;
    const { revision } = sheet;
    if (verb === "grow") await grow(growBy);
    else if (verb) run[verb]();
    if (!this.#before || sheet.revision === revision) return;
    this.#before.isMaskChanged = true;
    this.#before.revision = sheet.revision;
  }

  /**
   * @param {string} said
   * @param {MaskVerb | null} offers
   */
  #say(said, offers) {
    this.#line.say(said, {
      undo: () => this.undo(),
      offer: offers ? { label: this.#label(offers), run: () => void this.#take(offers) } : null,
    });
  }

  /** @param {MaskVerb} verb */
  #label(verb) {
    return verb === "grow" ? `Grow it by ${this.#hands.growBy} px` : "Turn it around";
  }

  /** @param {MaskVerb} verb */
  async #take(verb) {
    await this.#act(verb);
    const { growBy } = this.#hands;
    this.#say(verb === "grow" ? `The mask is ${growBy} px larger all around.` : "The mask is turned around.", null);
    this.#changed();
  }

  #show() {
    for (const item of this.#items()) {
      item.setAttribute("aria-checked", String(item.dataset.preset === this.#preset?.name));
    }
    this.#changed();
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = /** @type {HTMLElement[]} */ ([...this.#menu.querySelectorAll("button")]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    items[(at + step + items.length) % items.length]?.focus();
  }

  #items() {
    return /** @type {HTMLElement[]} */ ([...this.#menu.querySelectorAll("[data-preset]")]);
  }
}
