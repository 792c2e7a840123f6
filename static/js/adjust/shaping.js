/**
 * Shapes a mask at the preview's size as the server shapes it at the picture's: grown or shrunk
 * (editor/imaging/growing.py), and softened inwards (`SoftPaint` in editor/imaging/masking.py). Pure.
 */

/** @typedef {import("./planes.js").Plane} Plane */
/** @typedef {import("../studio/mask/box.js").Box} Box */

/** The first of the server's steps from edge to core begins half a step in; it has eight. */
const FIRST_STEP = 1 - 1 / 16;
const FAR = 60000;

/**
 * The plane in a box of it.
 * @param {Plane} plane
 * @param {Box} box
 * @returns {Plane}
 */
export function cut({ width, values }, { left, top, right, bottom }) {
  const part = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) {
    part.set(values.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  }
  return { width: right - left, height: bottom - top, values: part };
}

/**
 * A box widened by some pixels, within a plane.
 * @param {Box} box
 * @param {number} reach
 * @param {{width: number, height: number}} size
 * @returns {Box}
 */
export function widened({ left, top, right, bottom }, reach, { width, height }) {
  return {
    left: Math.max(0, left - reach),
    top: Math.max(0, top - reach),
    right: Math.min(width, right + reach),
    bottom: Math.min(height, bottom + reach),
  };
}

/**
 * Paint that reaches some pixels farther, or less far when that is negative: the greatest or least
 * value in an octagon around each pixel. The plane's border is no edge of the paint.
 * @param {Plane} plane
 * @param {number} pixels whole
 * @returns {Plane}
 */
export function grow(plane, pixels) {
  if (!pixels) return plane;
  const { width, height } = plane;
  const turned = pixels < 0 ? plane.values.map((value) => 255 - value) : plane.values.slice();
  const spread = widen({ width, height, values: turned }, Math.abs(pixels));
  return { width, height, values: pixels < 0 ? spread.map((value) => 255 - value) : spread };
}

/**
 * Spreads high values over an octagon: a square, then a diamond, each made of lines.
 * @param {Plane} plane
 * @param {number} reach
 */
function widen({ width, height, values }, reach) {
  const side = Math.round(reach * 0.414);
  const diamond = reach - side;
  // Lines of a diamond leave the plane and come back into it.
  const across = width + 2 * reach;
  const down = height + 2 * reach;
  /** @type {Uint8Array} */
  let wide = new Uint8Array(across * down);
  for (let y = 0; y < height; y++) {
    wide.set(values.subarray(y * width, (y + 1) * width), (y + reach) * across + reach);
  }
  const along = (/** @type {Uint8Array} */ from, /** @type {number} */ stepX, /** @type {number} */ stepY, /** @type {number} */ length) =>
    spreadAlong({ width: across, height: down, values: from }, stepX, stepY, length);
  wide = along(along(wide, 1, 0, side), 0, 1, side);
  const slant = Math.floor((diamond - 1) / 2);
  if (diamond) {
    wide = along(along(wide, 1, 1, slant), -1, 1, slant);
    for (let cross = 0; cross < diamond - 2 * slant; cross++) {
      const sideways = along(wide, 1, 0, 1);
      const upright = along(wide, 0, 1, 1);
      wide = sideways.map((value, at) => Math.max(value, upright[at]));
    }
  }
  const part = { left: reach, top: reach, right: reach + width, bottom: reach + height };
  return cut({ width: across, height: down, values: wide }, part).values;
}

/**
 * The greatest value among some steps to both sides; what is covered doubles each time.
 * @param {Plane} plane
 * @param {number} stepX
 * @param {number} stepY
 * @param {number} reach
 */
function spreadAlong({ width, height, values }, stepX, stepY, reach) {
  let spread = values;
  for (const sign of [1, -1]) {
    for (let covered = 0; covered < reach; ) {
      const stride = sign * Math.min(covered + 1, reach - covered);
      spread = greaterOf(spread, width, height, stride * stepX, stride * stepY);
      covered += Math.abs(stride);
    }
  }
  return spread;
}

/**
 * Each value, or the one that many pixels to the left and above when it is greater.
 * @param {Uint8Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} dx
 * @param {number} dy
 */
function greaterOf(values, width, height, dx, dy) {
  const result = values.slice();
  const left = Math.max(0, dx);
  const right = width + Math.min(0, dx);
  for (let y = Math.max(0, dy); y < height + Math.min(0, dy); y++) {
    const from = (y - dy) * width - dx;
    const to = y * width;
    for (let x = left; x < right; x++) {
      if (values[from + x] > result[to + x]) result[to + x] = values[from + x];
    }
  }
  return result;
}

