/** The dialog that lists every key and gesture, and lets each key be changed. */

import { MOST_CHORDS } from "./bindings.js";
import { spoken } from "./chords.js";
import { KeyEditor } from "./key-editor.js";
import { CROSSHAIR_KEYS, GESTURES } from "./keymap.js";

/** @typedef {import("./bindings.js").Bindings} Bindings */
/** @typedef {{element: HTMLElement, words: () => string, show: () => void}} Row */

export class Help {
  #dialog;
  #bindings;
  #editor;
  /** @type {Row[]} */
  #rows = [];
  #search;
  #none;
  #reset;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {Bindings} bindings
   */
  constructor(dialog, bindings) {
    this.#dialog = dialog;
    this.#bindings = bindings;
    this.#search = /** @type {HTMLInputElement} */ (dialog.querySelector("[data-help-search]"));
    this.#none = /** @type {HTMLElement} */ (dialog.querySelector("[data-help-none]"));
    this.#reset = /** @type {HTMLButtonElement} */ (dialog.querySelector("[data-help-reset]"));
    this.#editor = new KeyEditor(dialog, bindings);
    this.#fill(/** @type {HTMLElement} */ (dialog.querySelector("[data-help-groups]")));
    this.#search.addEventListener("input", () => this.#filter());
    this.#reset.addEventListener("click", () => {
      this.#editor.close();
      bindings.resetAll();
      this.#search.focus();
    });
    dialog.addEventListener("close", () => this.#editor.close());
    bindings.onChange(() => this.#show());
    this.#show();
  }

  open() {
    this.#search.value = "";
    this.#filter();
    this.#dialog.showModal();
    // A phone would show its keyboard over the list.
    if (!window.matchMedia("(pointer: coarse)").matches) this.#search.focus();
  }

  /** @param {HTMLElement} list */
  #fill(list) {
    const { all } = this.#bindings;
    const groups = [...new Set(all.map(({ group }) => group))];
    list.replaceChildren(
      ...groups.map((group) =>
        section(group, all.filter((binding) => binding.group === group).map((binding) => this.#keyRow(binding))),
      ),
      section("On the picture, without a pointer", CROSSHAIR_KEYS.map(({ keys, label }) => this.#gestureRow(keys, label))),
      section("Mouse, pen and fingers", GESTURES.map(({ keys, label }) => this.#gestureRow(keys, label))),
    );
  }

  /** @param {import("./keymap.js").Binding} binding */
  #keyRow({ command, label, group }) {
    const element = document.createElement("li");
    const name = document.createElement("span");
    const value = document.createElement("span");
    const button = document.createElement("button");
    const keysOf = () => this.#bindings.of(command)?.keys ?? [];
    element.className = "key-row";
    name.className = "key-row__name";
    value.className = "key-row__value";
    name.textContent = label;
    button.type = "button";
    button.className = "key-row__keys";
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => this.#editor.toggle(command, element, button));
    value.append(button);
    element.append(name, value);
    const show = () => {
      const keys = keysOf();
      button.replaceChildren(unseen(`${label}: `), ...capsOf(keys), unseen(". Change"));
      element.dataset.changed = String(this.#bindings.isChanged(command));
    };
    this.#rows.push({ element, words: () => `${label} ${group} ${keysOf().map((chord) => spoken(chord)).join(" ")}`, show });
    return element;
  }

  /**
   * @param {string} keys
   * @param {string} label
   */
  #gestureRow(keys, label) {
    const element = document.createElement("li");
    const name = document.createElement("span");
    const value = document.createElement("span");
    element.className = "key-row";
    name.className = "key-row__name";
    value.className = "key-row__value";
    name.textContent = label;
    value.append(...caps(keys));
    element.append(name, value);
    this.#rows.push({ element, words: () => `${label} ${keys}`, show: () => {} });
    return element;
  }

  #show() {
    for (const { show } of this.#rows) show();
    this.#reset.hidden = !Object.keys(this.#bindings.kept).length;
  }

  #filter() {
    const wanted = this.#search.value.trim().toLowerCase().split(/\s+/);
    let found = 0;
    for (const { element, words } of this.#rows) {
      const text = words().toLowerCase();
      element.hidden = !wanted.every((word) => text.includes(word));
      if (!element.hidden) found++;
    }
    for (const each of this.#dialog.querySelectorAll("[data-help-groups] > section")) {
      /** @type {HTMLElement} */ (each).hidden = !each.querySelector(".key-row:not([hidden])");
    }
    this.#none.hidden = found > 0;
  }
}

/**
 * @param {string} title
 * @param {HTMLElement[]} rows
 */
function section(title, rows) {
  const element = document.createElement("section");
  const heading = document.createElement("h3");
  const list = document.createElement("ul");
  heading.textContent = title;
  list.className = "keys";
  list.append(...rows);
  element.append(heading, list);
  return element;
}

/** @param {readonly string[]} keys */
function capsOf(keys) {
  if (!keys.length) return ["none"];
  return keys.slice(0, MOST_CHORDS - 1).flatMap((chord, i) => [i ? " or " : "", ...caps(spoken(chord))]);
}

/** @param {string} words like "Ctrl + Z" */
function caps(words) {
  return words.split(/ \+ (?=.)/).flatMap((key, i) => {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    return i ? [unseen(" + "), cap] : [cap];
  });
}

/**
 * What is only read aloud.
 * @param {string} words
 */
function unseen(words) {
  const element = document.createElement("span");
  element.className = "visually-hidden";
  element.textContent = words;
  return element;
}

/**
 * Dialogs close by their close buttons and by a press outside of them.
 * @param {Iterable<HTMLDialogElement>} dialogs
 */
export function armDialogs(dialogs) {
  for (const dialog of dialogs) {
    dialog.addEventListener("click", (event) => {
      const { target } = event;
      const closes = target instanceof Element && target.closest("[data-close]");
      if (target === dialog || closes) dialog.close();
    });
  }
}
