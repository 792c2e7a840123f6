/** Reads a kept mask back: grey 8-bit PNG without interlacing, the only kind that NanoEdit writes. */

import { SIGNATURE } from "./png.js";
import { TILE, TILE_SHIFT, TileMask, simplest } from "./tiles.js";

/**
 * @param {Uint8Array} file
 * @returns {Promise<TileMask>}
 * @throws {Error} when the file is another kind of picture or damaged
 */
export async function readGreyPng(file) {
  if (SIGNATURE.some((byte, i) => file[i] !== byte)) throw new Error("This is not a PNG file.");
  const { width, height, data } = chunks(file);
  const stream = new Blob(/** @type {BlobPart[]} */ (data)).stream();
  const rows = stream.pipeThrough(new DecompressionStream("deflate"));
  return new RowReader(width, height).read(rows.getReader());
}

/** @param {Uint8Array} file */
function chunks(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const data = [];
  let width = 0;
  let height = 0;
  for (let at = SIGNATURE.length; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === "IHDR") {
      width = view.getUint32(at + 8);
      height = view.getUint32(at + 12);
      const [bits, colour, , , interlaced] = body.subarray(8);
      if (bits !== 8 || colour !== 0 || interlaced) throw new Error("The mask is not 8-bit grey.");
    } else if (name === "IDAT") data.push(body);
    at += length + 12;
  }
  return { width, height, data };
}

class RowReader {
  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.mask = new TileMask(width, height);
    this.row = new Uint8Array(width + 1);
    this.above = new Uint8Array(width + 1);
    this.filled = 0;
    this.y = 0;
  }

  /** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
  async read(reader) {
    this.mask.begin();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      this.#take(value);
    }
    if (this.y !== this.mask.height) throw new Error("The mask file is cut off.");
    this.mask.commit();
    return this.mask;
  }

  /** @param {Uint8Array} bytes */
  #take(bytes) {
    for (let at = 0; at < bytes.length && this.y < this.mask.height; ) {
      const part = bytes.subarray(at, at + this.row.length - this.filled);
      this.row.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled === this.row.length) this.#finishRow();
    }
  }

  #finishRow() {
    unfilter(this.row, this.above);
    this.#store();
    [this.row, this.above] = [this.above, this.row];
    this.filled = 0;
    this.y++;
    // Finished tile rows shrink at once, so a mostly empty mask never stands here in full.
    if (this.y % TILE === 0 || this.y === this.mask.height) this.#simplify();
  }

  #store() {
    const { mask, row, y } = this;
    const base = (y >> TILE_SHIFT) * mask.columns;
    const line = (y & (TILE - 1)) << TILE_SHIFT;
    for (let column = 0; column < mask.columns; column++) {
      const part = row.subarray(1 + column * TILE, 1 + (column + 1) * TILE);
      if (mask.slots[base + column] || part.some(Boolean)) {
        mask.writable(base + column).set(part, line);
      }
    }
  }

  #simplify() {
    const base = ((this.y - 1) >> TILE_SHIFT) * this.mask.columns;
    for (let index = base; index < base + this.mask.columns; index++) {
      const slot = this.mask.slots[index];
      if (slot && simplest(slot) !== slot) this.mask.put(index, simplest(slot));
    }
  }
}

/**
 * Undoes a PNG row filter in place. Byte 0 names the filter; one byte per pixel.
 * @param {Uint8Array} row
 * @param {Uint8Array} above the finished row before
 */
function unfilter(row, above) {
  const filter = row[0];
  if (filter > 4) throw new Error("The mask file is damaged.");
  for (let x = 1; x < row.length; x++) {
    const left = x > 1 ? row[x - 1] : 0;
    if (filter === 1) row[x] += left;
    else if (filter === 2) row[x] += above[x];
    else if (filter === 3) row[x] += (left + above[x]) >> 1;
    else if (filter === 4) row[x] += paeth(left, above[x], x > 1 ? above[x - 1] : 0);
  }
}

/**
 * @param {number} left
 * @param {number} up
 * @param {number} corner
 */
function paeth(left, up, corner) {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
