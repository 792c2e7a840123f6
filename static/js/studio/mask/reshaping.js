/**
 * Growing, shrinking and feathering a whole mask. Only tiles near an edge are worked on; all others
 * stay the very same, so empty and full areas cost nothing.
 */

import { Blur } from "./blur.js";
import { Dilation } from "./dilation.js";
import { FULL, TILE, TILE_AREA, simplest, wordsOf } from "./tiles.js";
import { extendEdges, isEvenAround, readAround } from "./surroundings.js";

/** @typedef {import("./tiles.js").Slot} Slot */
/** @typedef {import("./surroundings.js").Tiles} Tiles */
/** @typedef {{kind: "grow" | "shrink" | "feather", radius: number}} Manner */

/** In pixels: a tile's side, so that only its neighbours matter. */
export const MOST_RADIUS = TILE;

export class Reshaping {
  #tiles;
  #manner;
  #work;
  #around;

  /**
   * @param {Tiles} tiles
   * @param {Manner} manner radius in whole pixels, from 1 to MOST_RADIUS
   */
  constructor(tiles, { kind, radius }) {
    const whole = Math.round(Math.min(MOST_RADIUS, Math.max(1, radius)));
    const side = TILE + 2 * whole;
    this.#tiles = tiles;
    this.#manner = { kind, radius: whole };
    this.#work = kind === "feather" ? new Blur(whole) : new Dilation(whole);
    this.#around = new Uint8Array(side * side);
  }

  /**
   * What becomes of a tile.
   * @param {number} column
   * @param {number} row
   * @returns {Slot | undefined} undefined when it stays as it is
   */
  tile(column, row) {
    const tiles = this.#tiles;
    const { kind, radius } = this.#manner;
    const slot = tiles.slots[row * tiles.columns + column];
    const done = kind === "feather" ? undefined : kind === "grow" ? FULL : null;
    if (slot === done || (isPlain(slot) && isEvenAround(tiles, column, row))) return undefined;
    const around = this.#around;
    readAround(tiles, column, row, radius, around);
    if (isPlain(slot) && isEven(around)) return undefined;
    if (kind === "shrink") turnOver(around);
    const tile = this.#work.tile(around);
    if (kind === "shrink") turnOver(tile);
    extendEdges(tile, Math.min(TILE, tiles.width - column * TILE), Math.min(TILE, tiles.height - row * TILE));
    return simplest(tile);
  }
}

/** @param {Slot} slot */
function isPlain(slot) {
  return slot === null || slot === FULL;
}

/** @param {Uint8Array} values */
function isEven(values) {
  const [first] = values;
  for (let i = 1; i < values.length; i++) if (values[i] !== first) return false;
  return true;
}

/** @param {Uint8Array} values */
function turnOver(values) {
  if (values.length === TILE_AREA) {
    const words = wordsOf(values);
    for (let i = 0; i < words.length; i++) words[i] = ~words[i];
  } else for (let i = 0; i < values.length; i++) values[i] = 255 - values[i];
}
