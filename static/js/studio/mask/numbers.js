/** A rectangle or an ellipse by numbers, in pixels or in per cent of the picture. */

import { clip } from "./box.js";
import { ellipsePoints, fillPolygon } from "./polygon.js";
import { fillBox } from "./raster.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {"px" | "%"} Unit */
/** @typedef {{left: number, top: number, width: number, height: number}} Numbers  NaN = left out */
/** @typedef {{width: number, height: number}} Size */

/**
 * The box that the numbers mean, in picture pixels, or what is wrong with them.
 * @param {Numbers} numbers
 * @param {Unit} unit
 * @param {Size} picture
 * @returns {{box: Box, problem: ""} | {box: null, problem: string}}
 */
export function boxOf({ left, top, width, height }, unit, picture) {
  if (![left, top, width, height].every(Number.isFinite)) return refused("Fill in all four numbers.");
  if (width <= 0 || height <= 0) return refused("Width and height must be more than nothing.");
  const x = unit === "%" ? picture.width / 100 : 1;
  const y = unit === "%" ? picture.height / 100 : 1;
  const from = { left: Math.round(left * x), top: Math.round(top * y) };
  const box = {
    ...from,
    right: Math.max(from.left + 1, Math.round((left + width) * x)),
    bottom: Math.max(from.top + 1, Math.round((top + height) * y)),
  };
  if (!clip(box, picture)) return refused("That lies outside the picture.");
  return { box, problem: "" };
}

/** @param {string} problem */
function refused(problem) {
  return { box: null, problem };
}

/**
 * The same box in the other unit.
 * @param {Numbers} numbers
 * @param {Unit} to
 * @param {Size} picture
 * @returns {Numbers}
 */
export function converted({ left, top, width, height }, to, picture) {
  const across = (/** @type {number} */ value) => turned(value, to, picture.width);
  const down = (/** @type {number} */ value) => turned(value, to, picture.height);
  return { left: across(left), top: down(top), width: across(width), height: down(height) };
}

/**
 * @param {number} value
 * @param {Unit} to
 * @param {number} side of the picture
 */
function turned(value, to, side) {
  return to === "%" ? Math.round((value / side) * 10_000) / 100 : Math.round((value / 100) * side);
}

/**
 * Paints or erases the shape. A step must be open.
 * @param {TileMask} mask
 * @param {"rectangle" | "ellipse"} kind
 * @param {Box} box
 * @param {boolean} erase
 */
export function fillByNumbers(mask, kind, box, erase) {
  if (kind === "ellipse") return fillPolygon(mask, ellipsePoints(box), erase);
  return fillBox(mask, box, erase);
}
