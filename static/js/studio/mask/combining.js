/** Joins the mask with another one of its size: what a wand, a bucket or a file brings. */

import { FULL, TILE_AREA, wordsOf } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").Slot} Slot */
/** @typedef {import("./tiles.js").Tile} Tile */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {"replace" | "add" | "subtract" | "intersect"} Way */

/**
 * Joins tiles into the mask. A step must be open.
 * @param {TileMask} mask
 * @param {Slot[]} slots as many as the mask has
 * @param {Way} way
 */
export function combine(mask, slots, way) {
  slots.forEach((slot, index) => {
    const old = mask.slots[index];
    const now = joined(old, slot, way);
    if (now !== old) mask.put(index, now);
  });
}

/**
 * The same for tiles that are no mask, or no longer.
 * @param {Slot[]} olds
 * @param {Slot[]} slots
 * @param {Way} way
 * @returns {Slot[]}
 */
export function joinedSlots(olds, slots, way) {
  return olds.map((old, index) => joined(old, slots[index], way));
}

/**
 * @param {Slot} old
 * @param {Slot} other
 * @param {Way} way
 * @returns {Slot}
 */
function joined(old, other, way) {
  if (way === "replace") return other;
  if (way === "add") {
    if (!other || old === FULL) return old;
    return !old || other === FULL ? other : merged(old, other, greater);
  }
  if (way === "subtract") {
    if (!old || !other) return old;
    return other === FULL ? null : merged(old, other, without);
  }
  if (!old || !other) return null;
  if (other === FULL) return old;
  return old === FULL ? other : merged(old, other, lesser);
}

/**
 * @param {Tile} old
 * @param {Tile} other
 * @param {(old: number, other: number) => number} pick
 * @returns {Tile}
 */
function merged(old, other, pick) {
  const result = new Uint8Array(TILE_AREA);
  const olds = wordsOf(old);
  const others = wordsOf(other);
  const results = wordsOf(result);
  for (let word = 0; word < olds.length; word++) {
    const ways = others[word];
    // Four pixels at a time where they are alike: most of a selection's tile is all or nothing.
    if (ways === 0 || ways === 0xffffffff) {
      const all = pick(0, ways & 255) === pick(255, ways & 255);
      results[word] = all ? pick(0, ways & 255) * 0x01010101 : olds[word];
      continue;
    }
    for (let i = word * 4; i < word * 4 + 4; i++) result[i] = pick(old[i], other[i]);
  }
  return result;
}

/**
 * @param {number} old
 * @param {number} other
 */
const greater = (old, other) => (old > other ? old : other);

/**
 * @param {number} old
 * @param {number} other
 */
const lesser = (old, other) => (old < other ? old : other);

/**
 * What is left of one: nothing at all where both are alike, so that a selection taken back leaves no
 * faint line along its soft outline.
 * @param {number} old
 * @param {number} other
 */
const without = (old, other) => (old > other ? old - other : 0);

/**
 * How many picture pixels tiles select, also faintly.
 * @param {Slot[]} slots
 * @param {TileMask} mask whose size they have
 * @returns {number} from 0 to 1
 */
export function shareOf(slots, { width, height, columns }) {
  let sum = 0;
  slots.forEach((slot, index) => {
    if (!slot) return;
    const across = Math.min(256, width - (index % columns) * 256);
    const down = Math.min(256, height - Math.floor(index / columns) * 256);
    sum += slot === FULL ? across * down : countedIn(slot, across, down);
  });
  return sum / (width * height);
}

/**
 * @param {Tile} tile
 * @param {number} across
 * @param {number} down
 */
function countedIn(tile, across, down) {
  let count = 0;
  for (let y = 0; y < down; y++) {
    for (let i = y << 8; i < (y << 8) + across; i++) if (tile[i]) count++;
  }
  return count;
}
