/**
 * The mask as data: 8-bit grey at the picture's size, 255 = edit, 0 = keep, cut into square tiles.
 *
 * Tiles are copy-on-write. Between two steps every tile may be shared by the history, the overlay
 * and an export that is still running, so a step copies a tile before its first write. That makes
 * undo a swap of references, and a snapshot an array copy, also on a 50-megapixel picture.
 */

export const TILE_SHIFT = 8;
/** Side of a tile in picture pixels. */
export const TILE = 1 << TILE_SHIFT;
export const TILE_AREA = TILE * TILE;

/** @typedef {Uint8Array} Tile  TILE_AREA values, row by row */
/** @typedef {Tile | null} Slot  null = nothing painted anywhere in the tile */
/** @typedef {Map<number, Slot>} Changes  tile index -> what stood there before the step */

/** The one tile that is painted everywhere. Shared, never written to. */
export const FULL = new Uint8Array(TILE_AREA).fill(255);

export class TileMask {
  /** @type {Changes | null} */
  #before = null;
  /** Tiles that this step made itself and may write to. @type {Set<number>} */
  #own = new Set();

  /**
   * @param {number} width picture width in pixels
   * @param {number} height picture height in pixels
   */
  constructor(width, height) {
    if (!(width > 0) || !(height > 0)) throw new RangeError("A mask needs a width and a height.");
    this.width = width;
    this.height = height;
    this.columns = Math.ceil(width / TILE);
    this.rows = Math.ceil(height / TILE);
    /** Pixels of a rim tile that lie outside the picture hold anything and are never read. */
    /** @type {Slot[]} */
    this.slots = new Array(this.columns * this.rows).fill(null);
  }

  /** Whether a step is open. */
  get isChanging() {
    return this.#before !== null;
  }

  /**
   * Whether a tile will never be written to any more; one that an open step has made still is.
   * @param {number} index
   */
  isSettled(index) {
    return !this.#before || !this.#own.has(index);
  }

  /** Whether nothing at all is painted. Exact between steps, because emptied tiles become null. */
  get isEmpty() {
    return this.slots.every((slot) => slot === null);
  }

  /**
   * The value at a picture pixel; 0 outside the picture.
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return 0;
    const slot = this.slots[(y >> TILE_SHIFT) * this.columns + (x >> TILE_SHIFT)];
    return slot ? slot[((y & (TILE - 1)) << TILE_SHIFT) | (x & (TILE - 1))] : 0;
  }

  /** Opens a step; everything written until `commit` is undone as one. */
  begin() {
    if (this.#before) throw new Error("A step is open already.");
    this.#before = new Map();
    this.#own.clear();
  }

  /**
   * The tile at an index, as this step's own copy.
   * @param {number} index
   * @returns {Tile}
   */
  writable(index) {
    const slot = this.slots[index];
    if (slot && this.#own.has(index)) return slot;
    const copy = slot ? slot.slice() : new Uint8Array(TILE_AREA);
    this.put(index, copy);
    this.#own.add(index);
    return copy;
  }

  /**
   * Replaces a whole tile; the caller must not write to it afterwards.
   * @param {number} index
   * @param {Slot} slot
   */
  put(index, slot) {
    if (!this.#before) throw new Error("Open a step before changing the mask.");
    if (!this.#before.has(index)) this.#before.set(index, this.slots[index]);
    this.slots[index] = slot;
    this.#own.delete(index);
  }

  /**
   * Closes the step.
   * @returns {Changes | null} what stood there before, or null when nothing really changed
   */
  commit() {
    const before = this.#before;
    if (!before) throw new Error("No step is open.");
    this.#before = null;
    for (const [index, old] of before) {
      const now = simplest(this.slots[index]);
      this.slots[index] = now;
      if (sameTile(old, now)) {
        this.slots[index] = old;
        before.delete(index);
      }
    }
    return before.size ? before : null;
  }

  /** Closes the step and puts everything back. */
  rollback() {
    const before = this.#before;
    if (!before) throw new Error("No step is open.");
    this.#before = null;
    for (const [index, old] of before) this.slots[index] = old;
  }
}

/**
 * The shared form of a tile that is the same everywhere, else the tile itself.
 * @param {Slot} tile
 * @returns {Slot}
 */
export function simplest(tile) {
  if (!tile || tile === FULL) return tile;
  const value = tile[0];
  if (value !== 0 && value !== 255) return tile;
  const words = wordsOf(tile);
  const wanted = value ? 0xffffffff : 0;
  for (let i = 0; i < words.length; i++) if (words[i] !== wanted) return tile;
  return value ? FULL : null;
}

/**
 * @param {Slot} a
 * @param {Slot} b
 */
function sameTile(a, b) {
  if (a === b) return true;
  if (!a || !b) return false;
  const left = wordsOf(a);
  const right = wordsOf(b);
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

/**
 * Four values at a time, for work that looks at whole tiles.
 * @param {Tile} tile
 */
export function wordsOf(tile) {
  return new Uint32Array(tile.buffer, tile.byteOffset, TILE_AREA / 4);
}
