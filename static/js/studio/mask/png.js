/**
 * The mask as a PNG file: 8-bit grey at the picture's size, 255 = edit. Rows are compressed as they
 * come, so a 50-megapixel mask never stands in memory as a whole picture.
 */

import { FULL, TILE, TILE_SHIFT } from "./tiles.js";

/** @typedef {import("./tiles.js").Slot} Slot */

export const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const GREY = 0;
const BITS = 8;
const FILTER_UP = 2;

const crcTable = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

export class GreyPngWriter {
  #width;
  #height;
  #y = 0;
  #lastRow;
  #writer;
  /** The last band on its way into the file. @type {Promise<void>} */
  #pressing = Promise.resolve();
  /** @type {Uint8Array[]} */
  #parts;
  #read;

  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.#width = width;
    this.#height = height;
    this.#lastRow = new Uint8Array(width);
    this.#parts = [SIGNATURE, chunk("IHDR", header(width, height))];
    const stream = new CompressionStream("deflate");
    this.#writer = stream.writable.getWriter();
    this.#read = this.#collect(stream.readable);
  }

  /**
   * Adds the next row of tiles, from the top.
   * @param {Slot[]} slots from left to right
   */
  async addTileRow(slots) {
    const rows = Math.min(TILE, this.#height - this.#y);
    if (rows <= 0) throw new RangeError("The picture has no more rows.");
    const stride = this.#width + 1;
    const band = new Uint8Array(rows * stride);
    for (let row = 0; row < rows; row++) band[row * stride] = FILTER_UP;
    slots.forEach((slot, column) => this.#addTile(band, rows, slot, column * TILE));
    this.#y += rows;
    // A band is compressed while the next row of tiles is on its way here; no more than one waits.
    await this.#pressing;
    this.#pressing = this.#writer.write(band);
    this.#pressing.catch(() => {});
  }

  /** @returns {Promise<Blob>} the whole file */
  async finish() {
    if (this.#y !== this.#height) throw new RangeError("Rows are missing.");
    await this.#pressing;
    await this.#writer.close();
    await this.#read;
    this.#parts.push(chunk("IEND", new Uint8Array(0)));
    return new Blob(/** @type {BlobPart[]} */ (this.#parts), { type: "image/png" });
  }

  /**
   * Writes a tile's differences to the row above; equal rows cost nothing, the band is zero.
   * @param {Uint8Array} band
   * @param {number} rows
   * @param {Slot} slot
   * @param {number} left
   */
  #addTile(band, rows, slot, left) {
    const columns = Math.min(TILE, this.#width - left);
    const last = this.#lastRow;
    for (let x = 0; x < columns; x++) band[left + x + 1] = (slot ? slot[x] : 0) - last[left + x];
    if (!slot || slot === FULL) {
      last.fill(slot ? 255 : 0, left, left + columns);
      return;
    }
    for (let row = 1; row < rows; row++) {
      const target = row * (this.#width + 1) + left + 1;
      const source = row << TILE_SHIFT;
      for (let x = 0; x < columns; x++) {
        band[target + x] = slot[source + x] - slot[source + x - TILE];
      }
    }
    const bottom = (rows - 1) << TILE_SHIFT;
    last.set(slot.subarray(bottom, bottom + columns), left);
  }

  /** @param {ReadableStream<Uint8Array>} readable */
  async #collect(readable) {
    const reader = readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      this.#parts.push(chunk("IDAT", value));
    }
  }
}

/**
 * @param {number} width
 * @param {number} height
 */
function header(width, height) {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  bytes.set([BITS, GREY, 0, 0, 0], 8);
  return bytes;
}

/**
 * Length, name, data, checksum.
 * @param {string} name
 * @param {Uint8Array} data
 */
function chunk(name, data) {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc(bytes.subarray(4, data.length + 8)));
  return bytes;
}

/** @param {Uint8Array} bytes */
function crc(bytes) {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = crcTable[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
