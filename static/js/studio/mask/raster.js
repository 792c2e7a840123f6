/**
 * Puts shapes into the mask. Painting takes the maximum of old and new, erasing the minimum of old
 * and what the shape leaves, so going over the same place twice in a stroke changes nothing and a
 * stroke needs no buffer of its own.
 *
 * The trap here is a big soft brush: each movement covers millions of pixels. What keeps it cheap:
 * tiles that are done already are skipped, tiles inside the core are swapped for the shared full
 * one, and a wide fade is computed for blocks of 2 x 2 or 4 x 4 pixels, too fine to be seen.
 */

import { clip } from "./box.js";
import { FADE_STEPS, chord, distance, findChord } from "./capsule.js";
import { FULL, TILE, TILE_AREA, TILE_SHIFT, wordsOf } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./capsule.js").Capsule} Capsule */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {import("./tiles.js").Tile} Tile */

/** Fades wider than this many pixels are computed in blocks of 2 and of 4 pixels. */
const WIDE_RAMP = 48;
const VERY_WIDE_RAMP = 160;
const HALF_DIAGONAL = (TILE / 2) * Math.SQRT2;

/**
 * Paints or erases one capsule. A step must be open.
 * @param {TileMask} mask
 * @param {Capsule} shape
 * @param {boolean} erase
 * @returns {Box | null} the picture pixels that may have changed
 */
export function stamp(mask, shape, erase) {
  const box = clip(
    {
      left: Math.min(shape.ax, shape.bx) - shape.outer,
      top: Math.min(shape.ay, shape.by) - shape.outer,
      right: Math.max(shape.ax, shape.bx) + shape.outer,
      bottom: Math.max(shape.ay, shape.by) + shape.outer,
    },
    mask,
  );
  if (!box) return null;
  for (let row = box.top >> TILE_SHIFT; row <= (box.bottom - 1) >> TILE_SHIFT; row++) {
    for (let column = box.left >> TILE_SHIFT; column <= (box.right - 1) >> TILE_SHIFT; column++) {
      stampTile(mask, column, row, shape, erase);
    }
  }
  return box;
}

/**
 * @param {TileMask} mask
 * @param {number} column
 * @param {number} row
 * @param {Capsule} shape
 * @param {boolean} erase
 */
function stampTile(mask, column, row, shape, erase) {
  const index = row * mask.columns + column;
  const done = erase ? null : FULL;
  if (mask.slots[index] === done) return;
  const left = column * TILE;
  const top = row * TILE;
  if (distance(shape, left + TILE / 2, top + TILE / 2) - HALF_DIAGONAL > shape.outer) return;
  if (farthestCorner(shape, left, top) <= shape.core) {
    mask.put(index, done);
    return;
  }
  const grain = shape.ramp > VERY_WIDE_RAMP ? 4 : shape.ramp > WIDE_RAMP ? 2 : 1;
  stampRows(mask.writable(index), left, top, shape, grain, erase);
}

/**
 * The distance to a line is convex, so over a square it is greatest at a corner.
 * @param {Capsule} shape
 * @param {number} left
 * @param {number} top
 */
function farthestCorner(shape, left, top) {
  return Math.max(
    distance(shape, left, top),
    distance(shape, left + TILE, top),
    distance(shape, left, top + TILE),
    distance(shape, left + TILE, top + TILE),
  );
}

/**
 * @param {Tile} tile
 * @param {number} left the tile's place in the picture
 * @param {number} top
 * @param {Capsule} shape
 * @param {number} grain side of the blocks that share one value
 * @param {boolean} erase
 */
function stampRows(tile, left, top, shape, grain, erase) {
  const blocks = TILE / grain;
  const solid = erase ? 0 : 255;
  for (let row = 0; row < TILE; row += grain) {
    const y = top + row + grain / 2;
    if (!findChord(shape, shape.outer, y)) continue;
    const from = Math.max(0, Math.floor((chord.from - left) / grain));
    const to = Math.min(blocks, Math.ceil((chord.to - left) / grain));
    if (from >= to) continue;
    let coreFrom = to;
    let coreTo = to;
    if (findChord(shape, shape.core, y)) {
      coreFrom = Math.min(to, Math.max(from, Math.ceil((chord.from - left) / grain - 0.5)));
      coreTo = Math.min(to, Math.max(coreFrom, Math.floor((chord.to - left) / grain - 0.5) + 1));
      for (let i = 0; i < grain; i++) {
        const start = (row + i) << TILE_SHIFT;
        tile.fill(solid, start + coreFrom * grain, start + coreTo * grain);
      }
    }
    stampFade(tile, left, row, y, from, coreFrom, shape, grain, erase);
    stampFade(tile, left, row, y, coreTo, to, shape, grain, erase);
  }
}

