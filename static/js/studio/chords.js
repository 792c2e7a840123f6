/** From a key press to what it may mean, on keyboards of every layout. */

import { CONTROL } from "./control-key.js";

/**
 * @typedef {object} Binding
 * @property {string} command
 * @property {string} label
 * @property {string} group
 * @property {string[]} keys like "B", "Ctrl+Shift+Z", "[", "Space"; the first one is shown
 * @property {boolean} [hold] acts while the key is down
 * @property {boolean} [repeats] goes on while the key is held down
 * @property {boolean} [anywhere] also while a text is being written
 */

/**
 * All keys of a page as they are now.
 * @typedef {object} KeyList
 * @property {readonly Binding[]} all
 * @property {(command: string) => Binding | undefined} of
 * @property {(listener: () => void) => void} onChange
 */

/** Where a symbol sits on keyboards that have it on no key of its own. */
const PLACES = new Map([
  ["[", "BracketLeft"],
  ["]", "BracketRight"],
  ["{", "Shift+BracketLeft"],
  ["}", "Shift+BracketRight"],
  ["\\", "Backslash"],
  ["0", "Numpad0"],
  ["1", "Numpad1"],
]);

/**
 * @typedef {object} Press the part of a KeyboardEvent that matters
 * @property {string} key
 * @property {string} code
 * @property {boolean} ctrlKey
 * @property {boolean} metaKey
 * @property {boolean} shiftKey
 * @property {boolean} altKey
 */

/**
 * The bindings a key press may mean. Where commands share a key, the first that can act does.
 * @param {Press} press
 * @param {readonly Binding[]} keymap
 */
export function bindingsFor(press, keymap) {
  const ways = [fitsKey, fitsPlace, fitsForeignLetter];
  const found = ways.flatMap((fits) => keymap.filter(({ keys }) => keys.some((key) => fits(press, key))));
  return [...new Set([...found, ...heldWithShift(press, keymap)])];
}

/**
 * A hand that pulls up a square, with Shift, may still hold Space to move it.
 * @param {Press} press
 * @param {readonly Binding[]} keymap
 */
function heldWithShift(press, keymap) {
  if (!press.shiftKey) return [];
  return keymap.filter(({ hold, keys }) => hold && keys.some((key) => fitsKey({ ...press, shiftKey: false }, key)));
}

/**
 * By what the key writes.
 * @param {Press} press
 * @param {string} chord
 */
function fitsKey(press, chord) {
  const { key, shift, control, alt } = parts(chord);
  if (alt !== press.altKey || control !== (press.ctrlKey || press.metaKey)) return false;
  // With Alt some keyboards write a symbol; the letter is what is printed on the key.
  if (alt && press.code === `Key${key}`) return press.shiftKey === shift;
  const pressed = press.key === " " ? "Space" : press.key;
  if (/^[a-z]$/i.test(key)) {
    return pressed.toLowerCase() === key.toLowerCase() && press.shiftKey === shift;
  }
  // Symbols may need Shift or not, that is the keyboard's business.
  return pressed === key && (key.length === 1 || press.shiftKey === shift);
}

/**
 * By where the key lies.
 * @param {Press} press
 * @param {string} chord
 */
function fitsPlace(press, chord) {
  const { key, control, alt } = parts(chord);
  const place = PLACES.get(key);
  if (!place || alt !== press.altKey || control !== (press.ctrlKey || press.metaKey)) return false;
  return place === (press.shiftKey ? `Shift+${press.code}` : press.code);
}

/**
 * By the Latin letter on the key, where the keyboard writes Cyrillic, Greek, Hebrew and the like.
 * @param {Press} press
 * @param {string} chord
 */
function fitsForeignLetter(press, chord) {
  const { key, shift, control, alt } = parts(chord);
  const isForeign = /^[^\p{Script=Latin}]$/u.test(press.key) && /^\p{L}$/u.test(press.key);
  if (!isForeign || alt !== press.altKey || control !== (press.ctrlKey || press.metaKey)) return false;
  return press.code === `Key${key}` && press.shiftKey === shift;
}

const CHORD = /^(Ctrl\+)?(Alt\+)?(Shift\+)?(.+)$/u;

/** @param {string} chord like "Ctrl+Alt+Shift+K", in this order */
export function parts(chord) {
  const [, control, alt, shift, key] = CHORD.exec(chord) ?? [];
  return { control: Boolean(control), alt: Boolean(alt), shift: Boolean(shift), key: key ?? "" };
}

/**
 * A chord as people read it.
 * @param {string} chord
 * @param {string} [called] what the key for commands is called here
 */
export function spoken(chord, called = CONTROL) {
  const { control, alt, shift, key } = parts(chord);
  const name = key.replace("Escape", "Esc").replace(/^Arrow/, "").replace(/^Page/, "Page ");
  return [control && called, alt && "Alt", shift && "Shift", name].filter(Boolean).join(" + ");
}

/**
 * A chord in the spelling of `aria-keyshortcuts`.
 * @param {string} chord
 */
export function ariaChord(chord) {
  return chord.replace("Ctrl+", "Control+");
}
