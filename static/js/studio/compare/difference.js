/**
 * What differs between two pictures, as a third one. Where nothing does, the picture shows through
 * darkly and without colour; what does rises from blue to bright yellow. Its lightness rises alone, so
 * every kind of colour vision reads it alike.
 */

/** From a slight difference to the largest. */
const STOPS = [
  [0, 59, 122],
  [87, 107, 128],
  [164, 150, 115],
  [255, 233, 69],
];
/** How dark the picture lies below. */
const GROUND = 0.22;
/** Slight differences shine through from here on. */
const FULL_FROM = 24;

/** @returns {Uint8Array} three bytes for each of 256 strengths */
function makeRamp() {
  const ramp = new Uint8Array(256 * 3);
  for (let value = 0; value < 256; value++) {
    const place = (value / 255) * (STOPS.length - 1);
    const stop = Math.min(STOPS.length - 2, Math.floor(place));
    for (let channel = 0; channel < 3; channel++) {
      const from = STOPS[stop][channel];
      ramp[value * 3 + channel] = from + (STOPS[stop + 1][channel] - from) * (place - stop);
    }
  }
  return ramp;
}

const RAMP = makeRamp();

/**
 * Writes the map over `after`.
 * @param {Uint8ClampedArray} before RGBA
 * @param {Uint8ClampedArray} after RGBA of the same size; becomes the map
 * @param {number} amplify how many times stronger differences are shown
 * @param {number} [floor] so much may differ without counting: what packing a preview does
 * @returns {number} the share that differs, of what is not transparent in both
 */
export function writeDifference(before, after, amplify, floor = 0) {
  let seen = 0;
  let changed = 0;
  for (let at = 0; at < after.length; at += 4) {
    if (!before[at + 3] && !after[at + 3]) continue;
    seen++;
    const most = Math.max(
      Math.abs(before[at] - after[at]),
      Math.abs(before[at + 1] - after[at + 1]),
      Math.abs(before[at + 2] - after[at + 2]),
      Math.abs(before[at + 3] - after[at + 3]),
    );
    const difference = Math.max(0, most - floor);
    const grey = (before[at] * 0.3 + before[at + 1] * 0.59 + before[at + 2] * 0.11) * GROUND;
    const strength = Math.min(255, difference * amplify);
    const share = Math.min(1, strength / FULL_FROM);
    const ramp = Math.round(strength) * 3;
    for (let channel = 0; channel < 3; channel++) {
      after[at + channel] = grey + (RAMP[ramp + channel] - grey) * share;
    }
    after[at + 3] = 255;
    if (difference) changed++;
  }
  return seen ? changed / seen : 0;
}

/**
 * @param {number} share from 0 to 1
 * @param {boolean} isExact false when previews were compared
 * @returns {string}
 */
export function shareWords(share, isExact = true) {
  const clearly = isExact ? "" : " clearly";
  if (share === 0) return `Nothing in sight differs${clearly}`;
  const percent = share * 100;
  const figure = percent < 0.1 ? "Under 0.1" : percent < 10 ? percent.toFixed(1) : percent.toFixed(0);
  return `${figure} % of what is in sight differs${clearly}`;
}
