/** How far a picture is zoomed in the viewer, and where it comes to rest. Pure numbers, CSS pixels. */

/** @typedef {import("../studio/view.js").Point} Point */
/** @typedef {import("../studio/view.js").Size} Size */
/** @typedef {import("../studio/view.js").View} View */

/** A small picture is fitted no larger than so many device pixels for each of its own. */
const MOST_ENLARGED = 3;
/** Device pixels per picture pixel, the steps of plus and minus. */
const RUNGS = [0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32];
/** Two zooms are the same when they differ by less than this share. */
const SAME = 0.01;

/**
 * At which a picture is shown whole.
 * @param {Size} picture
 * @param {Size} room
 * @param {number} density device pixels per CSS pixel
 */
export function fittedScale(picture, room, density) {
  return Math.min(room.width / picture.width, room.height / picture.height, MOST_ENLARGED / density);
}

/**
 * The next zoom up or down a ladder, which has the fitted one among its rungs.
 * @param {number} zoom device pixels per picture pixel
 * @param {1 | -1} by
 * @param {number} fitted
 */
export function steppedZoom(zoom, by, fitted) {
  const rungs = [...RUNGS, fitted].toSorted((one, other) => one - other);
  const next =
    by > 0 ? rungs.find((rung) => rung > zoom * (1 + SAME)) : rungs.findLast((rung) => rung < zoom * (1 - SAME));
  const least = Math.min(fitted, 1);
  return Math.max(least, next ?? zoom);
}

/**
 * A view that shows no more beyond the picture than it must: in the middle along a side that has
 * room to spare, else filling it.
 * @param {View} view
 * @param {Size} picture
 * @param {Size} size of the table
 * @param {Size} room in its middle: all of it, or a pane
 * @returns {View}
 */
export function settled({ scale, x, y }, picture, size, room = size) {
  return {
    scale,
    x: along(x, picture.width * scale, size.width, room.width),
    y: along(y, picture.height * scale, size.height, room.height),
  };
}

/**
 * @param {number} at
 * @param {number} length of the picture
 * @param {number} whole of the table
 * @param {number} room
 */
function along(at, length, whole, room) {
  if (length <= room) return (whole - length) / 2;
  const first = (whole - room) / 2;
  return Math.min(first, Math.max(first + room - length, at));
}

/** A finger that goes so far, as a share of the table's width, or so fast, pixels a millisecond, means it. */
const FAR = 0.25;
const FAST = 0.5;
const LEAST = 24;
const FAR_DOWN = 0.18;

/**
 * What a finger meant that moved over a fitted picture.
 * @param {{dx: number, dy: number, milliseconds: number}} move
 * @param {Size} size of the table
 * @returns {"previous" | "next" | "close" | null}
 */
export function swipeMeaning({ dx, dy, milliseconds }, size) {
  const speed = Math.hypot(dx, dy) / Math.max(1, milliseconds);
  const isMeant = (/** @type {number} */ gone, /** @type {number} */ far) => gone > LEAST && (gone > far || speed > FAST);
  if (Math.abs(dx) > Math.abs(dy) * 1.2) {
    if (!isMeant(Math.abs(dx), size.width * FAR)) return null;
    return dx < 0 ? "next" : "previous";
  }
  return dy > Math.abs(dx) * 1.2 && isMeant(dy, size.height * FAR_DOWN) ? "close" : null;
}
