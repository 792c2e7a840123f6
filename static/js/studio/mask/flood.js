/** Connected parts of a plane of nothing and all: the one around a pixel, and the ones too small to be meant. */

import { emptyPlane } from "./plane.js";

/** @typedef {import("./plane.js").Plane} Plane */

/** Places that are still to be looked at; grows by itself. */
class Stack {
  #places = new Int32Array(4096);
  length = 0;

  /** @param {number} place */
  push(place) {
    if (this.length === this.#places.length) {
      const more = new Int32Array(this.length * 2);
      more.set(this.#places);
      this.#places = more;
    }
    this.#places[this.length++] = place;
  }

  pop() {
    return this.#places[--this.length];
  }
}

/**
 * The part that hangs together with a pixel by its sides.
 * @param {Plane} marks 0 = a wall; what is found is taken out of it
 * @param {number} start the pixel's place in the plane
 * @returns {Plane}
 */
export function floodFrom(marks, start) {
  const { width, height, data } = marks;
  const found = emptyPlane(width, height);
  const open = new Stack();
  open.push(start);
  while (open.length) {
    const at = open.pop();
    if (!data[at]) continue;
    const row = at - (at % width);
    let from = at;
    while (from > row && data[from - 1]) from--;
    let to = at + 1;
    while (to < row + width && data[to]) to++;
    data.fill(0, from, to);
    found.data.fill(255, from, to);
    if (row > 0) pushRuns(data, from - width, to - width, open);
    if (row + width < data.length) pushRuns(data, from + width, to + width, open);
  }
  return found;
}

/**
 * @param {Uint8Array} data
 * @param {number} from
 * @param {number} to
 * @param {Stack} open takes one place of every run
 */
function pushRuns(data, from, to, open) {
  let inRun = false;
  for (let i = from; i < to; i++) {
    if (data[i] && !inRun) open.push(i);
    inRun = data[i] !== 0;
  }
}

/**
 * Closes holes and takes away specks: noise of the picture, not what was meant. Never the part that
 * holds the pixel to keep.
 * @param {Plane} plane 0 and 255; changed in place
 * @param {number} most pixels that a hole or speck may have
 * @param {number} [keep] place of the pixel whose part stays, however small
 */
export function tidy(plane, most, keep = -1) {
  replaceSmall(plane, 0, most, -1);
  replaceSmall(plane, 255, most, keep);
}

/**
 * Turns parts of one value over when they are small. Holes that touch the rim count too.
 * @param {Plane} plane
 * @param {number} value
 * @param {number} most
 * @param {number} keep
 */
function replaceSmall({ width, height, data }, value, most, keep) {
  /** 0 = not looked at, 1 = of the part at hand, 2 = of a large one. */
  const seen = new Uint8Array(data.length);
  const part = new Int32Array(most + 1);
  for (let y = 0; y < height; y++) {
    for (let i = y * width; i < (y + 1) * width; i++) {
      // Only where a run begins: whatever hangs together has such a place.
      if (data[i] !== value || seen[i] || (i > y * width && data[i - 1] === value)) continue;
      const count = smallPart(data, width, i, seen, part);
      const isSmall = count <= most && !part.subarray(0, count).includes(keep);
      for (let n = 0; n < Math.min(count, part.length); n++) {
        seen[part[n]] = 2;
        if (isSmall) data[part[n]] = 255 - value;
      }
    }
  }
}

/**
 * Collects a part, up to one pixel more than it may have.
 * @param {Uint8Array} data
 * @param {number} width
 * @param {number} start
 * @param {Uint8Array} seen
 * @param {Int32Array} part takes the places
 * @returns {number} how many there are; more than fit when the part is large
 */
function smallPart(data, width, start, seen, part) {
  const value = data[start];
  let count = 1;
  part[0] = start;
  seen[start] = 1;
  for (let n = 0; n < count; n++) {
    const at = part[n];
    const x = at % width;
    for (let side = 0; side < 4; side++) {
      const next = side === 0 ? at - width : side === 1 ? at + width : side === 2 ? at - 1 : at + 1;
      if ((side === 2 && x === 0) || (side === 3 && x === width - 1)) continue;
      if (data[next] !== value || seen[next] === 1) continue;
      if (seen[next] === 2 || count === part.length) return part.length;
      seen[next] = 1;
      part[count++] = next;
    }
  }
  return count;
}
