/**
 * What is drawn over the edit: how much each place differs, and where areas end. Differences go from
 * dark blue to light yellow: their lightness alone says which is more, so hue carries nothing. Pure.
 */

/** @typedef {import("./planes.js").Plane} Plane */
/** @typedef {import("./blending.js").Pixels} Pixels */

/** Red, green, blue from little to much; each is lighter than the one before. */
const HEAT = [
  [0, 32, 76],
  [50, 68, 108],
  [110, 112, 115],
  [170, 160, 100],
  [255, 234, 70],
];
/** Below this, what differs is noise and would only veil the picture. */
const LEAST_HEAT = 64;
const MOST_ALPHA = 225;

/**
 * @param {Plane} plane 0 = the same, 255 = very different
 * @returns {Pixels}
 */
export function heatPixels({ width, height, values }) {
  const table = new Uint32Array(256).map((_, value) => pixel(heatColour(value / 255), heatAlpha(value)));
  const data = new Uint8ClampedArray(width * height * 4);
  new Uint32Array(data.buffer).set(Array.from(values, (value) => table[value]));
  return { width, height, data };
}

/** @param {number} value 0 to 255 */
function heatAlpha(value) {
  if (value < LEAST_HEAT) return 0;
  return Math.round(60 + ((MOST_ALPHA - 60) * (value - LEAST_HEAT)) / (255 - LEAST_HEAT));
}

/**
 * @param {number} share 0 to 1
 * @returns {number[]} red, green, blue
 */
export function heatColour(share) {
  const place = Math.min(1, Math.max(0, share)) * (HEAT.length - 1);
  const before = Math.min(HEAT.length - 2, Math.floor(place));
  return HEAT[before].map((value, band) => Math.round(value + (HEAT[before + 1][band] - value) * (place - before)));
}

/**
 * Outlines of areas: white within black, so they are seen on every picture. What is set back to the
 * original is hatched.
 * @param {{width: number, height: number}} size
 * @param {Uint8Array} numbers of the areas, 0 = none
 * @param {(number: number) => boolean} isOutlined
 * @param {(number: number) => boolean} isRejected
 * @returns {Pixels}
 */
export function outlinePixels({ width, height }, numbers, isOutlined, isRejected) {
  const data = new Uint8ClampedArray(width * height * 4);
  const pixels = new Uint32Array(data.buffer);
  const white = pixel([255, 255, 255], 255);
  const black = pixel([0, 0, 0], 190);
  const veil = pixel([0, 0, 0], 90);
  const outlined = Array.from({ length: 256 }, (_, number) => number > 0 && isOutlined(number));
  const rejected = Array.from({ length: 256 }, (_, number) => number > 0 && isRejected(number));
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : numbers[y * width + x];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const number = numbers[y * width + x];
      const index = y * width + x;
      if (outlined[number] && isRim(at, x, y, number, 1)) pixels[index] = white;
      else if (outlined[number] && isRim(at, x, y, number, 2)) pixels[index] = black;
      else if (outlined[number] && rejected[number] && (x + y) % 12 < 3) pixels[index] = veil;
    }
  }
  return { width, height, data };
}

/**
 * @param {(x: number, y: number) => number} at
 * @param {number} x
 * @param {number} y
 * @param {number} number
 * @param {number} reach
 */
function isRim(at, x, y, number, reach) {
  return (
    at(x - reach, y) !== number || at(x + reach, y) !== number || at(x, y - reach) !== number || at(x, y + reach) !== number
  );
}

/**
 * A place within each area, as near to its middle as it has one.
 * @param {{width: number, height: number}} size
 * @param {Uint8Array} numbers
 * @param {number} count
 * @returns {({x: number, y: number} | null)[]} in shares of the sides
 */
export function middles({ width, height }, numbers, count) {
  const sums = Array.from({ length: count + 1 }, () => ({ x: 0, y: 0, pixels: 0 }));
  numbers.forEach((number, at) => {
    const sum = sums[number];
    if (!number || !sum) return;
    sum.x += at % width;
    sum.y += Math.floor(at / width);
    sum.pixels++;
  });
  const best = sums.map(() => ({ far: Infinity, at: -1 }));
  numbers.forEach((number, at) => {
    const sum = sums[number];
    if (!number || !sum) return;
    const far = (at % width - sum.x / sum.pixels) ** 2 + (Math.floor(at / width) - sum.y / sum.pixels) ** 2;
    if (far < best[number].far) best[number] = { far, at };
  });
  return best.slice(1).map(({ at }) =>
    at < 0 ? null : { x: ((at % width) + 0.5) / width, y: (Math.floor(at / width) + 0.5) / height },
  );
}

/**
 * RGBA as the four bytes of an ImageData pixel.
 * @param {number[]} colour
 * @param {number} alpha
 */
function pixel([red, green, blue], alpha) {
  return new Uint32Array(Uint8Array.of(red, green, blue, alpha).buffer)[0];
}
