/** The magic wand: the pixels that look like the one that was pointed at. */

import { emptyPlane } from "./plane.js";
import { floodFrom } from "./flood.js";

/** @typedef {import("./plane.js").Plane} Plane */

/**
 * @typedef {object} Pixels
 * @property {number} width
 * @property {number} height
 * @property {Uint8ClampedArray} data red, green, blue and opacity, row by row
 */

/**
 * @typedef {object} WandOrder
 * @property {number} x the pixel that was pointed at
 * @property {number} y
 * @property {number} tolerance how far each of red, green, blue and opacity may differ, 0 to 255
 * @property {boolean} contiguous only what hangs together with that pixel
 * @property {Uint8Array | null} [within] 0 where nothing may be selected, one value a pixel
 */

/**
 * Selects; edges are all or nothing.
 * @param {Pixels} pixels
 * @param {WandOrder} order
 * @returns {Plane}
 */
export function selectLike(pixels, order) {
  const alike = alikeIn(pixels, order);
  const start = order.y * pixels.width + order.x;
  if (!alike.data[start]) return emptyPlane(pixels.width, pixels.height);
  return order.contiguous ? floodFrom(alike, start) : alike;
}

/**
 * Marks every pixel that looks like the one that was pointed at.
 * @param {Pixels} pixels
 * @param {WandOrder} order
 * @returns {Plane}
 */
function alikeIn(pixels, { x, y, tolerance, within = null }) {
  const { width, height, data } = pixels;
  const plane = emptyPlane(width, height);
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  const [r, g, b, a] = looksAt(pixels, x, y, tolerance);
  const marks = plane.data;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    const isAlike =
      Math.abs((word & 255) - r) <= tolerance &&
      Math.abs(((word >>> 8) & 255) - g) <= tolerance &&
      Math.abs(((word >>> 16) & 255) - b) <= tolerance &&
      Math.abs((word >>> 24) - a) <= tolerance;
    if (isAlike && (!within || within[i])) marks[i] = 255;
  }
  return plane;
}

/**
 * The colour at a place: the mean around it, so that a grain of noise does not decide; the pixel's
 * own where it stands out from what surrounds it.
 * @param {Pixels} pixels
 * @param {number} x
 * @param {number} y
 * @param {number} tolerance
 * @returns {number[]}
 */
export function looksAt({ width, height, data }, x, y, tolerance) {
  const own = [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
  const sums = [0, 0, 0, 0];
  let count = 0;
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
      for (let k = 0; k < 4; k++) sums[k] += data[(row * width + column) * 4 + k];
      count++;
    }
  }
  const mean = sums.map((sum) => Math.round(sum / count));
  return mean.every((value, k) => Math.abs(value - own[k]) <= tolerance) ? mean : own;
}
