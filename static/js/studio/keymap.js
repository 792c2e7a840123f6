/** Which key does what. The one place: buttons, tooltips and the help dialog read it from here. */

import { bindingsFor } from "./chords.js";
import { TOOLS } from "./tools/registry.js";

/** @typedef {import("./chords.js").Binding} Binding */
/** @typedef {import("./chords.js").Press} Press */

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
  { command: "grow", label: "Grow", group: "Mask", keys: ["."] },
  { command: "shrink", label: "Shrink", group: "Mask", keys: [","] },
  { command: "feather", label: "Feather", group: "Mask", keys: ["Shift+F"] },
  { command: "clear", label: "Clear", group: "Mask", keys: ["Shift+C", "Ctrl+D"] },
  { command: "snap", label: "Snap the mask to edges", group: "Mask", keys: ["Shift+Q"] },
  { command: "refine", label: "Refine the newest outline", group: "Mask", keys: ["Shift+R"] },
  { command: "import-mask", label: "Import a mask", group: "Mask", keys: ["Shift+O"] },
  { command: "export-mask", label: "Export the mask", group: "Mask", keys: ["Shift+E"] },
  { command: "numbers", label: "Shape by numbers", group: "Mask", keys: ["N"] },
  { command: "finish", label: "Close the open shape", group: "Mask", keys: ["Enter"] },
  { command: "take-back", label: "Take its last point back", group: "Mask", keys: ["Backspace"], repeats: true },
  { command: "cancel", label: "Give up what is unfinished", group: "Mask", keys: ["Escape"] },
  { command: "zoom-in", label: "Zoom in", group: "View", keys: ["+", "Ctrl++", "=", "Ctrl+="], repeats: true },
  { command: "zoom-out", label: "Zoom out", group: "View", keys: ["-", "Ctrl+-"], repeats: true },
  { command: "fit", label: "Fit the picture", group: "View", keys: ["0", "Ctrl+0"] },
  { command: "actual", label: "100 %", group: "View", keys: ["1", "Ctrl+1"] },
  { command: "pan", label: "Hold to move the view", group: "View", keys: ["Space"], hold: true },
  { command: "zoom-drag", label: "Hold and drag to zoom", group: "View", keys: ["Z"], hold: true },
  { command: "overlay", label: "Show the mask", group: "View", keys: ["V"] },
  { command: "frame", label: "Show the frame", group: "View", keys: ["F"] },
  { command: "original", label: "Hold to see the original", group: "View", keys: ["\\"], hold: true },
  { command: "variant-previous", label: "Previous result", group: "Results", keys: ["ArrowLeft"], repeats: true },
  { command: "variant-next", label: "Next result", group: "Results", keys: ["ArrowRight"], repeats: true },
  { command: "accept", label: "Go on from the result shown", group: "Results", keys: ["Enter"] },
  { command: "compare-line", label: "Compare with a line", group: "Results", keys: ["K"] },
  { command: "compare-sides", label: "Compare side by side", group: "Results", keys: ["S"] },
  { command: "compare-difference", label: "Show the difference", group: "Results", keys: ["D"] },
  { command: "discard", label: "Discard the result shown", group: "Results", keys: ["Delete"] },
  { command: "prompt", label: "Go to the prompt", group: "Edit", keys: ["/"] },
  { command: "submit", label: "Send the edit", group: "Edit", keys: ["Ctrl+Enter"], anywhere: true },
  { command: "submit-first", label: "Send it before your other edits", group: "Edit", keys: ["Ctrl+Shift+Enter"], anywhere: true },
  { command: "help", label: "Keys and gestures", group: "Edit", keys: ["?"] },
];

/** What hands do that is no key. */
export const GESTURES = [
  { keys: "Shift + click", label: "Straight line from the last stroke" },
  { keys: "Right button, pen’s other end", label: "Erase" },
  { keys: "Alt or Ctrl + drag", label: "Take a shape away" },
  { keys: "Shift while dragging", label: "Square, circle, or straight edge" },
  { keys: "Alt while dragging", label: "Shape around its middle" },
  { keys: "Space while dragging", label: "Move the unfinished shape" },
  { keys: "Double click", label: "Close the polygon" },
  { keys: "Alt + right drag", label: "Brush size and hardness" },
  { keys: "Wheel, pinch", label: "Zoom to the pointer" },
  { keys: "Middle drag", label: "Move the view" },
  { keys: "Click on the zoom figure", label: "100 %, or fit" },
  { keys: "Ctrl + wheel", label: "Brush size" },
  { keys: "Alt + pull", label: "Extend on both sides at once" },
  { keys: "Alt + ↑ ↓", label: "Earlier prompts, in the prompt" },
  { keys: "Two fingers", label: "Move and zoom" },
  { keys: "Two-finger tap", label: "Undo" },
  { keys: "Three-finger tap", label: "Redo" },
];

/** What keys do while the picture has the focus; they are the same for everybody. */
export const CROSSHAIR_KEYS = [
  { keys: "Arrow keys", label: "Move the cross-hair" },
  { keys: "Shift + arrow keys", label: "Move it in bigger steps" },
  { keys: "Space", label: "Tool down, and up again" },
  { keys: "Enter", label: "A dab, or a click" },
  { keys: "Esc", label: "Take the stroke back, then leave" },
];

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
 * @param {string} command
 * @returns {Binding | undefined}
 */
export function bindingOf(command) {
  return KEYMAP.find((binding) => binding.command === command);
}

/** Keys that only go with another one. */
const BARE = /^(Control|Shift|Alt|AltGraph|Meta|CapsLock|NumLock|ScrollLock|Fn|Dead|Process|Compose|Unidentified)$/;

/**
 * The chord that a key press writes; null while only Ctrl and the like are down.
 * @param {Press} press
 * @returns {string | null}
 */
export function chordOf({ key, code, ctrlKey, metaKey, shiftKey, altKey }) {
  if (BARE.test(key) || !key) return null;
  const pressed = key === " " ? "Space" : altKey && /^Key[A-Z]$/.test(code) ? code.slice(3) : key;
  const isLetter = /^[a-z]$/i.test(pressed);
  // A symbol is what it is, whatever it takes to type it.
  const shift = shiftKey && (isLetter || [...pressed].length > 1);
  const modifiers = `${ctrlKey || metaKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}`;
  return modifiers + (isLetter ? pressed.toUpperCase() : pressed);
}
