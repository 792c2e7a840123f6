/** Keys that change what a hand does, also while the hand rests. */

/** @typedef {import("./pointer.js").Held} Held */

const NAMES = ["Shift", "Alt", "Control", "Meta"];

/**
 * @param {(held: Held) => boolean} tell says whether a hand is over the stage
 */
export function watchModifiers(tell) {
  const changed = (/** @type {KeyboardEvent} */ event) => {
    if (!NAMES.includes(event.key)) return;
    const { shiftKey, altKey, ctrlKey, metaKey } = event;
    const isAtWork = tell({ shift: shiftKey, alt: altKey, control: ctrlKey || metaKey });
    // Alt alone would open the browser's menu and take the keyboard away.
    if (isAtWork && event.key === "Alt") event.preventDefault();
  };
  document.addEventListener("keydown", changed);
  document.addEventListener("keyup", changed);
}
