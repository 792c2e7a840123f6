/**
 * Grows a grey mask by a disc: each pixel becomes the strongest one within the radius. Exact, and as
 * fast as two masks of only black and white wherever the paint is: what reaches full paint is full,
 * what reaches none is empty, and only the thin line between (antialiased rims, soft brushes) is
 * looked up value by value.
 */

import { TILE, TILE_AREA, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./tiles.js").Tile} Tile */

const FAR = 0x7fff;

export class Dilation {
  #radius;
  #side;
  /** How far a disc reaches to either side, by the distance from its middle row. */
  #reach;
  #near;
  #distances;
  #starts;
  #full = new Uint8Array(TILE_AREA);
  #any = new Uint8Array(TILE_AREA);
  #open = new Int32Array(TILE_AREA);
  /** Maxima of 1, 2, 4, … pixels from each place on, made only where they are needed. @type {Uint8Array[]} */
  #maxima = [];

  /** @param {number} radius in pixels, at most a tile's side */
  constructor(radius) {
    this.#radius = radius;
    this.#side = TILE + 2 * radius;
    this.#reach = Int32Array.from({ length: radius + 1 }, (_, d) => Math.floor(Math.sqrt(radius * radius - d * d)));
    this.#near = new Int16Array(this.#side);
    this.#distances = new Int16Array(TILE * this.#side);
    this.#starts = new Int16Array(TILE + 1);
  }

  /**
   * @param {Uint8Array} around the tile with a margin of the radius
   * @returns {Tile}
   */
  tile(around) {
    this.#cover(around, 255, this.#full);
    this.#cover(around, 1, this.#any);
    const tile = new Uint8Array(TILE_AREA);
    let open = 0;
    for (let i = 0; i < TILE_AREA; i++) {
      if (this.#full[i]) tile[i] = 255;
      else if (this.#any[i]) this.#open[open++] = i;
    }
    if (open) this.#lookUp(around, tile, this.#open.subarray(0, open));
    return tile;
  }

  /**
   * Marks what lies within the radius of a value at least as strong as the given one.
   * @param {Uint8Array} around
   * @param {number} least
   * @param {Uint8Array} covered
   */
  #cover(around, least, covered) {
    this.#measure(around, least);
    const side = this.#side;
    const radius = this.#radius;
    const starts = this.#starts;
    for (let y = 0; y < TILE; y++) {
      starts.fill(0);
      for (let x = 0; x < side; x++) {
        const distance = this.#distances[y * side + x];
        if (distance > radius) continue;
        const reach = this.#reach[distance];
        const from = Math.max(0, x - reach - radius);
        const to = Math.min(TILE - 1, x + reach - radius);
        if (from > to) continue;
        starts[from]++;
        starts[to + 1]--;
      }
      let open = 0;
      for (let x = 0; x < TILE; x++) {
        open += starts[x];
        covered[y * TILE + x] = open > 0 ? 1 : 0;
      }
    }
  }

  /**
   * How far it is, straight up or down, to a value at least as strong.
   * @param {Uint8Array} around
   * @param {number} least
   */
  #measure(around, least) {
    const side = this.#side;
    const radius = this.#radius;
    const near = this.#near.fill(FAR);
    const distances = this.#distances;
    for (let y = 0; y < side; y++) {
      const row = y - radius;
      for (let x = 0; x < side; x++) {
        near[x] = around[y * side + x] >= least ? 0 : Math.min(FAR, near[x] + 1);
      }
      if (row >= 0 && row < TILE) distances.set(near, row * side);
    }
    near.fill(FAR);
    for (let y = side - 1; y >= radius; y--) {
      const row = y - radius;
      for (let x = 0; x < side; x++) {
        near[x] = around[y * side + x] >= least ? 0 : Math.min(FAR, near[x] + 1);
        if (row < TILE && near[x] < distances[row * side + x]) distances[row * side + x] = near[x];
      }
    }
  }

  /**
   * @param {Uint8Array} around
   * @param {Tile} tile
   * @param {Int32Array} open where to look
   */
  #lookUp(around, tile, open) {
    this.#fillMaxima(around);
    const side = this.#side;
    const radius = this.#radius;
    for (let dy = -radius; dy <= radius; dy++) {
      const reach = this.#reach[Math.abs(dy)];
      const level = 31 - Math.clz32(2 * reach + 1);
      const maxima = this.#maxima[level];
      const second = 2 * reach + 1 - (1 << level);
      const corner = (radius + dy) * side + radius - reach;
      for (let k = 0; k < open.length; k++) {
        const i = open[k];
        const start = corner + (i >> TILE_SHIFT) * side + (i & (TILE - 1));
        const first = maxima[start];
        const last = maxima[start + second];
        const value = first > last ? first : last;
        if (value > tile[i]) tile[i] = value;
      }
    }
  }

  /** @param {Uint8Array} around */
  #fillMaxima(around) {
    this.#maxima[0] = around;
    const levels = 32 - Math.clz32(2 * this.#radius + 1);
    for (let level = 1; level < levels; level++) {
      const finer = this.#maxima[level - 1];
      const maxima = (this.#maxima[level] ??= new Uint8Array(finer.length));
      const step = 1 << (level - 1);
      // What runs over the end of a line is never asked for.
      for (let i = 0; i + step < finer.length; i++) maxima[i] = Math.max(finer[i], finer[i + step]);
    }
  }
}
