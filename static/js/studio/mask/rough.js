/**
 * What a rough selection says of the pixels around it, at a size at which edges are found quickly:
 * a scribble, a box, or what is painted already.
 */

import { clip } from "./box.js";
import { capsule } from "./capsule.js";
import { emptyPlane, planeOf } from "./plane.js";
import { stamp } from "./raster.js";
import { LIKELY, NEVER, SURE, UNLIKELY } from "./snapping.js";
import { TileMask } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./capsule.js").Dab} Dab */
/** @typedef {import("./plane.js").Plane} Plane */
/** @typedef {import("./plane.js").Size} Size */
/** @typedef {import("./wand.js").Pixels} Pixels */
/** @typedef {{box: Box, known: Plane}} Rough  a part of the picture, and what is known of it */

/** Edges are found in at most so many pixels. */
const MOST_PIXELS = 320_000;
/** How far beyond a scribble its object may reach, as a share of the scribble's longer side. */
const AROUND_SCRIBBLE = 0.6;
const LEAST_AROUND = 0.04;
/** How far beyond a box or a mask is looked at: those say roughly where the object ends. */
const AROUND_SHAPE = 0.08;
/** A mask is as sloppy as this share of its longer side. */
const SLOPPY = 0.03;
/** What is cut by the rim of the part that is looked at belongs to the surroundings. */
const RIM = 0.012;

/**
 * @param {Dab[]} dabs the way of a brush, in picture pixels
 * @param {Size} picture
 * @returns {Rough}
 */
export function roughFromScribble(dabs, picture) {
  const around = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y, radius } of dabs) {
    around.left = Math.min(around.left, x - radius);
    around.top = Math.min(around.top, y - radius);
    around.right = Math.max(around.right, x + radius);
    around.bottom = Math.max(around.bottom, y + radius);
  }
  const box = grown(around, picture, AROUND_SCRIBBLE);
  const size = sizeFor(box);
  const scale = size.width / (box.right - box.left);
  const drawn = new TileMask(size.width, size.height);
  drawn.begin();
  dabs.forEach((dab, n) => {
    const [from, to] = [dabs[Math.max(0, n - 1)], dab].map(({ x, y, radius }) => ({
      x: (x - box.left) * scale, y: (y - box.top) * scale, radius: Math.max(0.7, radius * scale),
    }));
    stamp(drawn, capsule(from, to, 1, true), false);
  });
  drawn.commit();
  const known = planeOf(drawn);
  known.data.forEach((value, i) => (known.data[i] = value > 127 ? SURE : UNLIKELY));
  closeRim(known, box, picture);
  return { box, known };
}

/**
 * @param {Box} drawn
 * @param {Size} picture
 * @returns {Rough}
 */
export function roughFromBox(drawn, picture) {
  const box = grown(drawn, picture, AROUND_SHAPE);
  const known = emptyPlane(...sides(sizeFor(box)));
  const scale = known.width / (box.right - box.left);
  for (let y = 0; y < known.height; y++) {
    const py = box.top + (y + 0.5) / scale;
    if (py < drawn.top || py >= drawn.bottom) continue;
    const from = Math.max(0, Math.round((drawn.left - box.left) * scale));
    const to = Math.min(known.width, Math.round((drawn.right - box.left) * scale));
    known.data.fill(LIKELY, y * known.width + from, y * known.width + to);
  }
  // A box as large as the picture says nothing of what is outside.
  if (!known.data.includes(NEVER)) closeRim(known, { left: 1, top: 1, right: 1, bottom: 1 }, picture);
  return { box, known };
}

/**
 * @param {TileMask} mask
 * @param {Box} painted what of it is painted
 * @returns {Rough}
 */
export function roughFromMask(mask, painted) {
  const box = grown(painted, mask, AROUND_SHAPE);
  const known = emptyPlane(...sides(sizeFor(box)));
  const scale = known.width / (box.right - box.left);
  const inside = emptyPlane(known.width, known.height);
  for (let y = 0; y < known.height; y++) {
    for (let x = 0; x < known.width; x++) {
      const value = mask.at(Math.floor(box.left + (x + 0.5) / scale), Math.floor(box.top + (y + 0.5) / scale));
      if (value > 127) inside.data[y * known.width + x] = 255;
    }
  }
  const longer = Math.max(painted.right - painted.left, painted.bottom - painted.top);
  const band = Math.max(3, Math.round(SLOPPY * longer * scale));
  const toPaint = distances(inside, 255);
  const toRest = distances(inside, 0);
  known.data.forEach((_, i) => {
    if (inside.data[i]) known.data[i] = toRest[i] > band ? SURE : LIKELY;
    else known.data[i] = toPaint[i] > band ? NEVER : UNLIKELY;
  });
  return { box, known };
}

