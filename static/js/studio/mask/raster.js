/**
 * Puts shapes into the mask. Painting takes the maximum of old and new, erasing the minimum of old
 * and what the shape leaves, so going over the same place twice in a stroke changes nothing and a
 * stroke needs no buffer of its own.
 *
 * The trap here is a big soft brush: each movement covers millions of pixels. What keeps it cheap:
 * tiles that are done already are skipped, tiles inside the core are swapped for the shared full
 * one, and a wide fade is computed for blocks of pixels, too fine to be seen.
 */

import { clip } from "./box.js";
import { chord, distance, fadeInto, findChord } from "./capsule.js";
import { FULL, TILE, TILE_AREA, TILE_SHIFT, wordsOf } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./capsule.js").Capsule} Capsule */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {import("./tiles.js").Tile} Tile */

/** Fades at least this many pixels wide are computed in blocks of so many pixels. */
const GRAINS = [
  { from: 640, grain: 8 },
  { from: 160, grain: 4 },
  { from: 48, grain: 2 },
  { from: 0, grain: 1 },
];
/** From this grain on four neighbours share a value and are merged as one word. */
const WORD_GRAIN = 4;
const EACH_BYTE = 0x01010101;
/** The values of one row while it is stamped, also as words of four. */
const line = new Uint8Array(TILE);
const lineWords = new Int32Array(line.buffer);
/** The tile that was last painted evenly and partly: a big weak brush needs it many times. Never written to. */
let even = FULL;
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
  const slot = mask.slots[index];
  if (slot === (erase ? null : FULL)) return;
  const done = evenTile(erase ? 255 - shape.full : shape.full);
  if (slot === done) return;
  const left = column * TILE;
  const top = row * TILE;
  if (distance(shape, left + TILE / 2, top + TILE / 2) - HALF_DIAGONAL > shape.outer) return;
  const isWhole = shape.full === 255 || slot === (erase ? FULL : null);
  if (isWhole && farthestCorner(shape, left, top) <= shape.core) {
    mask.put(index, done);
    return;
  }
  const grain = GRAINS.find(({ from }) => shape.ramp >= from)?.grain ?? 1;
  stampRows(mask.writable(index), left, top, shape, grain, erase);
}

/**
 * @param {number} value
 * @returns {import("./tiles.js").Slot}
 */
function evenTile(value) {
  if (value === 0) return null;
  if (value === 255) return FULL;
  if (even[0] !== value) even = new Uint8Array(TILE_AREA).fill(value);
  return even;
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
    }
    fadeInto(line, shape, left, y, from, coreFrom, grain);
    fadeInto(line, shape, left, y, coreTo, to, grain);
    for (let i = row << TILE_SHIFT; i < (row + grain) << TILE_SHIFT; i += TILE) {
      fillCore(tile, i + coreFrom * grain, i + coreTo * grain, shape.full, erase);
      merge(tile, i, from * grain, coreFrom * grain, grain, erase);
      merge(tile, i, coreTo * grain, to * grain, grain, erase);
    }
  }
}

/**
 * @param {Tile} tile
 * @param {number} from
 * @param {number} to
 * @param {number} full
 * @param {boolean} erase
 */
function fillCore(tile, from, to, full, erase) {
  if (full === 255) tile.fill(erase ? 0 : 255, from, to);
  else if (erase) for (let i = from; i < to; i++) tile[i] = Math.min(tile[i], 255 - full);
  else for (let i = from; i < to; i++) tile[i] = Math.max(tile[i], full);
}

/**
 * Puts a part of the line into a row of the tile.
 * @param {Tile} tile
 * @param {number} start where the row begins
 * @param {number} from first pixel of the row
 * @param {number} to pixel after the last
 * @param {number} grain
 * @param {boolean} erase
 */
function merge(tile, start, from, to, grain, erase) {
  if (from >= to) return;
  if (grain >= WORD_GRAIN) mergeWords(tile, start, from, to, erase);
  else if (erase) lower(tile, start, from, to);
  else raise(tile, start, from, to);
}

/**
 * The same for values that come in fours. Where the four pixels are alike as well, which they are
 * wherever only wide fades were painted, one comparison does for all of them.
 * @param {Tile} tile
 * @param {number} start
 * @param {number} from
 * @param {number} to
 * @param {boolean} erase
 */
function mergeWords(tile, start, from, to, erase) {
  const words = new Int32Array(tile.buffer, tile.byteOffset + start, TILE / 4);
  for (let i = from >> 2; i < to >> 2; i++) {
    const old = words[i];
    const wanted = erase ? ~lineWords[i] : lineWords[i];
    const value = old & 255;
    if (Math.imul(value, EACH_BYTE) !== old) {
      if (erase) lower(tile, start, i << 2, (i << 2) + 4);
      else raise(tile, start, i << 2, (i << 2) + 4);
    } else if (erase ? value > (wanted & 255) : value < (wanted & 255)) words[i] = wanted;
  }
}

/**
 * @param {Tile} tile
 * @param {number} start where the row begins
 * @param {number} from first pixel of the row
 * @param {number} to pixel after the last
 */
function raise(tile, start, from, to) {
  for (let x = from; x < to; x++) if (tile[start + x] < line[x]) tile[start + x] = line[x];
}

/**
 * @param {Tile} tile
 * @param {number} start
 * @param {number} from
 * @param {number} to
 */
function lower(tile, start, from, to) {
  for (let x = from; x < to; x++) {
    const kept = 255 - line[x];
    if (tile[start + x] > kept) tile[start + x] = kept;
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
