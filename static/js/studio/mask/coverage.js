/** How much of the picture is painted, and in how many separate areas. */

import { findAreas } from "./areas.js";
import { FULL, TILE, TILE_AREA, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./tiles.js").Slot} Slot */
/** @typedef {import("./tiles.js").Tile} Tile */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {{share: number, areas: number}} Coverage  share from 0 to 1 */
/** @typedef {{painted: number, cells: Uint8Array}} TileFacts */

/** Areas nearer to each other than one cell count as one; cells keep the count instant at 50 MP. */
const CELL_BY_PIXELS = [
  { upTo: 2e6, cell: 2 },
  { upTo: 12e6, cell: 4 },
  { upTo: Infinity, cell: 8 },
];

export class CoverageMeter {
  #mask;
  #cell;
  /** Committed tiles never change, so what was counted once holds. @type {WeakMap<Tile, TileFacts>} */
  #known = new WeakMap();
  /** The whole count, and the tiles for which it holds. @type {{slots: Slot[], painted: number, areas: Box[]} | null} */
  #last = null;

  /** @param {TileMask} mask */
  constructor(mask) {
    this.#mask = mask;
    const pixels = mask.width * mask.height;
    this.#cell = CELL_BY_PIXELS.find(({ upTo }) => pixels <= upTo)?.cell ?? 8;
  }

  /**
   * Counts every pixel that may change, also the faintly painted ones.
   * @returns {Coverage}
   */
  measure() {
    const { width, height } = this.#mask;
    const { painted, areas } = this.#count();
    return { share: painted / (width * height), areas: areas.length };
  }

  /**
   * The boxes of the separate areas, to the cell: up to 8 pixels larger than what is painted.
   * @returns {Box[]} picture pixels
   */
  areaBoxes() {
    const { width, height } = this.#mask;
    const cell = this.#cell;
    return this.#count().areas.map(({ left, top, right, bottom }) => ({
      left: left * cell,
      top: top * cell,
      right: Math.min(width, right * cell),
      bottom: Math.min(height, bottom * cell),
    }));
  }

  /** Counts the painted pixels, and finds the areas in cells; the same mask is not counted twice. */
  #count() {
    const { slots, isChanging } = this.#mask;
    const last = this.#last;
    if (last && !isChanging && slots.every((slot, index) => slot === last.slots[index])) return last;
    const { painted, grid, across } = this.#marked();
    const counted = { slots: slots.slice(), painted, areas: findAreas(grid, across) };
    this.#last = isChanging ? null : counted;
    return counted;
  }

  /** Counts the painted pixels, and marks the cells that hold any. */
  #marked() {
    const { width, height, columns, rows, slots } = this.#mask;
    const perTile = TILE / this.#cell;
    const grid = new Uint8Array(columns * perTile * rows * perTile);
    let painted = 0;
    slots.forEach((slot, index) => {
      if (!slot) return;
      const column = index % columns;
      const row = Math.floor(index / columns);
      const across = Math.min(TILE, width - column * TILE);
      const down = Math.min(TILE, height - row * TILE);
      const facts = this.#facts(slot, index, across, down);
      painted += facts.painted;
      for (let y = 0; y < perTile; y++) {
        const start = (row * perTile + y) * columns * perTile + column * perTile;
        grid.set(facts.cells.subarray(y * perTile, (y + 1) * perTile), start);
      }
    });
    return { painted, grid, across: columns * perTile };
  }

  /**
   * @param {Tile} tile
   * @param {number} index
   * @param {number} across pixels of it that lie in the picture
   * @param {number} down
   * @returns {TileFacts}
   */
  #facts(tile, index, across, down) {
    const shift = Math.log2(this.#cell);
    if (tile === FULL) return fullFacts(across, down, shift);
    const known = this.#known.get(tile);
    if (known) return known;
    const facts = countedFacts(tile, across, down, shift);
    if (this.#mask.isSettled(index)) this.#known.set(tile, facts);
    return facts;
  }
}

/**
 * @param {Tile} tile
 * @param {number} across
 * @param {number} down
 * @param {number} shift cell side as a power of two
 * @returns {TileFacts}
 */
function countedFacts(tile, across, down, shift) {
  const perTile = TILE >> shift;
  const cells = new Uint8Array(perTile * perTile);
  // Signed words stay small integers for the engine; unsigned ones would become floating point.
  const words = new Int32Array(tile.buffer, tile.byteOffset, TILE_AREA / 4);
  const whole = across >> 2;
  let painted = 0;
  for (let y = 0; y < down; y++) {
    const cellRow = (y >> shift) * perTile;
    const start = y << TILE_SHIFT;
    const first = start >> 2;
    // Four pixels at a time: most of a tile is either empty or painted.
    for (let i = 0; i < whole; i++) {
      const word = words[first + i];
      if (word === 0) continue;
      painted += word === -1 ? 4 : paintedIn(word);
      if (shift > 1) cells[cellRow + (i >> (shift - 2))] = 1;
      else {
        if (word & 0xffff) cells[cellRow + (i << 1)] = 1;
        if (word >>> 16) cells[cellRow + (i << 1) + 1] = 1;
      }
    }
    for (let x = across & ~3; x < across; x++) {
      if (!tile[start + x]) continue;
      painted++;
      cells[cellRow + (x >> shift)] = 1;
    }
  }
  return { painted, cells };
}

/**
 * How many of the four bytes of a word are not zero.
 * @param {number} word
 */
function paintedIn(word) {
  const marks = ((word | ((word & 0x7f7f7f7f) + 0x7f7f7f7f)) >>> 7) & 0x01010101;
  return Math.imul(marks, 0x01010101) >>> 24;
}

/**
 * @param {number} across
 * @param {number} down
 * @param {number} shift
 * @returns {TileFacts}
 */
function fullFacts(across, down, shift) {
  const perTile = TILE >> shift;
  const cells = new Uint8Array(perTile * perTile);
  const width = ((across - 1) >> shift) + 1;
  for (let y = 0; y <= (down - 1) >> shift; y++) cells.fill(1, y * perTile, y * perTile + width);
  return { painted: across * down, cells };
}

/**
 * @param {Coverage} coverage
 * @returns {{amount: string, of: string}} like "2 areas, 12 %" and " of the picture", which a narrow
 *   place may leave out
 */
export function coverageWords({ share, areas }) {
  if (share === 0) return { amount: "Nothing painted", of: "" };
  if (share === 1) return { amount: "The whole picture", of: "" };
  const count = areas === 1 ? "1 area" : `${areas} areas`;
  return { amount: `${count}, ${percentText(share)}`, of: " of the picture" };
}

/**
 * @param {number} share from 0 to 1
 */
export function percentText(share) {
  const percent = share * 100;
  if (percent === 100) return "100\u00a0%";
  if (percent < 0.1) return "under 0.1\u00a0%";
  if (percent < 10) return `${Number(percent.toFixed(1))}\u00a0%`;
  return `${Math.min(99, Math.round(percent))}\u00a0%`;
}

