/**
 * Turns the mask into the pixels shown over the picture: slanting stripes of a dark and a light
 * colour (or fine lines, or one colour) with a rim around every area. Stripes differ in lightness
 * and in pattern, so seeing the mask never depends on telling hues apart, nor on what colours the
 * picture has. The rim is opaque, and nothing else is.
 *
 * Lengths are device pixels of the overlay unless they are said to be picture pixels.
 */

import { FULL, TILE, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {{red: number, green: number, blue: number, alpha: number}} Colour  0 to 255 each */

/** @typedef {"stripes" | "hatch" | "plain"} Pattern */

/**
 * Ready-made pixels, by mask value. The rim is dashes of two colours, or of one twice.
 * @typedef {object} Palette
 * @property {Uint32Array} dark
 * @property {Uint32Array} light
 * @property {Uint32Array} faint between the lines of a hatch
 * @property {Uint32Array} main
 * @property {number} rim
 * @property {number} gap the rim between its dashes
 * @property {number} rimBit mask values that differ in it have a rim between them; 0 = no rim
 * @property {number} dash length of a dash, a power of two
 * @property {number} march how far the dashes have gone
 * @property {Pattern} pattern
 */

/**
 * Where the picture lies on the overlay.
 * @typedef {object} Placing
 * @property {number} scale device pixels per picture pixel
 * @property {number} x device position of the picture's left edge
 * @property {number} y and of its top
 */

/** From this value on a pixel lies within the rim that is drawn. */
const RIM_BIT = 128;
/** Beyond this many picture pixels per device pixel two samples a side are taken. */
const SUPERSAMPLE_FROM = 1.5;

/** No paint is quite opaque: that is how the rim is told from it. */
const MOST_ALPHA = 254;
const DASH = 4;
/** How much of the paint's strength remains between the lines of a hatch. */
const FAINT = 0.25;

/**
 * @typedef {object} Manner
 * @property {Pattern} [pattern]
 * @property {Colour} [main] for the plain pattern
 * @property {Colour | null} [gap] the rim's second colour; null = no rim at all
 */

/**
 * @param {Colour} dark
 * @param {Colour} light
 * @param {Colour} rim
 * @param {Manner} [manner]
 * @returns {Palette}
 */
export function makePalette(dark, light, rim, { pattern = "stripes", main = dark, gap = rim } = {}) {
  return {
    dark: ramp(dark),
    light: ramp(light),
    faint: ramp({ ...main, alpha: main.alpha * FAINT }),
    main: ramp(main),
    rim: pixel({ ...rim, alpha: 255 }, 255),
    gap: pixel({ ...(gap ?? rim), alpha: 255 }, 255),
    rimBit: gap ? RIM_BIT : 0,
    dash: DASH,
    march: 0,
    pattern,
  };
}

/** @param {Colour} colour */
function ramp(colour) {
  const alpha = Math.min(MOST_ALPHA, colour.alpha);
  return new Uint32Array(256).map((_, value) => pixel({ ...colour, alpha }, value));
}

/**
 * The pixels of a pattern by their place in it: 256 for each of `period` places.
 * @param {Palette} palette
 * @param {number} stripe
 */
function weave({ dark, light, faint, main, pattern }, stripe) {
  const period = pattern === "plain" ? 1 : pattern === "hatch" ? stripe * 4 : stripe * 2;
  const line = stripe / 2;
  const pixels = new Uint32Array(period * 256);
  for (let place = 0; place < period; place++) {
    const stripes = place & stripe ? dark : light;
    const hatch = place < line ? dark : place < line * 2 ? light : faint;
    pixels.set(pattern === "plain" ? main : pattern === "hatch" ? hatch : stripes, place * 256);
  }
  return { pixels, wrap: period - 1 };
}

/**
 * RGBA as the four bytes of an ImageData pixel.
 * @param {Colour} colour
 * @param {number} value strength, 0 to 255
 */
function pixel({ red, green, blue, alpha }, value) {
  const bytes = Uint8Array.of(red, green, blue, Math.round((alpha * value) / 255));
  return new Uint32Array(bytes.buffer)[0];
}

export class OverlayPainter {
  #row = new Uint8Array(0);
  #above = new Uint8Array(0);
  /** @type {{palette: Palette, stripe: number, pixels: Uint32Array, wrap: number} | null} */
  #woven = null;

  /**
   * Draws a part of the overlay.
   * @param {TileMask} mask
   * @param {Uint32Array} pixels the overlay's pixels, row by row
   * @param {number} stride pixels per row
   * @param {Box} box the part to draw, within the overlay
   * @param {Placing} placing
   * @param {Palette} palette
   * @param {number} stripe width of one stripe, a power of two
   */
  draw(mask, pixels, stride, box, placing, palette, stripe) {
    const length = box.right - box.left + 1;
    if (this.#row.length < length) {
      this.#row = new Uint8Array(length);
      this.#above = new Uint8Array(length);
    }
    if (this.#woven?.palette !== palette || this.#woven.stripe !== stripe) {
      this.#woven = { palette, stripe, ...weave(palette, stripe) };
    }
    // One row and one column before the box are sampled too: the rim is where neighbours differ.
    sampleRow(mask, this.#above, box.left - 1, length, box.top - 1, placing);
    // Stripes are anchored to the picture, so they travel with it when it is moved.
    const anchor = box.left - Math.round(placing.x) - Math.round(placing.y);
    for (let y = box.top; y < box.bottom; y++) {
      sampleRow(mask, this.#row, box.left - 1, length, y, placing);
      const start = y * stride + box.left;
      const target = pixels.subarray(start, start + length - 1);
      drawRow(this.#row, this.#above, target, anchor + y, palette, this.#woven);
      [this.#row, this.#above] = [this.#above, this.#row];
    }
  }
}

/**
 * @param {Uint8Array} row values, one before the first to draw
 * @param {Uint8Array} above the same of the row above
 * @param {Uint32Array} target one pixel less than the rows have values
 * @param {number} phase where in the stripes and dashes the row begins
 * @param {Palette} palette
 * @param {{pixels: Uint32Array, wrap: number}} woven
 */
function drawRow(row, above, target, phase, { rim, gap, rimBit, dash, march }, { pixels, wrap }) {
  for (let i = 0; i < target.length; i++) {
    const value = row[i + 1];
    if (((value ^ row[i]) | (value ^ above[i + 1])) & rimBit) target[i] = (i + phase + march) & dash ? gap : rim;
    else if (!value) target[i] = 0;
    else target[i] = pixels[(((i + phase) & wrap) << 8) | value];
  }
}

/**
 * The mask's values along one device row.
 * @param {TileMask} mask
 * @param {Uint8Array} row gets the values
 * @param {number} left device position of the first value
 * @param {number} length
 * @param {number} y
 * @param {Placing} placing
 */
function sampleRow(mask, row, left, length, y, placing) {
  row.fill(0, 0, length);
  const step = 1 / placing.scale;
  const samples = step > SUPERSAMPLE_FROM ? 2 : 1;
  for (let sample = 0; sample < samples; sample++) {
    const inside = (sample + 0.5) / samples;
    const pictureY = Math.floor((y + inside - placing.y) * step);
    if (pictureY < 0 || pictureY >= mask.height) continue;
    for (let column = 0; column < mask.columns; column++) {
      const slot = mask.slots[(pictureY >> TILE_SHIFT) * mask.columns + column];
      if (!slot) continue;
      const tileLeft = column * TILE;
      const tileRight = Math.min(mask.width, tileLeft + TILE);
      const from = Math.max(0, Math.ceil(tileLeft / step + placing.x - 0.5) - left);
      const to = Math.min(length, Math.ceil(tileRight / step + placing.x - 0.5) - left);
      if (from >= to) continue;
      if (slot === FULL) {
        row.fill(255, from, to);
        continue;
      }
      const line = (pictureY & (TILE - 1)) << TILE_SHIFT;
      const first = (left + from - placing.x) * step - tileLeft;
      sampleTile(slot, line, first, step, samples, tileRight - tileLeft - 1, row, from, to);
    }
  }
}

/**
 * @param {Uint8Array} tile
 * @param {number} line where the picture row begins in the tile
 * @param {number} first position of the first device pixel's left edge in the tile, picture pixels
 * @param {number} step picture pixels per device pixel
 * @param {number} samples samples taken per device pixel
 * @param {number} last last pixel of the row that lies in the picture
 * @param {Uint8Array} row
 * @param {number} from
 * @param {number} to
 */
function sampleTile(tile, line, first, step, samples, last, row, from, to) {
  let at = first;
  const early = step / (2 * samples);
  const late = step - early;
  for (let i = from; i < to; i++, at += step) {
    const x = at + early;
    let value = tile[line + (x < 0 ? 0 : x > last ? last : x | 0)];
    if (samples > 1) {
      const x2 = at + late;
      const value2 = tile[line + (x2 < 0 ? 0 : x2 > last ? last : x2 | 0)];
      if (value2 > value) value = value2;
    }
    if (value > row[i]) row[i] = value;
  }
}
