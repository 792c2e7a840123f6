/** Where in the picture the paint lies, in words: for those who hear the mask instead of seeing it. */

import { FULL, TILE, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").Tile} Tile */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{count: number, x: number, y: number}} Sums  of the samples of a tile, in its own pixels */

/** Every so many pixels a sample is taken; a centre needs no more. */
const STEP = 8;
/** From this share of a side on, paint goes all along it. */
const ALONG = 0.75;
const ALL = 0.9;
/** A half may reach this little beyond the middle. */
const HALF = 0.55;

export class CentreFinder {
  #mask;
  /** Committed tiles never change, so what was added up once holds. @type {WeakMap<Tile, Sums>} */
  #known = new WeakMap();

  /** @param {TileMask} mask */
  constructor(mask) {
    this.#mask = mask;
  }

  /**
   * The middle of all paint.
   * @returns {Point | null} picture pixels; null when there is none, or only a few pixels
   */
  find() {
    const { width, height, columns, slots } = this.#mask;
    const all = { count: 0, x: 0, y: 0 };
    slots.forEach((slot, index) => {
      if (!slot) return;
      const left = (index % columns) * TILE;
      const top = Math.floor(index / columns) * TILE;
      const sums = this.#sums(slot, Math.min(TILE, width - left), Math.min(TILE, height - top));
      all.count += sums.count;
      all.x += sums.x + sums.count * left;
      all.y += sums.y + sums.count * top;
    });
    return all.count ? { x: all.x / all.count, y: all.y / all.count } : null;
  }

  /**
   * @param {Tile} tile
   * @param {number} across pixels of it that lie in the picture
   * @param {number} down
   * @returns {Sums}
   */
  #sums(tile, across, down) {
    if (tile === FULL) {
      const count = (across * down) / (STEP * STEP);
      return { count, x: (count * across) / 2, y: (count * down) / 2 };
    }
    const known = this.#known.get(tile);
    if (known) return known;
    const sums = { count: 0, x: 0, y: 0 };
    for (let y = STEP / 2; y < down; y += STEP) {
      for (let x = STEP / 2; x < across; x += STEP) {
        if (!tile[(y << TILE_SHIFT) | x]) continue;
        sums.count++;
        sums.x += x;
        sums.y += y;
      }
    }
    this.#known.set(tile, sums);
    return sums;
  }
}

/**
 * @param {Box} box around all paint, picture pixels
 * @param {Point | null} centre of the paint; the middle of the box when it is not known
 * @param {{width: number, height: number}} picture
 * @returns {string} like "upper left"
 */
export function whereWords(box, centre, { width, height }) {
  const left = box.left / width;
  const right = box.right / width;
  const top = box.top / height;
  const bottom = box.bottom / height;
  const x = centre ? centre.x / width : (left + right) / 2;
  const y = centre ? centre.y / height : (top + bottom) / 2;
  const wide = right - left;
  const tall = bottom - top;
  if (wide >= ALL && tall >= ALL) return "all over the picture";
  if (wide >= ALONG && tall >= ALONG) return "over most of the picture";
  if (wide >= ALONG) {
    if (bottom <= HALF) return tall > 0.3 ? "upper half" : along(y, "along the top", "across the middle", "along the bottom");
    if (top >= 1 - HALF) return tall > 0.3 ? "lower half" : along(y, "along the top", "across the middle", "along the bottom");
    return "across the middle";
  }
  if (tall >= ALONG) {
    if (right <= HALF) return wide > 0.3 ? "left half" : along(x, "along the left", "down the middle", "along the right");
    if (left >= 1 - HALF) return wide > 0.3 ? "right half" : along(x, "along the left", "down the middle", "along the right");
    return "down the middle";
  }
  const row = along(y, "upper", "", "lower");
  const column = along(x, "left", "", "right");
  if (!row && !column) return "centre";
  if (!column) return `${row} centre`;
  return row ? `${row} ${column}` : `${column} side`;
}

/**
 * @param {number} share from 0 to 1
 * @param {string} low
 * @param {string} middle
 * @param {string} high
 */
function along(share, low, middle, high) {
  return share < 0.38 ? low : share > 0.62 ? high : middle;
}

/**
 * @param {{share: number, areas: number}} coverage
 * @param {string} where
 */
export function spokenCoverage({ share, areas }, where) {
  if (share === 0) return "Mask: nothing painted";
  if (share === 1) return "Mask: the whole picture";
  return `Mask: ${areas === 1 ? "1 area" : `${areas} areas`}, ${spokenShare(share)}, ${where}`;
}

/** @param {number} share from 0 to 1 */
export function spokenShare(share) {
  const percent = share * 100;
  if (percent < 0.1) return "under 0.1 percent";
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.min(99, Math.round(percent))} percent`;
}