/**
 * Paint that rises from its edge inwards to its own value; a stroke thinner than the feather is
 * still full along its middle.
 * @param {Plane} plane
 * @param {number} feather pixels of the plane, may have fractions
 * @returns {Uint8Array}
 */
export function soften(plane, feather) {
  const { width, height, values } = plane;
  if (feather < 0.75) return values;
  const depth = depths(plane);
  const limit = Math.round(feather * 3);
  for (let at = 0; at < depth.length; at++) if (depth[at] > limit) depth[at] = limit;
  const reach = highest(depth, width, height, Math.max(1, Math.round(feather * 1.5)));
  const soft = new Uint8Array(values.length);
  for (let at = 0; at < soft.length; at++) {
    if (!values[at]) continue;
    // Depths are thirds of a pixel, from the middle of the pixel outside to this one's.
    const in_ = depth[at] - 1.5;
    const full = Math.max(0.5, reach[at] - 1.5) * FIRST_STEP;
    const value = in_ >= full ? 255 : (255 * in_) / full;
    soft[at] = Math.min(values[at], value);
  }
  return soft;
}

/**
 * How deep each painted pixel lies, in thirds of a pixel; 0 outside the paint. Steps to the side
 * count 3, slanting ones 4, which is nearly round.
 * @param {Plane} plane
 */
function depths({ width, height, values }) {
  const depth = new Uint16Array(values.length);
  for (let at = 0; at < depth.length; at++) depth[at] = values[at] ? FAR : 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      let least = depth[at];
      if (!least) continue;
      if (x > 0) least = Math.min(least, depth[at - 1] + 3);
      if (y > 0) {
        least = Math.min(least, depth[at - width] + 3);
        if (x > 0) least = Math.min(least, depth[at - width - 1] + 4);
        if (x < width - 1) least = Math.min(least, depth[at - width + 1] + 4);
      }
      depth[at] = least;
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) {
      const at = y * width + x;
      let least = depth[at];
      if (!least) continue;
      if (x < width - 1) least = Math.min(least, depth[at + 1] + 3);
      if (y < height - 1) {
        least = Math.min(least, depth[at + width] + 3);
        if (x < width - 1) least = Math.min(least, depth[at + width + 1] + 4);
        if (x > 0) least = Math.min(least, depth[at + width - 1] + 4);
      }
      depth[at] = least;
    }
  }
  return depth;
}

/**
 * The greatest value in a square around each, by running maxima over blocks (van Herk).
 * @param {Uint16Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} reach
 */
function highest(values, width, height, reach) {
  const across = new Uint16Array(values.length);
  for (let y = 0; y < height; y++) runningMaxima(values, across, y * width, 1, width, reach);
  const both = new Uint16Array(values.length);
  for (let x = 0; x < width; x++) runningMaxima(across, both, x, width, height, reach);
  return both;
}

let forwards = new Uint16Array(0);
let backwards = new Uint16Array(0);

/**
 * @param {Uint16Array} from
 * @param {Uint16Array} to
 * @param {number} start
 * @param {number} stride
 * @param {number} count
 * @param {number} reach
 */
function runningMaxima(from, to, start, stride, count, reach) {
  const block = 2 * reach + 1;
  const length = count + 2 * reach;
  if (forwards.length < length) {
    forwards = new Uint16Array(length);
    backwards = new Uint16Array(length);
  }
  const at = (/** @type {number} */ i) => (i < reach || i >= count + reach ? 0 : from[start + (i - reach) * stride]);
  for (let i = 0; i < length; i++) {
    const value = at(i);
    forwards[i] = i % block && forwards[i - 1] > value ? forwards[i - 1] : value;
  }
  for (let i = length - 1; i >= 0; i--) {
    const value = at(i);
    const next = i + 1 < length && (i + 1) % block ? backwards[i + 1] : 0;
    backwards[i] = next > value ? next : value;
  }
  for (let i = 0; i < count; i++) {
    const one = backwards[i];
    const other = forwards[i + 2 * reach];
    to[start + i * stride] = one > other ? one : other;
  }
}

/**
 * What is left of a mask when parts of it are painted back.
 * @param {Uint8Array} values
 * @param {Uint8Array} restored 255 = the original again
 */
export function without(values, restored) {
  return values.map((value, at) => {
    const product = value * (255 - restored[at]) + 128;
    return (product + (product >> 8)) >> 8;
  });
}
