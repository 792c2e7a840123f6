/** Which key does what in the viewer. The same keys as in the studio, where both have the command. */

/** @typedef {import("../studio/chords.js").Binding} Binding */

/** @type {readonly Binding[]} */
export const KEYMAP = [
  { command: "previous", label: "Previous picture", group: "Pictures", keys: ["ArrowLeft", "PageUp"] },
  { command: "next", label: "Next picture", group: "Pictures", keys: ["ArrowRight", "PageDown"] },
  { command: "close", label: "Close", group: "Pictures", keys: ["Escape"] },
  { command: "zoom-in", label: "Zoom in", group: "View", keys: ["+", "="], repeats: true },
  { command: "zoom-out", label: "Zoom out", group: "View", keys: ["-"], repeats: true },
  { command: "fit", label: "Fit the picture", group: "View", keys: ["0"] },
  { command: "actual", label: "100 %", group: "View", keys: ["1"] },
  { command: "pan-left", label: "Move the view", group: "View", keys: ["Shift+ArrowLeft"], repeats: true },
  { command: "pan-right", label: "Move the view", group: "View", keys: ["Shift+ArrowRight"], repeats: true },
  { command: "pan-up", label: "Move the view", group: "View", keys: ["ArrowUp", "Shift+ArrowUp"], repeats: true },
  { command: "pan-down", label: "Move the view", group: "View", keys: ["ArrowDown", "Shift+ArrowDown"], repeats: true },
  { command: "full-screen", label: "Full screen", group: "View", keys: ["F"] },
  { command: "drawer", label: "Information", group: "View", keys: ["I"] },
  { command: "original", label: "Hold for the original", group: "Compare", keys: ["\\"], hold: true },
  { command: "compare-line", label: "With a line", group: "Compare", keys: ["K"] },
  { command: "compare-sides", label: "Side by side", group: "Compare", keys: ["S"] },
  { command: "compare-difference", label: "What differs", group: "Compare", keys: ["D"] },
  { command: "outline", label: "Outline of the mask", group: "Compare", keys: ["V"] },
  { command: "further", label: "Edit further", group: "Use again", keys: ["E"] },
  { command: "use-all", label: "Use all", group: "Use again", keys: ["A"] },
  { command: "remix", label: "Remix", group: "Use again", keys: ["R"] },
  { command: "use-prompt", label: "Prompt only", group: "Use again", keys: ["P"] },
  { command: "use-mask", label: "Mask only", group: "Use again", keys: ["M"] },
  { command: "use-size", label: "Size only", group: "Use again", keys: ["Z"] },
  { command: "help", label: "Keys and gestures", group: "View", keys: ["?"] },
];

/** What hands do that is no key. */
export const GESTURES = [
  { keys: "H", label: "Favourite" },
  { keys: "Shift + 1 to 5, 0", label: "Stars, or none" },
  { keys: "Wheel, pinch", label: "Zoom to the pointer" },
  { keys: "Drag", label: "Move the view" },
  { keys: "Double click", label: "100 %, or fit" },
  { keys: "Swipe", label: "Next or previous" },
  { keys: "Swipe down", label: "Close" },
];

/** @type {import("../studio/chords.js").KeyList} */
export const KEYS = {
  all: KEYMAP,
  of: (command) => KEYMAP.find((binding) => binding.command === command),
  onChange: () => {},
};
