/**
 * Turns the mask into the pixels shown over the picture: slanting stripes of a dark and a light
 * colour with a rim around every area. They differ in lightness and in pattern, so seeing the mask
 * never depends on telling hues apart, nor on what colours the picture has.
 *
 * Lengths are device pixels of the overlay unless they are said to be picture pixels.
 */

import { FULL, TILE, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {{red: number, green: number, blue: number, alpha: number}} Colour  0 to 255 each */

/**
 * Ready-made pixels: by mask value for the stripes, one for the rim.
 * @typedef {{dark: Uint32Array, light: Uint32Array, rim: number}} Palette
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

/**
 * @param {Colour} dark
 * @param {Colour} light
 * @param {Colour} rim
 * @returns {Palette}
 */
export function makePalette(dark, light, rim) {
  return { dark: ramp(dark), light: ramp(light), rim: pixel(rim, 255) };
}

/** @param {Colour} colour */
function ramp(colour) {
  return new Uint32Array(256).map((_, value) => pixel(colour, value));
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
    // One row and one column before the box are sampled too: the rim is where neighbours differ.
    sampleRow(mask, this.#above, box.left - 1, length, box.top - 1, placing);
    // Stripes are anchored to the picture, so they travel with it when it is moved.
    const anchor = box.left - Math.round(placing.x) - Math.round(placing.y);
    for (let y = box.top; y < box.bottom; y++) {
      sampleRow(mask, this.#row, box.left - 1, length, y, placing);
      const start = y * stride + box.left;
      const target = pixels.subarray(start, start + length - 1);
      drawRow(this.#row, this.#above, target, anchor + y, palette, stripe);
      [this.#row, this.#above] = [this.#above, this.#row];
    }
  }
}

/**
 * @param {Uint8Array} row values, one before the first to draw
 * @param {Uint8Array} above the same of the row above
 * @param {Uint32Array} target one pixel less than the rows have values
 * @param {number} phase where in the stripes the row begins
 * @param {Palette} palette
 * @param {number} stripe
 */
function drawRow(row, above, target, phase, { dark, light, rim }, stripe) {
  for (let i = 0; i < target.length; i++) {
    const value = row[i + 1];
    if (((value ^ row[i]) | (value ^ above[i + 1])) & RIM_BIT) target[i] = rim;
    else if (!value) target[i] = 0;
    else target[i] = ((i + phase) & stripe ? dark : light)[value];
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
