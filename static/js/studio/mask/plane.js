/**
 * A grey plane of its own size, laid onto the picture's tiles. What looks at pixels works at a size
 * that is quick; its outline is brought to the picture's size here, with a smooth edge.
 */

import { FULL, TILE, TILE_AREA, TILE_SHIFT, simplest } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").Slot} Slot */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{width: number, height: number, data: Uint8Array}} Plane  row by row, 255 = selected */

/** Work goes by squares of so many picture pixels: most of them are the same all over. */
const BLOCK = 32;
/** How much steeper an edge gets after it was rounded off. */
const CRISPER = 1.5;

/**
 * @param {number} width
 * @param {number} height
 * @returns {Plane} nothing selected
 */
export function emptyPlane(width, height) {
  return { width, height, data: new Uint8Array(width * height) };
}

/**
 * A mask as one plane of its size.
 * @param {import("./tiles.js").TileMask} mask
 * @returns {Plane}
 */
export function planeOf({ width, height, columns, slots }) {
  const plane = emptyPlane(width, height);
  slots.forEach((slot, index) => {
    if (!slot) return;
    const left = (index % columns) * TILE;
    const top = Math.floor(index / columns) * TILE;
    const across = Math.min(TILE, width - left);
    for (let y = top; y < Math.min(height, top + TILE); y++) {
      const row = (y - top) << TILE_SHIFT;
      plane.data.set(slot.subarray(row, row + across), y * width + left);
    }
  });
  return plane;
}

/**
 * A plane with each square of pixels brought together into one, by its mean.
 * @param {Plane} plane
 * @param {number} factor
 * @returns {Plane}
 */
export function reduced(plane, factor) {
  const small = emptyPlane(Math.ceil(plane.width / factor), Math.ceil(plane.height / factor));
  for (let y = 0; y < small.height; y++) {
    const bottom = Math.min(plane.height, (y + 1) * factor);
    for (let x = 0; x < small.width; x++) {
      const right = Math.min(plane.width, (x + 1) * factor);
      let sum = 0;
      for (let row = y * factor; row < bottom; row++) {
        for (let column = x * factor; column < right; column++) sum += plane.data[row * plane.width + column];
      }
      const count = (bottom - y * factor) * (right - x * factor);
      small.data[y * small.width + x] = Math.round(sum / count);
    }
  }
  return small;
}

/**
 * The tiles of a plane that covers a box of the picture; outside the box nothing is selected.
 * @param {Plane} plane
 * @param {Size} picture
 * @param {{box?: Box, smooth?: boolean}} [how] `smooth` takes the stairs off edges that are all or nothing
 * @returns {Slot[]}
 */
export function tilesOf(plane, picture, { box, smooth = false } = {}) {
  const place = box ?? { left: 0, top: 0, right: picture.width, bottom: picture.height };
  const columns = Math.ceil(picture.width / TILE);
  const rows = Math.ceil(picture.height / TILE);
  const layer = new Layer(plane, place, smooth);
  /** @type {Slot[]} */
  const slots = new Array(columns * rows).fill(null);
  for (let row = place.top >> TILE_SHIFT; row <= (place.bottom - 1) >> TILE_SHIFT; row++) {
    for (let column = place.left >> TILE_SHIFT; column <= (place.right - 1) >> TILE_SHIFT; column++) {
      slots[row * columns + column] = layer.tile(column * TILE, row * TILE);
    }
  }
  return slots;
}

class Layer {
  #plane;
  #box;
  #perX;
  #perY;
  #isExact;
  #smooth;
  /** The part of the plane under one block, with a rim for looking between its values. */
  #patch = new Float32Array(0);

  /**
   * @param {Plane} plane
   * @param {Box} box
   * @param {boolean} smooth
   */
  constructor(plane, box, smooth) {
    this.#plane = plane;
    this.#box = box;
    this.#perX = plane.width / (box.right - box.left);
    this.#perY = plane.height / (box.bottom - box.top);
    this.#isExact = this.#perX === 1 && this.#perY === 1;
    this.#smooth = smooth;
  }

  /**
   * @param {number} left the tile's place in the picture
   * @param {number} top
   * @returns {Slot}
   */
  tile(left, top) {
    /** @type {Uint8Array | null} */
    let tile = null;
    let full = 0;
    let blocks = 0;
    for (let y = top; y < top + TILE; y += BLOCK) {
      for (let x = left; x < left + TILE; x += BLOCK) {
        const part = this.#within(x, y);
        if (!part) continue;
        blocks++;
        const value = this.#common(part);
        if (value === 0) continue;
        tile ??= new Uint8Array(TILE_AREA);
        if (value === 255) {
          full++;
          fill(tile, part, left, top);
        } else this.#draw(tile, part, left, top);
      }
    }
    // A tile at the picture's rim is full as soon as all of it that lies in the picture is.
    return full === blocks && blocks > 0 && this.#fills(left, top) ? FULL : simplest(tile);
  }

