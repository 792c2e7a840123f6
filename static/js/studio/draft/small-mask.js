/** A small picture of a mask, laid over its picture: enough to tell two drafts apart. */

import { TILE, TILE_SHIFT } from "../mask/tiles.js";

/** @typedef {{width: number, height: number, slots: import("../mask/tiles.js").Slot[]}} Strokes */

/** Lookups per small pixel in each direction, so that a thin stroke is not missed. */
const LOOKS = 4;

/**
 * How much of each small pixel is painted.
 * @param {Strokes} strokes
 * @param {number} width
 * @param {number} height
 * @returns {Uint8ClampedArray} row by row, 255 = all of it
 */
export function sampleMask(strokes, width, height) {
  const columns = Math.ceil(strokes.width / TILE);
  const small = new Uint8ClampedArray(width * height);
  const across = strokes.width / (width * LOOKS);
  const down = strokes.height / (height * LOOKS);
  for (let i = 0; i < small.length; i++) {
    let strongest = 0;
    for (let look = 0; look < LOOKS * LOOKS; look++) {
      const x = Math.floor(((i % width) * LOOKS + (look % LOOKS) + 0.5) * across);
      const y = Math.floor((Math.floor(i / width) * LOOKS + Math.floor(look / LOOKS) + 0.5) * down);
      const slot = strokes.slots[(y >> TILE_SHIFT) * columns + (x >> TILE_SHIFT)];
      if (slot) strongest = Math.max(strongest, slot[((y & (TILE - 1)) << TILE_SHIFT) | (x & (TILE - 1))]);
    }
    small[i] = strongest;
  }
  return small;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasImageSource} picture
 * @param {Strokes | null} strokes
 * @param {string} colour of the paint
 */
export function drawSmall(canvas, picture, strokes, colour) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.drawImage(picture, 0, 0, width, height);
  if (!strokes) return;
  const layer = new OffscreenCanvas(width, height);
  const paint = /** @type {OffscreenCanvasRenderingContext2D} */ (layer.getContext("2d"));
  paint.fillStyle = colour;
  paint.fillRect(0, 0, width, height);
  const pixels = paint.getImageData(0, 0, width, height);
  sampleMask(strokes, width, height).forEach((value, i) => {
    pixels.data[4 * i + 3] = value * 0.7;
  });
  paint.putImageData(pixels, 0, 0);
  context.drawImage(layer, 0, 0);
}
