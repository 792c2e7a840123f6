/**
 * Snaps a rough selection to the edges of what it lies on. The colours of the surely and probably
 * selected are told from those of the rest, and every pixel goes to whichever side it is nearer to,
 * on ways that cost little within a colour and much across an edge.
 */

import { emptyPlane } from "./plane.js";

/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {import("./wand.js").Pixels} Pixels */

/** What is known of a pixel before: the same four values that the server takes. */
export const SURE = 255;
export const LIKELY = 192;
export const UNLIKELY = 64;
export const NEVER = 0;

const BINS = 16;
/** What a step costs where nothing changes, beside what the colours say. */
const STEP = 0.004;
const SWEEPS = 3;
/** How quickly the outline goes from one side to the other; softer, what is undecided would be half painted. */
const STEEPNESS = 12;
const DIAGONAL = Math.SQRT2;
/** Colours this much more frequent inside than outside are taken for the object's, and as few for the rest's. */
const SURELY_INSIDE = 0.9;
const SURELY_OUTSIDE = 0.1;

/**
 * @param {Pixels} pixels
 * @param {Plane} known of the same size
 * @returns {Plane} 0 to 255, soft where both sides are as near
 */
export function snapToEdges(pixels, known) {
  const bins = binsOf(pixels);
  // What the first round finds tells the colours of both sides better than the hand did.
  const first = sides(known, likelihoods(bins, known));
  const better = { ...known, data: known.data.map((value, i) => learned(value, first.data[i])) };
  return sides(known, likelihoods(bins, better));
}

/**
 * @param {number} value what was known of a pixel
 * @param {number} found what the first round says of it
 */
function learned(value, found) {
  if (value === SURE || value === NEVER) return value;
  return found > 127 ? LIKELY : UNLIKELY;
}

/**
 * Gives every pixel to one of both sides.
 * @param {Plane} known
 * @param {Float32Array} likelihood
 * @returns {Plane}
 */
function sides(known, likelihood) {
  const { width, height } = known;
  const inner = new Float32Array(width * height);
  const outer = new Float32Array(width * height);
  seed(inner, outer, known, likelihood);
  const steps = { width, height, likelihood };
  sweep(inner, steps);
  sweep(outer, steps);
  const plane = emptyPlane(width, height);
  for (let i = 0; i < inner.length; i++) {
    if (known.data[i] === SURE) plane.data[i] = 255;
    else if (known.data[i] !== NEVER) plane.data[i] = nearness(inner[i], outer[i]);
  }
  return plane;
}

/**
 * 255 where the inside is much nearer, 0 where the outside is.
 * @param {number} inner
 * @param {number} outer
 */
function nearness(inner, outer) {
  const share = (outer - inner) / (outer + inner + 1e-6);
  return Math.round(255 * Math.min(1, Math.max(0, 0.5 + share * STEEPNESS)));
}

/**
 * The bin of each pixel's colour, averaged with its neighbours so that grain does not count.
 * @param {Pixels} pixels
 */
function binsOf({ width, height, data }) {
  const bins = new Uint16Array(width * height);
  for (let channel = 0; channel < 3; channel++) {
    const plane = new Uint8Array(width * height);
    for (let i = 0; i < plane.length; i++) plane[i] = data[i * 4 + channel];
    const calm = averaged(plane, width, height);
    const shift = (2 - channel) * 4;
    for (let i = 0; i < bins.length; i++) bins[i] |= (calm[i] >> 4) << shift;
  }
  return bins;
}

/**
 * The mean of each value and its eight neighbours.
 * @template {Uint8Array | Float32Array} T
 * @param {T} values
 * @param {number} width
 * @param {number} height
 * @returns {T}
 */
function averaged(values, width, height) {
  const result = /** @type {T} */ (values.slice());
  for (let y = 1; y < height - 1; y++) {
    const end = (y + 1) * width - 1;
    for (let i = y * width + 1; i < end; i++) {
      const above = values[i - width - 1] + values[i - width] + values[i - width + 1];
      const below = values[i + width - 1] + values[i + width] + values[i + width + 1];
      result[i] = (above + values[i - 1] + values[i] + values[i + 1] + below) / 9;
    }
  }
  return result;
}

