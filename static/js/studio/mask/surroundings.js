/** A square cut out of a mask around one tile. Beyond the picture's edge its last pixels go on. */

import { TILE, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./tiles.js").Slot} Slot */
/** @typedef {import("./tiles.js").Tile} Tile */
/** @typedef {{width: number, height: number, columns: number, rows: number, slots: Slot[]}} Tiles */

/**
 * @param {Tiles} tiles
 * @param {number} column of the tile
 * @param {number} row
 * @param {number} margin pixels around the tile, at most its side
 * @param {Uint8Array} into takes (TILE + 2 * margin) squared values
 */
export function readAround(tiles, column, row, margin, into) {
  const side = TILE + 2 * margin;
  const left = column * TILE - margin;
  const top = row * TILE - margin;
  // Where the picture lies within the square.
  const from = Math.max(0, -left);
  const to = Math.min(side, tiles.width - left);
  for (let y = 0; y < side; y++) {
    const line = into.subarray(y * side, (y + 1) * side);
    readLine(tiles, left, Math.min(tiles.height - 1, Math.max(0, top + y)), from, to, line);
    if (from > 0) line.fill(line[from], 0, from);
    if (to < side) line.fill(line[to - 1], to);
  }
}

/**
 * @param {Tiles} tiles
 * @param {number} left where the line begins in the picture
 * @param {number} y
 * @param {number} from the part of the line that is read
 * @param {number} to
 * @param {Uint8Array} line
 */
function readLine(tiles, left, y, from, to, line) {
  const start = (y >> TILE_SHIFT) * tiles.columns;
  const within = (y & (TILE - 1)) << TILE_SHIFT;
  for (let x = from; x < to; ) {
    const column = (left + x) >> TILE_SHIFT;
    const end = Math.min(to, (column + 1) * TILE - left);
    const slot = tiles.slots[start + column];
    const offset = within + left + x - column * TILE;
    if (slot) line.set(slot.subarray(offset, offset + end - x), x);
    else line.fill(0, x, end);
    x = end;
  }
}

/**
 * The one value of all tiles that a margin around a tile reaches, if they are all empty or all full.
 * @param {Tiles} tiles
 * @param {number} column
 * @param {number} row
 * @returns {boolean}
 */
export function isEvenAround({ columns, rows, slots }, column, row) {
  const own = slots[row * columns + column];
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      if (slots[y * columns + x] !== own) return false;
    }
  }
  return true;
}

/**
 * Repeats the picture's last pixels over the rest of a rim tile, so that an empty one is seen to be so.
 * @param {Tile} tile
 * @param {number} across pixels of it that lie in the picture
 * @param {number} down
 */
export function extendEdges(tile, across, down) {
  if (across < TILE) {
    for (let y = 0; y < down; y++) {
      const start = y << TILE_SHIFT;
      tile.fill(tile[start + across - 1], start + across, start + TILE);
    }
  }
  for (let y = down; y < TILE; y++) tile.copyWithin(y << TILE_SHIFT, (down - 1) << TILE_SHIFT, down << TILE_SHIFT);
}
