/** Masks in other people's files: which part of them means "may change", and at which size. */

import { emptyPlane, reduced, tilesOf } from "./plane.js";

/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {import("./plane.js").Size} Size */
/** @typedef {import("./tiles.js").Slot} Slot */
/** What of a file may change. @typedef {"white" | "black" | "clear" | "opaque"} Reading */

/** Shapes that differ by no more than this are the same: sides are whole pixels. */
const SHAPE_SLACK = 0.01;
/** Fainter values count as nothing, as they do when the mask is read on the server. */
const FAINTEST_PAINT = 8;
/** What a lossy file makes of black and white: so far off may they be. */
const LOSSY_BLACK = 24;
const LOSSY_WHITE = 231;
const SEEN_THROUGH = 250;

/** @type {Record<Reading, string>} */
export const READING_WORDS = {
  white: "White may change",
  black: "Black may change",
  clear: "What is transparent may change",
  opaque: "What is not transparent may change",
};

/**
 * Whether a mask of one size can be brought to another.
 * @param {Size} a
 * @param {Size} b
 */
export function hasSameShape(a, b) {
  const across = a.width * b.height;
  const down = a.height * b.width;
  return Math.abs(across - down) <= Math.max(across, down) * SHAPE_SLACK;
}

/**
 * How a file is to be read, by what it holds; the first of the readings is the likely one.
 * @param {Uint8ClampedArray} sample red, green, blue and opacity of some of its pixels
 * @returns {Reading[]}
 */
export function readingsOf(sample) {
  let clear = 0;
  let opaque = 0;
  let white = 0;
  for (let i = 0; i < sample.length; i += 4) {
    if (sample[i + 3] < SEEN_THROUGH) clear++;
    else {
      opaque++;
      if (luminance(sample, i) > 200) white++;
    }
  }
  if (clear * 1000 < sample.length / 4) return ["white", "black"];
  // White strokes on a clear ground are a painted layer; anything else is a picture with a hole.
  return opaque > 0 && white > opaque * 0.95 ? ["opaque", "clear"] : ["clear", "opaque"];
}

/**
 * Reads values into a plane, from a row on.
 * @param {Plane} plane
 * @param {number} top
 * @param {Uint8ClampedArray} rgba whole rows
 * @param {Reading} reading
 * @param {boolean} isLossy
 */
export function readInto(plane, top, rgba, reading, isLossy) {
  const start = top * plane.width;
  for (let i = 0; i < rgba.length; i += 4) {
    const value = cleaned(valueOf(rgba, i, reading), isLossy);
    plane.data[start + i / 4] = value < FAINTEST_PAINT ? 0 : value;
  }
}

/**
 * @param {Uint8ClampedArray} rgba
 * @param {number} i
 * @param {Reading} reading
 */
function valueOf(rgba, i, reading) {
  if (reading === "opaque") return rgba[i + 3];
  if (reading === "clear") return 255 - rgba[i + 3];
  const light = luminance(rgba, i);
  return ((reading === "white" ? light : 255 - light) * rgba[i + 3]) / 255;
}

/**
 * @param {number} value
 * @param {boolean} isLossy
 */
function cleaned(value, isLossy) {
  if (!isLossy) return Math.round(value);
  const share = (value - LOSSY_BLACK) / (LOSSY_WHITE - LOSSY_BLACK);
  return Math.round(255 * Math.min(1, Math.max(0, share)));
}

/**
 * @param {Uint8ClampedArray} rgba
 * @param {number} i
 */
function luminance(rgba, i) {
  return rgba[i] * 0.299 + rgba[i + 1] * 0.587 + rgba[i + 2] * 0.114;
}

/**
 * A mask of another size of the same shape, as the picture's tiles.
 * @param {Plane} plane
 * @param {Size} picture
 * @returns {Slot[]}
 */
export function fitted(plane, picture) {
  const factor = Math.floor(Math.min(plane.width / picture.width, plane.height / picture.height));
  return tilesOf(factor > 1 ? reduced(plane, factor) : plane, picture);
}

/**
 * @param {Plane} plane
 * @returns {Plane} painted and unpainted swapped
 */
export function swapped(plane) {
  const other = emptyPlane(plane.width, plane.height);
  for (let i = 0; i < other.data.length; i++) other.data[i] = 255 - plane.data[i];
  return other;
}