  /**
   * @param {number} left
   * @param {number} top
   */
  #fills(left, top) {
    const { left: from, top: above, right, bottom } = this.#box;
    return from <= left && above <= top && right >= left + TILE && bottom >= top + TILE;
  }

  /**
   * The part of a block that lies in the box.
   * @param {number} x
   * @param {number} y
   * @returns {Box | null}
   */
  #within(x, y) {
    const left = Math.max(x, this.#box.left);
    const top = Math.max(y, this.#box.top);
    const right = Math.min(x + BLOCK, this.#box.right);
    const bottom = Math.min(y + BLOCK, this.#box.bottom);
    return left < right && top < bottom ? { left, top, right, bottom } : null;
  }

  /**
   * The values of the plane that a part of the picture is made of.
   * @param {Box} part
   * @returns {Box}
   */
  #under({ left, top, right, bottom }) {
    const rim = (this.#isExact ? 0 : 1) + (this.#smooth ? 1 : 0);
    const { width, height } = this.#plane;
    return {
      left: Math.max(0, Math.floor((left - this.#box.left) * this.#perX) - rim),
      top: Math.max(0, Math.floor((top - this.#box.top) * this.#perY) - rim),
      right: Math.min(width, Math.ceil((right - this.#box.left) * this.#perX) + rim),
      bottom: Math.min(height, Math.ceil((bottom - this.#box.top) * this.#perY) + rim),
    };
  }

  /**
   * The one value that the plane has under a part; -1 when it has several.
   * @param {Box} part
   */
  #common(part) {
    const { left, top, right, bottom } = this.#under(part);
    const { width, data } = this.#plane;
    const value = data[top * width + left];
    if (value !== 0 && value !== 255) return -1;
    for (let y = top; y < bottom; y++) {
      for (let i = y * width + left; i < y * width + right; i++) if (data[i] !== value) return -1;
    }
    return value;
  }

  /**
   * @param {Uint8Array} tile
   * @param {Box} part
   * @param {number} left the tile's place
   * @param {number} top
   */
  #draw(tile, part, left, top) {
    const under = this.#under(part);
    const across = under.right - under.left;
    const patch = this.#smooth ? this.#rounded(under) : this.#copied(under);
    for (let y = part.top; y < part.bottom; y++) {
      const sy = clamp((y + 0.5 - this.#box.top) * this.#perY - 0.5 - under.top, under.bottom - under.top - 1);
      const y0 = Math.floor(sy);
      const fy = sy - y0;
      const above = y0 * across;
      const below = fy ? above + across : above;
      const line = ((y - top) << TILE_SHIFT) - left;
      for (let x = part.left; x < part.right; x++) {
        const sx = clamp((x + 0.5 - this.#box.left) * this.#perX - 0.5 - under.left, across - 1);
        const x0 = Math.floor(sx);
        const fx = sx - x0;
        const x1 = fx ? x0 + 1 : x0;
        const upper = patch[above + x0] + (patch[above + x1] - patch[above + x0]) * fx;
        const lower = patch[below + x0] + (patch[below + x1] - patch[below + x0]) * fx;
        tile[line + x] = upper + (lower - upper) * fy + 0.5;
      }
    }
  }

  /** @param {Box} under */
  #copied({ left, top, right, bottom }) {
    const { width, data } = this.#plane;
    const patch = this.#room((right - left) * (bottom - top));
    let to = 0;
    for (let y = top; y < bottom; y++) {
      for (let i = y * width + left; i < y * width + right; i++) patch[to++] = data[i];
    }
    return patch;
  }

  /**
   * The same with each value averaged with its neighbours.
   * @param {Box} under
   */
  #rounded({ left, top, right, bottom }) {
    const { width, height, data } = this.#plane;
    const patch = this.#room((right - left) * (bottom - top));
    let to = 0;
    for (let y = top; y < bottom; y++) {
      const row = y * width;
      const up = y > 0 ? row - width : row;
      const down = y < height - 1 ? row + width : row;
      for (let x = left; x < right; x++) {
        const x0 = x > 0 ? x - 1 : x;
        const x2 = x < width - 1 ? x + 1 : x;
        const sum =
          data[up + x0] + 2 * data[up + x] + data[up + x2] +
          2 * (data[row + x0] + 2 * data[row + x] + data[row + x2]) +
          data[down + x0] + 2 * data[down + x] + data[down + x2];
        patch[to++] = clamp((sum / 16 - 127.5) * CRISPER + 127.5, 255);
      }
    }
    return patch;
  }

  /** @param {number} length */
  #room(length) {
    if (this.#patch.length < length) this.#patch = new Float32Array(length);
    return this.#patch;
  }
}

/**
 * @param {number} value
 * @param {number} most
 */
function clamp(value, most) {
  return value < 0 ? 0 : value > most ? most : value;
}

/**
 * @param {Uint8Array} tile
 * @param {Box} part
 * @param {number} left the tile's place
 * @param {number} top
 */
function fill(tile, part, left, top) {
  for (let y = part.top - top; y < part.bottom - top; y++) {
    tile.fill(255, (y << TILE_SHIFT) + part.left - left, (y << TILE_SHIFT) + part.right - left);
  }
}
