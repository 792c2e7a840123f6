/** The box of what is painted, exactly as the server will find it. */

import { FULL, TILE, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").Tile} Tile */
/** @typedef {import("./tiles.js").TileMask} TileMask */

/** Fainter values are taken for noise when the mask is read. */
const FAINTEST_PAINT = 8;

export class ExtentFinder {
  #mask;
  /** Committed tiles never change, so what was found once holds. @type {WeakMap<Tile, {box: Box | null}>} */
  #known = new WeakMap();

  /** @param {TileMask} mask */
  constructor(mask) {
    this.#mask = mask;
  }

  /** @returns {Box | null} picture pixels; null = nothing is painted */
  find() {
    const { width, height, columns, slots } = this.#mask;
    /** @type {Box | null} */
    let found = null;
    slots.forEach((slot, index) => {
      if (!slot) return;
      const left = (index % columns) * TILE;
      const top = Math.floor(index / columns) * TILE;
      const right = Math.min(width, left + TILE);
      const bottom = Math.min(height, top + TILE);
      // What lies inside already cannot widen it.
      if (found && left >= found.left && right <= found.right && top >= found.top && bottom <= found.bottom) return;
      const inTile = this.#inTile(slot, index, right - left, bottom - top);
      if (!inTile) return;
      found = {
        left: Math.min(found?.left ?? width, left + inTile.left),
        top: Math.min(found?.top ?? height, top + inTile.top),
        right: Math.max(found?.right ?? 0, left + inTile.right),
        bottom: Math.max(found?.bottom ?? 0, top + inTile.bottom),
      };
    });
    return found;
  }

  /**
   * @param {Tile} tile
   * @param {number} index
   * @param {number} across pixels of it that lie in the picture
   * @param {number} down
   * @returns {Box | null}
   */
  #inTile(tile, index, across, down) {
    if (tile === FULL) return { left: 0, top: 0, right: across, bottom: down };
    const known = this.#known.get(tile);
    if (known) return known.box;
    const box = scanned(tile, across, down);
    if (this.#mask.isSettled(index)) this.#known.set(tile, { box });
    return box;
  }
}

/**
 * @param {Tile} tile
 * @param {number} across
 * @param {number} down
 * @returns {Box | null}
 */
function scanned(tile, across, down) {
  let left = across;
  let right = 0;
  let top = -1;
  let bottom = 0;
  for (let y = 0; y < down; y++) {
    const start = y << TILE_SHIFT;
    let first = 0;
    while (first < across && tile[start + first] < FAINTEST_PAINT) first++;
    if (first === across) continue;
    let last = across - 1;
    while (tile[start + last] < FAINTEST_PAINT) last--;
    if (first < left) left = first;
    if (last >= right) right = last + 1;
    if (top < 0) top = y;
    bottom = y + 1;
  }
  return top < 0 ? null : { left, top, right, bottom };
}
