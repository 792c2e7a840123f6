/** Lays an answer into a picture, pixel by pixel, as the server does (editor/imaging/composing.py). Pure. */

/** @typedef {import("../studio/mask/box.js").Box} Box */
/** @typedef {{width: number, height: number, data: Uint8ClampedArray}} Pixels  RGBA, row by row */
/** @typedef {{gain: number[], offset: number[]}} Colour */

/**
 * Brings an answer's colours to the original's.
 * @param {Pixels} pixels
 * @param {Colour} colour per channel: value * gain + offset
 * @returns {Pixels}
 */
export function matched({ width, height, data }, { gain, offset }) {
  const result = new Uint8ClampedArray(data);
  const tables = gain.map((factor, band) => {
    const table = new Uint8ClampedArray(256);
    for (let value = 0; value < 256; value++) table[value] = value * factor + offset[band];
    return table;
  });
  for (let at = 0; at < data.length; at += 4) {
    for (let band = 0; band < 3; band++) result[at + band] = tables[band][data[at + band]];
  }
  return { width, height, data: result };
}

/**
 * Blends an answer into what is there already.
 * @param {Pixels} target changed
 * @param {Pixels} answer
 * @param {{x: number, y: number}} place of the answer in the target
 * @param {{box: Box, weights: Uint8Array}} soft weights for the box of the target, row by row
 * @param {number} opacity 0 to 1
 * @param {boolean} fadesAlpha whether the answer's transparency goes into the result
 */
export function blend(target, answer, place, { box, weights }, opacity, fadesAlpha) {
  const left = Math.max(box.left, place.x);
  const right = Math.min(box.right, place.x + answer.width);
  const top = Math.max(box.top, place.y);
  const bottom = Math.min(box.bottom, place.y + answer.height);
  const mix = fadesAlpha ? mixWithAlpha : mixColours;
  for (let y = top; y < bottom; y++) {
    let weight = (y - box.top) * (box.right - box.left) + left - box.left;
    let to = (y * target.width + left) * 4;
    let from = ((y - place.y) * answer.width + left - place.x) * 4;
    for (let x = left; x < right; x++, weight++, to += 4, from += 4) {
      if (weights[weight]) mix(target.data, to, answer.data, from, (weights[weight] / 255) * opacity);
    }
  }
}

/**
 * @param {Uint8ClampedArray} target
 * @param {number} to
 * @param {Uint8ClampedArray} answer
 * @param {number} from
 * @param {number} share
 */
function mixColours(target, to, answer, from, share) {
  target[to] += (answer[from] - target[to]) * share;
  target[to + 1] += (answer[from + 1] - target[to + 1]) * share;
  target[to + 2] += (answer[from + 2] - target[to + 2]) * share;
}

/**
 * Colours weigh by their alpha, so that what is transparent gives no fringe.
 * @param {Uint8ClampedArray} target
 * @param {number} to
 * @param {Uint8ClampedArray} answer
 * @param {number} from
 * @param {number} share
 */
function mixWithAlpha(target, to, answer, from, share) {
  const old = target[to + 3] * (1 - share);
  const fresh = answer[from + 3] * share;
  const part = fresh / Math.max(old + fresh, 1e-6);
  for (let band = 0; band < 3; band++) {
    target[to + band] = target[to + band] * (1 - part) + answer[from + band] * part;
  }
  target[to + 3] = old + fresh;
}
