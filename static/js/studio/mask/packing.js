/**
 * Small forms of tiles that only the history still needs. Hard strokes shrink to runs, which unpack
 * at once; soft ones are compressed (difference to the row above, then deflate), which takes a moment.
 */

import { FULL, TILE, TILE_AREA } from "./tiles.js";

/** @typedef {import("./tiles.js").Tile} Tile */
/** @typedef {import("./tiles.js").Slot} Slot */

/** Above this many bytes runs are no gain over deflate. */
const MOST_RUN_BYTES = 6 * 1024;
const BYTES_PER_RUN = 3;

export class Packed {
  /**
   * @param {"runs" | "deflated"} kind
   * @param {Uint8Array} bytes
   */
  constructor(kind, bytes) {
    this.kind = kind;
    this.bytes = bytes;
  }
}

/**
 * @param {Tile} tile
 * @returns {Promise<Packed>}
 */
export async function pack(tile) {
  const runs = toRuns(tile);
  if (runs) return new Packed("runs", runs);
  const rows = tile.slice();
  for (let i = TILE_AREA - 1; i >= TILE; i--) rows[i] -= rows[i - TILE];
  return new Packed("deflated", await through(rows, new CompressionStream("deflate-raw")));
}

/**
 * @param {Packed} packed
 * @returns {Promise<Tile>}
 */
export async function unpack(packed) {
  if (packed.kind === "runs") return fromRuns(packed.bytes);
  const tile = await through(packed.bytes, new DecompressionStream("deflate-raw"));
  for (let i = TILE; i < TILE_AREA; i++) tile[i] += tile[i - TILE];
  return tile;
}

/**
 * Memory one tile costs the history.
 * @param {Slot | Packed} slot
 */
export function bytesOf(slot) {
  if (slot instanceof Packed) return slot.bytes.length;
  return slot && slot !== FULL ? TILE_AREA : 0;
}

/**
 * Runs of equal values: value, length - 1 (little endian, two bytes).
 * @param {Tile} tile
 * @returns {Uint8Array | null} null when there are too many
 */
function toRuns(tile) {
  const bytes = new Uint8Array(MOST_RUN_BYTES);
  let length = 0;
  for (let i = 0; i < TILE_AREA; ) {
    if (length + BYTES_PER_RUN > MOST_RUN_BYTES) return null;
    const start = i;
    const value = tile[i];
    while (i < TILE_AREA && tile[i] === value) i++;
    const extra = i - start - 1;
    bytes[length++] = value;
    bytes[length++] = extra & 255;
    bytes[length++] = extra >> 8;
  }
  return bytes.slice(0, length);
}

/**
 * @param {Uint8Array} runs
 * @returns {Tile}
 */
function fromRuns(runs) {
  const tile = new Uint8Array(TILE_AREA);
  let at = 0;
  for (let i = 0; i < runs.length; i += BYTES_PER_RUN) {
    const end = at + 1 + runs[i + 1] + (runs[i + 2] << 8);
    tile.fill(runs[i], at, end);
    at = end;
  }
  return tile;
}

/**
 * @param {Uint8Array} bytes
 * @param {CompressionStream | DecompressionStream} stream
 * @returns {Promise<Uint8Array>}
 */
async function through(bytes, stream) {
  const writer = stream.writable.getWriter();
  // Errors reach the reader as well; without this they would also count as unhandled.
  writer.write(/** @type {BufferSource} */ (bytes)).catch(() => {});
  writer.close().catch(() => {});
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}
