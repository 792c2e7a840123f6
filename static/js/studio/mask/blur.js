/**
 * Softens a mask: three running means after each other in either direction, which is as good as a
 * Gaussian, and costs the same for every radius. Their reaches add up to the radius, so an edge
 * fades exactly that far to either side. Sums are whole numbers, so even paint stays even.
 */

import { TILE, TILE_AREA } from "./tiles.js";

/** @typedef {import("./tiles.js").Tile} Tile */

/**
 * The reach of each of the three means.
 * @param {number} radius
 * @returns {[number, number, number]}
 */
export function reachesOf(radius) {
  const least = Math.floor(radius / 3);
  const rest = radius % 3;
  return [least + (rest > 0 ? 1 : 0), least + (rest > 1 ? 1 : 0), least];
}

export class Blur {
  #side;
  #reaches;
  #divisor;
  #a;
  #b;
  #sums = new Float64Array(TILE);

  /** @param {number} radius in pixels, at most a tile's side: beyond it the sums lose their last bits */
  constructor(radius) {
    this.#side = TILE + 2 * radius;
    this.#reaches = reachesOf(radius);
    this.#divisor = this.#reaches.reduce((product, reach) => product * (2 * reach + 1) ** 2, 1);
    this.#a = new Float64Array(this.#side * this.#side);
    this.#b = new Float64Array(this.#side * this.#side);
  }

  /**
   * @param {Uint8Array} around the tile with a margin of the radius
   * @returns {Tile}
   */
  tile(around) {
    const side = this.#side;
    let [from, to] = [this.#a, this.#b];
    from.set(around);
    let width = side;
    for (const reach of this.#reaches) {
      acrossInto(to, from, width, side, reach);
      width -= 2 * reach;
      [from, to] = [to, from];
    }
    let height = side;
    for (const reach of this.#reaches) {
      downInto(to, from, height, reach, this.#sums);
      height -= 2 * reach;
      [from, to] = [to, from];
    }
    const tile = new Uint8Array(TILE_AREA);
    for (let i = 0; i < TILE_AREA; i++) tile[i] = Math.round(from[i] / this.#divisor);
    return tile;
  }
}

/**
 * Sums along rows; each row comes out shorter by twice the reach.
 * @param {Float64Array} to
 * @param {Float64Array} from
 * @param {number} width of the rows that come in
 * @param {number} height
 * @param {number} reach
 */
function acrossInto(to, from, width, height, reach) {
  const shorter = width - 2 * reach;
  for (let y = 0; y < height; y++) {
    const start = y * width;
    let sum = 0;
    for (let x = 0; x < 2 * reach; x++) sum += from[start + x];
    for (let x = 0; x < shorter; x++) {
      sum += from[start + x + 2 * reach];
      to[y * shorter + x] = sum;
      sum -= from[start + x];
    }
  }
}

/**
 * Sums along columns of a tile's width.
 * @param {Float64Array} to
 * @param {Float64Array} from
 * @param {number} height of what comes in
 * @param {number} reach
 * @param {Float64Array} sums
 */
function downInto(to, from, height, reach, sums) {
  const below = 2 * reach * TILE;
  sums.fill(0);
  for (let i = 0; i < below; i++) sums[i & (TILE - 1)] += from[i];
  for (let y = 0; y < height - 2 * reach; y++) {
    const start = y * TILE;
    for (let x = 0; x < TILE; x++) {
      const sum = sums[x] + from[start + below + x];
      to[start + x] = sum;
      sums[x] = sum - from[start + x];
    }
  }
}
