/*
 * Which picture of a wall is shown over the whole window, and which comes next. Knows no page:
 * `collection.js` draws it.
 */

/** How far a finger must move to turn a page, in CSS pixels. */
const SWIPE = 48;

/**
 * What a key asks for.
 * @param {string} key
 * @param {number} at
 * @param {number} count
 * @returns {number} the place to show; `at` for a key that means nothing
 */
export function placeAfterKey(key, at, count) {
  /** @type {Record<string, number>} */
  const places = { ArrowRight: at + 1, PageDown: at + 1, " ": at + 1, ArrowLeft: at - 1, PageUp: at - 1, Home: 0, End: count - 1 };
  return within(places[key] ?? at, count);
}

/**
 * @param {number} place
 * @param {number} count
 */
export function within(place, count) {
  return Math.max(0, Math.min(count - 1, place));
}

/**
 * What a finger asks for that went this far: 1 for the next picture, -1 for the one before, 0 for none.
 * @param {number} x
 * @param {number} y
 */
export function stepOfSwipe(x, y) {
  if (Math.abs(x) < SWIPE || Math.abs(x) < 1.5 * Math.abs(y)) return 0;
  return x < 0 ? 1 : -1;
}
