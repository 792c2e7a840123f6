/** The keys as this person wants them: the key map, with what they changed laid over it. */

import { parts, spoken } from "./chords.js";
import { CONTROL } from "./control-key.js";
import { KEYMAP } from "./keymap.js";

/** @typedef {import("./chords.js").Binding} Binding */
/** @typedef {Record<string, string[]>} Kept  command -> its chords, only what was changed */

/** A command needs no more; the list stays readable. */
export const MOST_CHORDS = 3;

/** The browser keeps these for itself, or the page needs them to be usable by keys alone. */
const RESERVED = new Set([
  "Tab", "Shift+Tab", "Ctrl+Tab", "Ctrl+Shift+Tab", "Escape", "Enter", "Shift+Enter",
  "F5", "Ctrl+F5", "F11", "F12", "Alt+F4", "Ctrl+W", "Ctrl+Shift+W", "Ctrl+T", "Ctrl+Shift+T",
  "Ctrl+N", "Ctrl+Shift+N", "Ctrl+Q", "Ctrl+R", "Ctrl+Shift+R", "Alt+ArrowLeft", "Alt+ArrowRight",
  "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight",
  "Shift+ArrowUp", "Shift+ArrowDown", "Shift+ArrowLeft", "Shift+ArrowRight",
]);
/** Named keys beside those that write one character. */
const NAMED = /^(Space|Delete|Backspace|Insert|Home|End|PageUp|PageDown|Arrow(Up|Down|Left|Right)|Enter|F([1-9]|1[0-2]))$/;

export class Bindings {
  #keymap;
  /** @type {Map<string, string[]>} */
  #changed = new Map();
  /** @type {readonly Binding[]} */
  #all = [];
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {Kept} kept
   * @param {readonly Binding[]} [keymap]
   */
  constructor(kept = {}, keymap = KEYMAP) {
    this.#keymap = keymap;
    for (const [command, keys] of Object.entries(kept)) this.#put(command, keys);
    this.#build();
  }

  /** Every command with the keys it has now. */
  get all() {
    return this.#all;
  }

  /** What has to be kept. @returns {Kept} */
  get kept() {
    return Object.fromEntries(this.#changed);
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {string} command */
  of(command) {
    return this.#all.find((binding) => binding.command === command);
  }

  /** @param {string} command */
  isChanged(command) {
    return this.#changed.has(command);
  }

  /**
   * Who has a chord, other than the one who asks. What shares it from the start goes on sharing it.
   * @param {string} chord
   * @param {string} command who asks
   */
  owner(chord, command) {
    const shares = (/** @type {string} */ name) => this.#default(name)?.keys.includes(chord) === true;
    return this.#all.find(
      (binding) =>
        binding.command !== command &&
        binding.keys.includes(chord) &&
        !(shares(command) && shares(binding.command)),
    );
  }

  /**
   * Why a chord cannot be given to a command; empty when it can.
   * @param {string} chord
   * @param {string} command
   */
  problem(chord, command) {
    const binding = this.of(command);
    if (this.#default(command)?.keys.includes(chord)) return "";
    if (RESERVED.has(chord)) return `${spoken(chord)} is kept for the browser and for moving around.`;
    const { key, control, alt } = parts(chord);
    if ([...key].length !== 1 && !NAMED.test(key)) return `${spoken(chord)} cannot be used here.`;
    if (binding?.anywhere && !control && !alt) {
      return `${spoken(chord)} would be typed into the prompt. Add ${CONTROL} or Alt.`;
    }
    return "";
  }

  /**
   * Gives a command one more chord, or one in place of another; whoever had it loses it.
   * @param {string} command
   * @param {string} chord
   * @param {string | null} [instead] the chord that goes
   */
  give(command, chord, instead = null) {
    const binding = this.of(command);
    if (!binding || this.problem(chord, command)) return;
    this.#free(chord, command);
    const others = binding.keys.filter((key) => key !== chord);
    const at = instead === null ? -1 : others.indexOf(instead);
    if (at >= 0) others[at] = chord;
    else others.push(chord);
    this.#put(command, others.slice(-Math.max(MOST_CHORDS, binding.keys.length)));
    this.#tell();
  }

  /**
   * @param {string} command
   * @param {string} chord
   */
  take(command, chord) {
    const binding = this.of(command);
    if (!binding) return;
    this.#put(command, binding.keys.filter((key) => key !== chord));
    this.#tell();
  }

  /**
   * Gives a command its first keys back; whoever has them now loses them.
   * @param {string} command
   */
  reset(command) {
    const keys = this.#default(command)?.keys ?? [];
    for (const chord of keys) this.#free(chord, command);
    this.#changed.delete(command);
    this.#tell();
  }

  resetAll() {
    this.#changed.clear();
    this.#tell();
  }

  /**
   * Takes a chord away from all who would be in the way of a command.
   * @param {string} chord
   * @param {string} command
   */
  #free(chord, command) {
    for (let owner = this.owner(chord, command); owner; owner = this.owner(chord, command)) {
      this.#put(owner.command, owner.keys.filter((key) => key !== chord));
      this.#build();
    }
  }

  /** @param {string} command */
  #default(command) {
    return this.#keymap.find((binding) => binding.command === command);
  }

  /**
   * @param {string} command
   * @param {string[]} keys
   */
  #put(command, keys) {
    const first = this.#default(command)?.keys;
    if (!first) return;
    if (first.join(" ") === keys.join(" ")) this.#changed.delete(command);
    else this.#changed.set(command, keys);
  }

  #build() {
    this.#all = this.#keymap.map((binding) => {
      const keys = this.#changed.get(binding.command);
      return keys ? { ...binding, keys } : binding;
    });
  }

  #tell() {
    this.#build();
    for (const listener of this.#listeners) listener();
  }
}
