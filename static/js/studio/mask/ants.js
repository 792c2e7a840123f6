/**
 * The moving outline: finds the rim in what was drawn of the mask, and draws its dashes one step
 * on. Its work grows with the length of the outline in sight, never with the picture.
 */

/** @typedef {import("./box.js").Box} Box */

/** Only the rim is drawn opaque; see overlay.js. */
const OPAQUE = 255;
const MORE = 2;

export class Ants {
  /** Where the rim is in the pixels. */
  #at = new Uint32Array(1024);
  /** Where in the dashes each of them begins. */
  #phase = new Uint8Array(1024);
  #count = 0;
  /** What has to be shown anew. @type {Box | null} */
  box = null;

  /**
   * @param {Uint32Array} pixels row by row
   * @param {number} stride pixels per row
   * @param {number} origin x + y at which the dashes begin
   */
  find(pixels, stride, origin) {
    const height = Math.floor(pixels.length / stride);
    let left = stride;
    let right = 0;
    let top = -1;
    let bottom = 0;
    this.#count = 0;
    for (let y = 0; y < height; y++) {
      const start = y * stride;
      for (let x = 0; x < stride; x++) {
        if (pixels[start + x] >>> 24 !== OPAQUE) continue;
        this.#add(start + x, x + y - origin);
        if (x < left) left = x;
        if (x >= right) right = x + 1;
        if (top < 0) top = y;
        bottom = y + 1;
      }
    }
    this.box = top < 0 ? null : { left, top, right, bottom };
  }

  /**
   * @param {Uint32Array} pixels
   * @param {number} march how far the dashes have gone
   * @param {import("./overlay.js").Palette} palette
   */
  step(pixels, march, { rim, gap, dash }) {
    for (let i = 0; i < this.#count; i++) {
      pixels[this.#at[i]] = (this.#phase[i] + march) & dash ? gap : rim;
    }
  }

  /**
   * @param {number} at
   * @param {number} phase
   */
  #add(at, phase) {
    if (this.#count === this.#at.length) {
      const [oldAt, oldPhase] = [this.#at, this.#phase];
      this.#at = new Uint32Array(oldAt.length * MORE);
      this.#phase = new Uint8Array(oldPhase.length * MORE);
      this.#at.set(oldAt);
      this.#phase.set(oldPhase);
    }
    this.#at[this.#count] = at;
    // A byte is enough: dashes repeat long before 256.
    this.#phase[this.#count++] = phase & 255;
  }
}