/**
 * The same with what was found in it, for somebody who looks more closely.
 * @param {Rough} rough
 * @param {Plane} found
 * @returns {Rough}
 */
export function roughWith({ box, known }, found) {
  const data = known.data.map((value, i) => {
    if (value === SURE || value === NEVER) return value;
    return found.data[i] > 127 ? LIKELY : UNLIKELY;
  });
  return { box, known: { ...known, data } };
}

/**
 * A part of a picture at another size, each pixel the mean of some that it stands for.
 * @param {Pixels} pixels
 * @param {Size} picture the size that the box speaks of
 * @param {Box} box
 * @param {Size} size
 * @returns {Pixels}
 */
export function partOf(pixels, picture, box, size) {
  const part = { ...size, data: new Uint8ClampedArray(size.width * size.height * 4) };
  const scale = pixels.width / picture.width;
  const stepX = ((box.right - box.left) * scale) / size.width;
  const stepY = ((box.bottom - box.top) * scale) / size.height;
  const samples = Math.min(3, Math.max(1, Math.round(stepX)));
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let n = 0; n < samples * samples; n++) {
        const sx = box.left * scale + (x + ((n % samples) + 0.5) / samples) * stepX;
        const sy = box.top * scale + (y + (Math.floor(n / samples) + 0.5) / samples) * stepY;
        const column = Math.min(pixels.width - 1, Math.floor(sx));
        const i = (Math.min(pixels.height - 1, Math.floor(sy)) * pixels.width + column) * 4;
        red += pixels.data[i];
        green += pixels.data[i + 1];
        blue += pixels.data[i + 2];
      }
      const at = (y * size.width + x) * 4;
      part.data[at] = red / (samples * samples);
      part.data[at + 1] = green / (samples * samples);
      part.data[at + 2] = blue / (samples * samples);
      part.data[at + 3] = 255;
    }
  }
  return part;
}

/**
 * @param {Box} box
 * @param {Size} picture
 * @param {number} share of its longer side
 * @returns {Box}
 */
function grown({ left, top, right, bottom }, picture, share) {
  const margin = Math.max(
    share * Math.max(right - left, bottom - top),
    LEAST_AROUND * Math.min(picture.width, picture.height),
  );
  const box = { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin };
  return clip(box, picture) ?? { left: 0, top: 0, right: picture.width, bottom: picture.height };
}

/**
 * @param {Box} box
 * @returns {Size}
 */
function sizeFor({ left, top, right, bottom }) {
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / ((right - left) * (bottom - top))));
  return {
    width: Math.max(8, Math.round((right - left) * scale)),
    height: Math.max(8, Math.round((bottom - top) * scale)),
  };
}

/**
 * @param {Size} size
 * @returns {[number, number]}
 */
const sides = ({ width, height }) => [width, height];

/**
 * Marks the rim as outside, but for the sides where the picture itself ends.
 * @param {Plane} known
 * @param {Box} box
 * @param {Size} picture
 */
function closeRim({ width, height, data }, box, picture) {
  const rim = Math.max(2, Math.round(RIM * Math.max(width, height)));
  for (let i = 0; i < data.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width);
    const isRim =
      (x < rim && box.left > 0) || (x >= width - rim && box.right < picture.width) ||
      (y < rim && box.top > 0) || (y >= height - rim && box.bottom < picture.height);
    if (isRim && data[i] !== SURE) data[i] = NEVER;
  }
}

/**
 * How far each pixel is from one of a value, by whole steps to the sides.
 * @param {Plane} plane
 * @param {number} value
 */
function distances({ width, data }, value) {
  const far = new Uint16Array(data.length);
  const last = data.length - 1;
  for (let i = 0; i <= last; i++) {
    const left = i % width ? far[i - 1] : 60_000;
    const up = i >= width ? far[i - width] : 60_000;
    far[i] = data[i] === value ? 0 : Math.min(60_000, left + 1, up + 1);
  }
  for (let i = last; i >= 0; i--) {
    const right = i % width < width - 1 ? far[i + 1] : 60_000;
    const down = i + width <= last ? far[i + width] : 60_000;
    far[i] = Math.min(far[i], right + 1, down + 1);
  }
  return far;
}
