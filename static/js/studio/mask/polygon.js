/**
 * Fills closed lines: each pixel takes the share of it that lies inside, by exact area. What the line
 * goes around more than once is inside, too (nonzero winding), as one means it with a lasso.
 *
 * A row's coverage is the running sum of signed heights of the edges left of it. Tiles without an
 * edge have one value per row, most of them one for all, so a shape costs what its outline costs.
 */

import { clip } from "./box.js";
import { FULL, TILE, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").Tile} Tile */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {{x: number, y: number}} Point */

/** One cell more than the tile is wide: what its last pixel hands on to the next tile. */
const STRIDE = TILE + 1;
/** Ellipses are drawn with so many corners that they stray less than this many pixels. */
const FLATNESS = 0.005;

/** The edges within one tile, as signed heights, and which pixels of each row they touch. */
class Edges {
  sums = new Float32Array(STRIDE * TILE);
  from = new Int16Array(TILE).fill(STRIDE);
  to = new Int16Array(TILE);

  /**
   * @param {number} row
   * @param {number} x
   * @param {number} height
   */
  add(row, x, height) {
    this.sums[row * STRIDE + x] += height;
    if (x < this.from[row]) this.from[row] = x;
    if (x >= this.to[row]) this.to[row] = x + 1;
  }

  clear() {
    for (let row = 0; row < TILE; row++) {
      if (this.to[row]) this.sums.fill(0, row * STRIDE + this.from[row], row * STRIDE + this.to[row]);
    }
    this.from.fill(STRIDE);
    this.to.fill(0);
  }
}

/** Clean ones, for the next row of tiles: most of the time would go into making them anew. @type {Edges[]} */
const spare = [];
/** A large shape seldom crosses more tiles of one row. */
const MOST_SPARE = 16;

/**
 * Paints or erases all that a closed line goes around. A step must be open.
 * @param {TileMask} mask
 * @param {readonly Point[]} points picture pixels with fractions; the last one joins the first
 * @param {boolean} erase
 * @returns {Box | null} the picture pixels that may have changed
 */
export function fillPolygon(mask, points, erase) {
  if (points.length < 3) return null;
  const box = clip(boundsOf(points), mask);
  if (!box) return null;
  // To the end of the last tile: an edge that closes the shape there must not be missed.
  const seen = { ...box, right: (((box.right - 1) >> TILE_SHIFT) + 1) << TILE_SHIFT };
  for (let row = box.top >> TILE_SHIFT; row <= (box.bottom - 1) >> TILE_SHIFT; row++) {
    const edges = edgesOf(points, row * TILE, seen);
    // The running sums at the left side of the tile, one per row of pixels.
    const sums = new Float64Array(TILE);
    for (let column = box.left >> TILE_SHIFT; column <= (box.right - 1) >> TILE_SHIFT; column++) {
      fillTile(mask, row * mask.columns + column, edges.get(column), sums, erase);
    }
    for (const used of edges.values()) {
      if (spare.length >= MOST_SPARE) break;
      used.clear();
      spare.push(used);
    }
  }
  return box;
}

/**
 * An ellipse as a closed line.
 * @param {Box} box
 * @returns {Point[]}
 */
export function ellipsePoints({ left, top, right, bottom }) {
  const rx = (right - left) / 2;
  const ry = (bottom - top) / 2;
  const corners = Math.max(12, Math.ceil(Math.PI * Math.sqrt(Math.max(rx, ry) / (2 * FLATNESS))));
  return Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    return { x: left + rx + rx * Math.cos(angle), y: top + ry + ry * Math.sin(angle) };
  });
}

/**
 * @param {readonly Point[]} points
 * @returns {Box}
 */
