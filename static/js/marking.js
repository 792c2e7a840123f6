/*
 * Marks by keys, where a page says so with data-marks-by-key: H for the heart, Shift with 1 to 5
 * for stars, with 0 none. A key presses the very button that one could press by hand.
 */

/**
 * Which button a key presses; null when it means nothing here. Digits by their place on the
 * keyboard, as Shift makes other signs of them.
 * @param {{ key: string, code: string, shiftKey: boolean, ctrlKey: boolean, metaKey: boolean, altKey: boolean, repeat: boolean }} event
 * @returns {string | null}
 */
export function markOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  if (event.shiftKey) return /^(?:Digit|Numpad)([0-5])$/.exec(event.code)?.[1] ?? null;
  return event.key.toLowerCase() === "h" ? "h" : null;
}

/** @param {KeyboardEvent} event */
function press(event) {
  const mark = markOf(event);
  const place = document.querySelector("[data-marks-by-key]");
  const target = /** @type {Element} */ (event.target);
  if (!mark || !place || event.defaultPrevented) return;
  if (target.closest("input:not([type=range], [type=checkbox], [type=radio]), textarea, select")) return;
  const button = /** @type {HTMLElement | null} */ (
    place.querySelector(`[data-marks] [data-mark="${mark}"]`)
  );
  // The same star again must not take it off: that is what 0 is for.
  if (!button || (/[1-5]/.test(mark) && button.getAttribute("aria-pressed") === "true")) return;
  event.preventDefault();
  button.click();
}

export function startMarking() {
  document.addEventListener("keydown", press);
}
