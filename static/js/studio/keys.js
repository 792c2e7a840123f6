/** The keyboard of the whole page: finds the command a key means, and knows what is held down. */

import { bindingsFor } from "./chords.js";

/** @typedef {import("./chords.js").Binding} Binding */

const TEXT_FIELDS = "textarea, select, [contenteditable], input:not([type=range], [type=checkbox], [type=radio])";
const PRESSING = [" ", "Enter"];
const PRESSABLE = "button, a, summary, input";

export class Keys {
  #run;
  #release;
  #bindings;
  #borrowing;
  /** Held key -> its command. @type {Map<string, string>} */
  #held = new Map();
  /** Whether the focus was put where it is by the Tab key. */
  #tabbed = false;
  /** Whether Ctrl or Cmd is down; a pinch on a trackpad only pretends it. */
  control = false;

  /**
   * @param {(command: string) => boolean} run does a command (or begins it, when it is held);
   *   false when there is no such command now
   * @param {(command: string) => void} release ends a held command
   * @param {Pick<import("./chords.js").KeyList, "all">} bindings
   * @param {import("./borrowing.js").Borrowing} [borrowing] where tools can be borrowed
   */
  constructor(run, release, bindings, borrowing) {
    this.#run = run;
    this.#release = release;
    this.#bindings = bindings;
    this.#borrowing = borrowing;
    document.addEventListener("keydown", (event) => this.#down(event));
    document.addEventListener("pointerdown", () => this.#pressed(), { capture: true });
    for (const name of ["pointerup", "pointercancel"]) {
      window.addEventListener(name, () => borrowing?.settle());
    }
    document.addEventListener("keyup", (event) => this.#up(event));
    window.addEventListener("blur", () => this.#releaseAll());
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    this.control = event.ctrlKey || event.metaKey;
    if (event.key === "Tab") this.#tabbed = true;
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    // What lies on top goes first, and the browser closes that by itself.
    if (event.key === "Escape" && document.querySelector(":popover-open")) return;
    for (const binding of bindingsFor(withoutAltGraph(event), this.#bindings.all)) {
      if (!this.#mayAct(binding, event)) continue;
      const isOver = this.#held.has(event.code) || (event.repeat && !binding.repeats);
      if (!isOver && isTool(binding)) this.#borrowing?.press(event.code, event.timeStamp);
      if (!isOver && !this.#run(binding.command)) continue;
      event.preventDefault();
      if (binding.hold && !isOver) this.#held.set(event.code, binding.command);
      return;
    }
  }

  /** @param {KeyboardEvent} event */
  #up(event) {
    this.control = event.ctrlKey || event.metaKey;
    this.#borrowing?.letGo(event.code, event.timeStamp);
    // While Cmd is down a Mac does not say that another key went up.
    if (event.key === "Meta") this.#releaseHeld();
    const command = this.#held.get(event.code);
    if (!command) return;
    // A released space would also press the button that has the focus.
    event.preventDefault();
    this.#held.delete(event.code);
    this.#release(command);
  }

  /**
   * @param {Binding} binding
   * @param {KeyboardEvent} event
   */
  #mayAct(binding, event) {
    const { target } = event;
    if (!(target instanceof Element) || binding.anywhere) return true;
    if (target.matches(TEXT_FIELDS)) return false;
    // A button that was reached by keys is pressed by Space and Enter; one that was clicked is done with.
    return !(PRESSING.includes(event.key) && this.#tabbed && target.matches(PRESSABLE));
  }

  #pressed() {
    this.#tabbed = false;
    this.#borrowing?.use();
  }

  #releaseAll() {
    this.control = false;
    this.#borrowing?.letGoAll(performance.now());
    this.#releaseHeld();
  }

  #releaseHeld() {
    for (const command of this.#held.values()) this.#release(command);
    this.#held.clear();
  }
}

/**
 * Extending is no tool that could be borrowed: it asks before it ends.
 * @param {Binding} binding
 */
function isTool({ group, command }) {
  return group === "Tools" && command !== "extend";
}

/**
 * AltGr counts as Ctrl + Alt, but it only writes the symbol.
 * @param {KeyboardEvent} event
 * @returns {import("./chords.js").Press}
 */
export function withoutAltGraph(event) {
  const { key, code, ctrlKey, metaKey, shiftKey, altKey } = event;
  const writes = event.getModifierState("AltGraph");
  return { key, code, metaKey, shiftKey, ctrlKey: ctrlKey && !writes, altKey: altKey && !writes };
}
