/** Which part of a mask is another one than before, to the tile. */

import { union } from "./box.js";
import { TILE } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").TileMask} TileMask */

export class ReplacedTiles {
  #mask;
  #seen;

  /** @param {TileMask} mask */
  constructor(mask) {
    this.#mask = mask;
    this.#seen = mask.slots.slice();
  }

  /**
   * Between steps a tile that has changed is another object, so looking at each of them is enough.
   * @returns {Box | null} the box of the tiles replaced since the last call, in picture pixels
   */
  take() {
    const { slots, columns, width, height } = this.#mask;
    /** @type {Box | null} */
    let box = null;
    slots.forEach((slot, index) => {
      if (slot === this.#seen[index]) return;
      this.#seen[index] = slot;
      const left = (index % columns) * TILE;
      const top = Math.floor(index / columns) * TILE;
      const right = Math.min(width, left + TILE);
      box = union(box, { left, top, right, bottom: Math.min(height, top + TILE) });
    });
    return box;
  }
}