/**
 * The rim of one row of blocks, block by block.
 * @param {Tile} tile
 * @param {number} left
 * @param {number} row first pixel row of the blocks within the tile
 * @param {number} y their middle in the picture
 * @param {number} from first block
 * @param {number} to block after the last
 * @param {Capsule} shape
 * @param {number} grain
 * @param {boolean} erase
 */
function stampFade(tile, left, row, y, from, to, shape, grain, erase) {
  const { ax, dx, dy, perLength2, rim, rimGrowth, ramp, fade, startCap } = shape;
  const py = y - shape.ay;
  const stepsPerPixel = FADE_STEPS / ramp;
  for (let block = from; block < to; block++) {
    const px = left + (block + 0.5) * grain - ax;
    let along = (px * dx + py * dy) * perLength2;
    if (along < 0) {
      if (!startCap) continue;
      along = 0;
    } else if (along > 1) along = 1;
    const ex = px - along * dx;
    const ey = py - along * dy;
    const depth = rim + along * rimGrowth - Math.sqrt(ex * ex + ey * ey);
    if (depth <= 0) continue;
    const value = depth >= ramp ? 255 : fade[(depth * stepsPerPixel) | 0];
    const start = (row << TILE_SHIFT) + block * grain;
    if (erase) lower(tile, start, grain, 255 - value);
    else raise(tile, start, grain, value);
  }
}

/**
 * @param {Tile} tile
 * @param {number} start
 * @param {number} grain
 * @param {number} value
 */
function raise(tile, start, grain, value) {
  for (let line = start, end = start + (grain << TILE_SHIFT); line < end; line += TILE) {
    for (let i = line; i < line + grain; i++) if (tile[i] < value) tile[i] = value;
  }
}

/**
 * @param {Tile} tile
 * @param {number} start
 * @param {number} grain
 * @param {number} value
 */
function lower(tile, start, grain, value) {
  for (let line = start, end = start + (grain << TILE_SHIFT); line < end; line += TILE) {
    for (let i = line; i < line + grain; i++) if (tile[i] > value) tile[i] = value;
  }
}

/**
 * Paints or erases the whole pixels of a box. A step must be open.
 * @param {TileMask} mask
 * @param {Box} area
 * @param {boolean} erase
 * @returns {Box | null} the picture pixels that may have changed
 */
export function fillBox(mask, area, erase) {
  const box = clip(area, mask);
  if (!box) return null;
  const value = erase ? 0 : 255;
  for (let row = box.top >> TILE_SHIFT; row <= (box.bottom - 1) >> TILE_SHIFT; row++) {
    for (let column = box.left >> TILE_SHIFT; column <= (box.right - 1) >> TILE_SHIFT; column++) {
      const left = Math.max(0, box.left - column * TILE);
      const right = Math.min(TILE, box.right - column * TILE);
      const top = Math.max(0, box.top - row * TILE);
      const bottom = Math.min(TILE, box.bottom - row * TILE);
      const index = row * mask.columns + column;
      if (right - left === TILE && bottom - top === TILE) {
        mask.put(index, erase ? null : FULL);
        continue;
      }
      const tile = mask.writable(index);
      for (let y = top; y < bottom; y++) {
        tile.fill(value, (y << TILE_SHIFT) + left, (y << TILE_SHIFT) + right);
      }
    }
  }
  return box;
}

/**
 * Empties the mask. A step must be open.
 * @param {TileMask} mask
 */
export function clear(mask) {
  mask.slots.forEach((slot, index) => slot && mask.put(index, null));
}

/**
 * Paints everything. A step must be open.
 * @param {TileMask} mask
 */
export function fillAll(mask) {
  mask.slots.forEach((slot, index) => slot !== FULL && mask.put(index, FULL));
}

/**
 * Swaps painted and unpainted. A step must be open.
 * @param {TileMask} mask
 */
export function invert(mask) {
  mask.slots.forEach((slot, index) => {
    if (!slot) mask.put(index, FULL);
    else if (slot === FULL) mask.put(index, null);
    else mask.put(index, inverted(slot));
  });
}

/** @param {Tile} tile */
function inverted(tile) {
  const result = new Uint8Array(TILE_AREA);
  const source = wordsOf(tile);
  const target = wordsOf(result);
  for (let i = 0; i < source.length; i++) target[i] = ~source[i];
  return result;
}
