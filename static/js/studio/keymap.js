/** Which key does what. The one place: buttons, tooltips and the help dialog read it from here. */

import { TOOLS } from "./tools/registry.js";

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

/** @type {readonly Binding[]} */
export const KEYMAP = [
  ...TOOLS.map(({ name, label, keys }) => ({ command: name, label, group: "Tools", keys })),
  { command: "extend", label: "Extend the canvas", group: "Tools", keys: ["C"] },
  { command: "swap", label: "Swap brush and eraser", group: "Tools", keys: ["X"] },
  { command: "smaller", label: "Smaller brush", group: "Brush", keys: ["["], repeats: true },
  { command: "larger", label: "Larger brush", group: "Brush", keys: ["]"], repeats: true },
  { command: "much-smaller", label: "Much smaller brush", group: "Brush", keys: ["Ctrl+["], repeats: true },
  { command: "much-larger", label: "Much larger brush", group: "Brush", keys: ["Ctrl+]"], repeats: true },
  { command: "softer", label: "Softer brush", group: "Brush", keys: ["{"], repeats: true },
  { command: "harder", label: "Harder brush", group: "Brush", keys: ["}"], repeats: true },
  { command: "undo", label: "Undo", group: "Mask", keys: ["Ctrl+Z"], repeats: true },
  { command: "redo", label: "Redo", group: "Mask", keys: ["Ctrl+Shift+Z", "Ctrl+Y"], repeats: true },
  { command: "all", label: "Paint everything", group: "Mask", keys: ["Ctrl+A"] },
  { command: "invert", label: "Invert", group: "Mask", keys: ["Shift+V", "Ctrl+Shift+I"] },
  { command: "clear", label: "Clear", group: "Mask", keys: ["Shift+C", "Ctrl+D"] },
  { command: "finish", label: "Close the open shape", group: "Mask", keys: ["Enter"] },
  { command: "take-back", label: "Take its last point back", group: "Mask", keys: ["Backspace"], repeats: true },
  { command: "cancel", label: "Give up what is unfinished", group: "Mask", keys: ["Escape"] },
  { command: "zoom-in", label: "Zoom in", group: "View", keys: ["+", "Ctrl++", "=", "Ctrl+="], repeats: true },
  { command: "zoom-out", label: "Zoom out", group: "View", keys: ["-", "Ctrl+-"], repeats: true },
  { command: "fit", label: "Fit the picture", group: "View", keys: ["0", "Ctrl+0"] },
  { command: "actual", label: "100 %", group: "View", keys: ["1", "Ctrl+1"] },
  { command: "pan", label: "Hold to move the view", group: "View", keys: ["Space"], hold: true },
  { command: "overlay", label: "Show the mask", group: "View", keys: ["V"] },
  { command: "frame", label: "Show the frame", group: "View", keys: ["F"] },
  { command: "original", label: "Hold to see the original", group: "View", keys: ["\\"], hold: true },
  { command: "prompt", label: "Go to the prompt", group: "Edit", keys: ["/"] },
  { command: "submit", label: "Send the edit", group: "Edit", keys: ["Ctrl+Enter"], anywhere: true },
  { command: "help", label: "Keys and gestures", group: "Edit", keys: ["?"] },
];

/** What hands do that is no key. */
export const GESTURES = [
  { keys: "Shift + click", label: "Straight line from the last stroke" },
  { keys: "Right button", label: "Erase" },
  { keys: "Alt + right drag", label: "Brush size and hardness" },
  { keys: "Wheel, pinch", label: "Zoom to the pointer" },
  { keys: "Middle drag", label: "Move the view" },
  { keys: "Ctrl + wheel", label: "Brush size" },
  { keys: "Alt + pull", label: "Extend on both sides at once" },
  { keys: "Two fingers", label: "Move and zoom" },
  { keys: "Two-finger tap", label: "Undo" },
  { keys: "Three-finger tap", label: "Redo" },
];

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
 * @param {readonly Binding[]} [keymap]
 */
export function bindingsFor(press, keymap = KEYMAP) {
  const found = [fitsKey, fitsPlace].flatMap((fits) => keymap.filter(({ keys }) => keys.some((key) => fits(press, key))));
  return [...new Set(found)];
}

/**
 * The first of them, if any.
 * @param {Press} press
 * @param {readonly Binding[]} [keymap]
 * @returns {Binding | undefined}
 */
export function bindingFor(press, keymap = KEYMAP) {
  return bindingsFor(press, keymap)[0];
}

/**
 * By what the key writes.
 * @param {Press} press
 * @param {string} chord
 */
function fitsKey(press, chord) {
  const { key, shift, control } = parts(chord);
  if (press.altKey || control !== (press.ctrlKey || press.metaKey)) return false;
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
  const { key, control } = parts(chord);
  const place = PLACES.get(key);
  if (!place || press.altKey || control !== (press.ctrlKey || press.metaKey)) return false;
  return place === (press.shiftKey ? `Shift+${press.code}` : press.code);
}

/** @param {string} chord */
function parts(chord) {
  const control = chord.startsWith("Ctrl+");
  const rest = control ? chord.slice(5) : chord;
  const shift = rest.startsWith("Shift+");
  return { control, shift, key: shift ? rest.slice(6) : rest };
}

/**
 * @param {string} command
 * @returns {Binding | undefined}
 */
export function bindingOf(command) {
  return KEYMAP.find((binding) => binding.command === command);
}

/**
 * A chord in the spelling of `aria-keyshortcuts`.
 * @param {string} chord
 */
export function ariaChord(chord) {
  return chord.replace("Ctrl+", "Control+");
}
