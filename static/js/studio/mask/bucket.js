/**
 * The bucket: the unpainted area around a pixel as far as the paint around it, or the painted area
 * that hangs together there. It goes by whole tiles where they are empty or full, so that only the
 * outlines cost time.
 */

import { FULL, TILE, TILE_AREA, TILE_SHIFT, simplest } from "./tiles.js";

/** @typedef {import("./tiles.js").Slot} Slot */
/** @typedef {import("./tiles.js").TileMask} TileMask */

/** Fainter values count as unpainted, as they do when the mask is read. */
const FAINTEST_PAINT = 8;
/** A wide soft rim is painted in blocks of so many equal pixels; over more than those nothing climbs. */
const LONGEST_STEP = 8;
const LAST = TILE - 1;

/**
 * What a bucket emptied there would reach: tiles of 0 and 255. Beside paint it goes up into the soft
 * rim until that is at its strongest, so that no groove stays; a painted area takes its faint rim along.
 * @param {TileMask} mask no step may be open
 * @param {number} x
 * @param {number} y
 * @returns {Slot[]}
 */
export function areaAt(mask, x, y) {
  return new Area(mask, mask.at(x, y) >= FAINTEST_PAINT).from(x, y);
}

/** @param {number} value */
export function isPaint(value) {
  return value >= FAINTEST_PAINT;
}

class Area {
  #mask;
  #ofPaint;
  /** @type {Slot[]} */
  #found;
  /** Places still to be looked at, as y * width + x. @type {number[]} */
  #open = [];
  /** Places beside the area, and for how long the paint has not changed there. @type {number[]} */
  #rim = [];

  /**
   * @param {TileMask} mask
   * @param {boolean} ofPaint
   */
  constructor(mask, ofPaint) {
    this.#mask = mask;
    this.#ofPaint = ofPaint;
    this.#found = mask.slots.map(() => null);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  from(x, y) {
    const { width } = this.#mask;
    this.#open.push(y * width + x);
    for (let at = this.#open.pop(); at !== undefined; at = this.#open.pop()) {
      this.#enter(at % width, Math.floor(at / width));
    }
    this.#followRim();
    return this.#found.map(simplest);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #enter(x, y) {
    const index = this.#indexOf(x, y);
    const whole = this.#ofPaint ? FULL : null;
    if (this.#found[index] === FULL) return;
    if (this.#mask.slots[index] === whole) this.#takeTile(index);
    else this.#takeRun(x, y, index);
  }

  /**
   * A tile that belongs to the area as a whole: goes on from every pixel around it.
   * @param {number} index
   */
  #takeTile(index) {
    this.#found[index] = FULL;
    const { width, height, columns } = this.#mask;
    const left = (index % columns) << TILE_SHIFT;
    const top = Math.floor(index / columns) << TILE_SHIFT;
    const right = Math.min(width, left + TILE);
    const bottom = Math.min(height, top + TILE);
    const corner = this.#ofPaint ? 1 : 0;
    this.#lookAlong(left - corner, right + corner, top - 1);
    this.#lookAlong(left - corner, right + corner, bottom);
    for (let y = top; y < bottom; y++) {
      this.#look(left - 1, y);
      this.#look(right, y);
    }
  }

  /**
   * A run of one row, no further than its tile.
   * @param {number} x
   * @param {number} y
   * @param {number} index
   */
  #takeRun(x, y, index) {
    const tile = this.#mask.slots[index] ?? EMPTY;
    const found = (this.#found[index] ??= new Uint8Array(TILE_AREA));
    const row = (y & LAST) << TILE_SHIFT;
    const start = x & ~LAST;
    const end = Math.min(TILE, this.#mask.width - start);
    let from = x - start;
    if (found[row + from] || !this.#fits(tile[row + from])) return;
    let to = from + 1;
    while (from > 0 && this.#fits(tile[row + from - 1])) from--;
    while (to < end && this.#fits(tile[row + to])) to++;
    found.fill(255, row + from, row + to);
    this.#look(start + from - 1, y);
    this.#look(start + to, y);
    const corner = this.#ofPaint ? 1 : 0;
    this.#lookAlong(start + from - corner, start + to + corner, y - 1);
    this.#lookAlong(start + from - corner, start + to + corner, y + 1);
  }

  /** @param {number} value */
  #fits(value) {
    return value >= FAINTEST_PAINT === this.#ofPaint;
  }

  /**
   * Looks at a part of a row; of what belongs to the area, one place a run and tile is enough.
   * @param {number} from
   * @param {number} to
   * @param {number} y
   */
  #lookAlong(from, to, y) {
    if (y < 0 || y >= this.#mask.height) return;
    let inRun = false;
    for (let x = from; x < to; x++) {
      if (x < 0 || x >= this.#mask.width) continue;
      if ((x & LAST) === 0) inRun = false;
      if (inRun && this.#fits(this.#mask.at(x, y))) continue;
      inRun = this.#look(x, y);
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {boolean} whether the place belongs to the area
   */
  #look(x, y) {
    const mask = this.#mask;
    if (x < 0 || y < 0 || x >= mask.width || y >= mask.height) return false;
    const fits = this.#fits(mask.at(x, y));
    const place = y * mask.width + x;
    if (!fits) this.#rim.push(place, 0);
    else if (!this.#has(x, y)) this.#open.push(place);
    return fits;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #has(x, y) {
    const found = this.#found[this.#indexOf(x, y)];
    return found !== null && found[((y & LAST) << TILE_SHIFT) | (x & LAST)] !== 0;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #indexOf(x, y) {
    return (y >> TILE_SHIFT) * this.#mask.columns + (x >> TILE_SHIFT);
  }

  /** Goes on while the paint only gets stronger, or for a painted area only fainter. */
  #followRim() {
    const { width } = this.#mask;
    for (let n = 0; n < this.#rim.length; n += 2) {
      const x = this.#rim[n] % width;
      const y = Math.floor(this.#rim[n] / width);
      const value = this.#mask.at(x, y);
      if (this.#has(x, y) || value === (this.#ofPaint ? 0 : 255)) continue;
      this.#mark(x, y);
      this.#climb(x + 1, y, value, this.#rim[n + 1]);
      this.#climb(x - 1, y, value, this.#rim[n + 1]);
      this.#climb(x, y + 1, value, this.#rim[n + 1]);
      this.#climb(x, y - 1, value, this.#rim[n + 1]);
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} from the paint where it comes from
   * @param {number} level how long that has not changed
   */
  #climb(x, y, from, level) {
    if (x < 0 || y < 0 || x >= this.#mask.width || y >= this.#mask.height || this.#has(x, y)) return;
    const value = this.#mask.at(x, y);
    const isLevel = value === from;
    if (isLevel && level >= LONGEST_STEP) return;
    if (!isLevel && value > from === this.#ofPaint) return;
    this.#rim.push(y * this.#mask.width + x, isLevel ? level + 1 : 0);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #mark(x, y) {
    const found = (this.#found[this.#indexOf(x, y)] ??= new Uint8Array(TILE_AREA));
    if (found !== FULL) found[((y & LAST) << TILE_SHIFT) | (x & LAST)] = 255;
  }
}

/** What an unpainted tile would hold; never written to. */
const EMPTY = new Uint8Array(TILE_AREA);