/**
 * How likely the colour of each pixel makes it that it is inside, 0 to 1.
 * @param {Uint16Array} bins
 * @param {Plane} known
 * @returns {Float32Array}
 */
function likelihoods(bins, { width, height, data }) {
  const inside = new Float32Array(BINS ** 3);
  const outside = new Float32Array(BINS ** 3);
  let insides = 0;
  let outsides = 0;
  for (let i = 0; i < bins.length; i++) {
    const weight = WEIGHTS[data[i] >> 6];
    if (data[i] > 127) {
      inside[bins[i]] += weight;
      insides += weight;
    } else {
      outside[bins[i]] += weight;
      outsides += weight;
    }
  }
  const near = blurred(inside);
  const far = blurred(outside);
  const shares = near.map((count, bin) => {
    const a = count / (insides || 1) + 1e-6;
    return a / (a + far[bin] / (outsides || 1) + 1e-6);
  });
  const likelihood = new Float32Array(bins.length);
  for (let i = 0; i < bins.length; i++) likelihood[i] = shares[bins[i]];
  return averaged(likelihood, width, height);
}

/** What is sure says more about the colours of its side: never, unlikely, likely, sure. */
const WEIGHTS = [1, 0.5, 1, 4];

/**
 * Lets every colour count for those beside it, since bins cut through what looks alike.
 * @param {Float32Array} counts by red, green and blue
 */
function blurred(counts) {
  let now = counts;
  for (const step of [1, BINS, BINS * BINS]) {
    const next = new Float32Array(now.length);
    for (let i = 0; i < now.length; i++) {
      const place = Math.floor(i / step) % BINS;
      const before = place > 0 ? now[i - step] : 0;
      const after = place < BINS - 1 ? now[i + step] : 0;
      next[i] = (before + 2 * now[i] + after) / 4;
    }
    now = next;
  }
  return now;
}

/**
 * Where the ways begin: what is sure, and what its colour makes as good as sure.
 * @param {Float32Array} inner
 * @param {Float32Array} outer
 * @param {Plane} known
 * @param {Float32Array} likelihood
 */
function seed(inner, outer, known, likelihood) {
  inner.fill(Infinity);
  outer.fill(Infinity);
  for (let i = 0; i < inner.length; i++) {
    const value = known.data[i];
    if (value === SURE || (value === LIKELY && likelihood[i] > SURELY_INSIDE)) inner[i] = 0;
    if (value === NEVER || (value === UNLIKELY && likelihood[i] < SURELY_OUTSIDE)) outer[i] = 0;
  }
}

/**
 * Spreads distances over the plane, forward and back in turn.
 * @param {Float32Array} distances
 * @param {{width: number, height: number, likelihood: Float32Array}} steps
 */
function sweep(distances, { width, height, likelihood }) {
  const last = distances.length - 1;
  for (let pass = 0; pass < SWEEPS * 2; pass++) {
    const back = pass % 2 === 1;
    for (let n = 0; n <= last; n++) {
      const i = back ? last - n : n;
      const x = i % width;
      const side = back ? 1 : -1;
      const hasSide = back ? x < width - 1 : x > 0;
      const hasOther = back ? x > 0 : x < width - 1;
      const line = i + side * width;
      const hasLine = back ? i < width * (height - 1) : i >= width;
      let best = distances[i];
      if (hasSide) best = Math.min(best, way(distances, likelihood, i, i + side, 1));
      if (hasLine) {
        best = Math.min(best, way(distances, likelihood, i, line, 1));
        if (hasSide) best = Math.min(best, way(distances, likelihood, i, line + side, DIAGONAL));
        if (hasOther) best = Math.min(best, way(distances, likelihood, i, line - side, DIAGONAL));
      }
      distances[i] = best;
    }
  }
}

/**
 * @param {Float32Array} distances
 * @param {Float32Array} likelihood
 * @param {number} to
 * @param {number} from
 * @param {number} length
 */
function way(distances, likelihood, to, from, length) {
  return distances[from] + length * (STEP + Math.abs(likelihood[to] - likelihood[from]));
}