export function boundsOf(points) {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    bounds.left = Math.min(bounds.left, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.right = Math.max(bounds.right, x);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}

/**
 * The edges in one row of tiles.
 * @param {readonly Point[]} points
 * @param {number} top where the row begins in the picture
 * @param {Box} box what is looked at
 * @returns {Map<number, Edges>} by column
 */
function edgesOf(points, top, box) {
  /** @type {Map<number, Edges>} */
  const edges = new Map();
  const first = Math.max(top, box.top);
  const last = Math.min(top + TILE, box.bottom);
  let from = points[points.length - 1];
  for (const to of points) {
    const [upper, lower, sign] = from.y < to.y ? [from, to, 1] : [to, from, -1];
    from = to;
    if (upper.y === lower.y || lower.y <= first || upper.y >= last) continue;
    const slope = (lower.x - upper.x) / (lower.y - upper.y);
    const begin = Math.max(upper.y, first);
    const end = Math.min(lower.y, last);
    for (let y = Math.floor(begin); y < end; y++) {
      const above = Math.max(begin, y);
      const below = Math.min(end, y + 1);
      const x = upper.x + (above - upper.y) * slope;
      addAcross(edges, y - top, x, x + (below - above) * slope, sign * (below - above), box);
    }
  }
  return edges;
}

/**
 * Adds the part of an edge that lies in one row of pixels.
 * @param {Map<number, Edges>} edges
 * @param {number} row
 * @param {number} start x at its upper end
 * @param {number} end x at its lower end
 * @param {number} height signed
 * @param {Box} box beyond its right side nothing is looked at, on its left side only the height counts
 */
function addAcross(edges, row, start, end, height, box) {
  const left = Math.max(box.left, Math.min(start, end));
  const right = Math.max(box.left, Math.max(start, end));
  const whole = Math.abs(end - start);
  // What lies left of the box covers all of its row.
  const outside = whole ? Math.max(0, box.left - Math.min(start, end)) / whole : 0;
  if (outside > 0) addCell(edges, row, box.left, height * Math.min(1, outside), 0, box);
  if (outside >= 1) return;
  const perPixel = whole ? height / whole : 0;
  for (let x = Math.floor(left); x <= right && x < box.right; x++) {
    const from = Math.max(left, x);
    const to = Math.min(right, x + 1);
    const part = whole ? perPixel * (to - from) : height;
    if (part) addCell(edges, row, x, part, (from + to) / 2 - x, box);
    if (!whole) break;
  }
}

/**
 * @param {Map<number, Edges>} edges
 * @param {number} row
 * @param {number} x
 * @param {number} height
 * @param {number} share of the pixel that lies left of the edge
 * @param {Box} box
 */
function addCell(edges, row, x, height, share, box) {
  if (x >= box.right) return;
  const column = x >> TILE_SHIFT;
  let tile = edges.get(column);
  if (!tile) edges.set(column, (tile = spare.pop() ?? new Edges()));
  const within = x & (TILE - 1);
  tile.add(row, within, height * (1 - share));
  tile.add(row, within + 1, height * share);
}

/**
 * @param {TileMask} mask
 * @param {number} index
 * @param {Edges | undefined} edges
 * @param {Float64Array} sums moved on to the tile's right side
 * @param {boolean} erase
 */
function fillTile(mask, index, edges, sums, erase) {
  const done = erase ? null : FULL;
  const isDone = mask.slots[index] === done;
  if (!edges) {
    const first = valueOf(sums[0]);
    if (isDone || (first === 0 && sums.every((sum) => valueOf(sum) === 0))) return;
    if (first === 255 && sums.every((sum) => valueOf(sum) === 255)) {
      mask.put(index, done);
      return;
    }
  }
  const tile = isDone ? null : mask.writable(index);
  for (let row = 0; row < TILE; row++) {
    const from = edges ? Math.min(edges.from[row], TILE) : TILE;
    const to = edges ? edges.to[row] : 0;
    if (tile) merge(tile, row, 0, from, valueOf(sums[row]), erase);
    if (!edges) continue;
    let sum = sums[row];
    for (let x = from; x < to; x++) {
      sum += edges.sums[row * STRIDE + x];
      const value = valueOf(sum);
      if (!tile || x >= TILE || value === 0) continue;
      const i = (row << TILE_SHIFT) + x;
      tile[i] = erase ? Math.min(tile[i], 255 - value) : Math.max(tile[i], value);
    }
    sums[row] = sum;
    if (tile && to) merge(tile, row, to, TILE, valueOf(sum), erase);
  }
}

/** @param {number} sum */
function valueOf(sum) {
  return Math.round(255 * Math.min(1, Math.abs(sum)));
}

/**
 * @param {Tile} tile
 * @param {number} row
 * @param {number} from
 * @param {number} to
 * @param {number} value
 * @param {boolean} erase
 */
function merge(tile, row, from, to, value, erase) {
  if (from >= to || value === 0) return;
  const start = row << TILE_SHIFT;
  if (value === 255) tile.fill(erase ? 0 : 255, start + from, start + to);
  else if (erase) for (let i = start + from; i < start + to; i++) tile[i] = Math.min(tile[i], 255 - value);
  else for (let i = start + from; i < start + to; i++) tile[i] = Math.max(tile[i], value);
}
