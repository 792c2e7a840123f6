/** The lines under one command in the key list: press new keys, take one away, have the first ones back. */

import { spoken } from "./chords.js";
import { chordOf } from "./keymap.js";
import { withoutAltGraph } from "./keys.js";

/** @typedef {import("./bindings.js").Bindings} Bindings */

const PRESS = "Press the new keys. Esc stops.";

export class KeyEditor {
  #bindings;
  #box = document.createElement("div");
  #chords = document.createElement("div");
  #said = document.createElement("p");
  #choice = document.createElement("div");
  #add = button("Add keys", () => this.#listen(!this.#listening));
  #back = button("Reset", () => this.#bindings.reset(this.#command));
  #command = "";
  /** @type {HTMLElement | null} */
  #opener = null;
  #listening = false;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {Bindings} bindings
   */
  constructor(dialog, bindings) {
    this.#bindings = bindings;
    this.#box.className = "key-edit";
    this.#box.setAttribute("role", "group");
    this.#chords.className = "key-edit__chords";
    this.#said.className = "key-edit__said";
    this.#said.setAttribute("role", "status");
    this.#choice.className = "key-edit__choice";
    const verbs = document.createElement("div");
    verbs.className = "key-edit__verbs";
    verbs.append(this.#add, this.#back);
    this.#box.append(this.#chords, verbs, this.#said, this.#choice);
    this.#add.addEventListener("blur", () => this.#listen(false));
    dialog.addEventListener("keydown", (event) => this.#pressed(event), { capture: true });
    // Esc ends the listening first; the dialog stays.
    dialog.addEventListener("cancel", (event) => {
      if (!this.#listening) return;
      event.preventDefault();
      this.#listen(false);
    });
    bindings.onChange(() => this.#show());
  }

  /**
   * @param {string} command
   * @param {HTMLElement} row
   * @param {HTMLElement} opener
   */
  toggle(command, row, opener) {
    const isOpen = this.#command === command;
    this.close();
    if (isOpen) return;
    this.#command = command;
    this.#opener = opener;
    opener.setAttribute("aria-expanded", "true");
    this.#box.setAttribute("aria-label", `Keys of “${this.#bindings.of(command)?.label}”`);
    row.append(this.#box);
    this.#show();
    this.#add.focus();
  }

  close() {
    this.#listen(false);
    this.#command = "";
    this.#opener?.setAttribute("aria-expanded", "false");
    this.#opener = null;
    this.#box.remove();
  }

  #show() {
    const binding = this.#bindings.of(this.#command);
    if (!binding) return;
    this.#chords.replaceChildren(
      ...binding.keys.map((chord) => {
        const cap = document.createElement("kbd");
        cap.textContent = spoken(chord);
        const away = button("×", () => {
          this.#bindings.take(this.#command, chord);
          this.#add.focus();
        });
        away.className = "key-edit__away";
        away.setAttribute("aria-label", `Take ${spoken(chord)} away`);
        const part = document.createElement("span");
        part.className = "key-edit__chord";
        part.append(cap, away);
        return part;
      }),
    );
    const wasThere = this.#back === document.activeElement;
    this.#back.hidden = !this.#bindings.isChanged(this.#command);
    if (wasThere && this.#back.hidden) this.#add.focus();
    this.#say("");
  }

  /** @param {boolean} listening */
  #listen(listening) {
    if (listening === this.#listening) return;
    this.#listening = listening;
    this.#add.textContent = listening ? "Listening" : "Add keys";
    this.#add.setAttribute("aria-pressed", String(listening));
    this.#say(listening ? PRESS : "");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (!this.#listening || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      this.#listen(false);
      return;
    }
    const chord = event.repeat ? null : chordOf(withoutAltGraph(event));
    if (chord) this.#offer(chord);
  }

  /** @param {string} chord */
  #offer(chord) {
    const command = this.#command;
    const problem = this.#bindings.problem(chord, command);
    if (problem) {
      this.#say(`${problem} ${PRESS}`);
      return;
    }
    this.#listen(false);
    const owner = this.#bindings.owner(chord, command);
    if (!owner) {
      this.#bindings.give(command, chord);
      this.#say(`${spoken(chord)} was added.`);
      return;
    }
    this.#say(`${spoken(chord)} is the key of “${owner.label}”.`);
    const use = button("Use it here", () => {
      this.#bindings.give(command, chord);
      this.#say(`${spoken(chord)} was taken from “${owner.label}”.`);
      this.#add.focus();
    });
    const leave = button("Leave it there", () => {
      this.#say("");
      this.#add.focus();
    });
    this.#choice.replaceChildren(use, leave);
    use.focus();
  }

  /** @param {string} sentence */
  #say(sentence) {
    this.#said.textContent = sentence;
    this.#choice.replaceChildren();
  }
}

/**
 * @param {string} text
 * @param {() => void} press
 */
function button(text, press) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button button--small";
  element.textContent = text;
  element.addEventListener("click", press);
  return element;
}
