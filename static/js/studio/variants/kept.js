/**
 * The unpacked pictures of the results that were looked at last. A preview takes up to 17 MB, a
 * full raster of 50 megapixels 200 MB: only so many previews are kept, and one full raster.
 */

/** @typedef {import("../picture.js").PictureLevels} PictureLevels */

export const MOST_KEPT = 5;

export class KeptPictures {
  /** The one used longest ago comes first. @type {Map<string, Pick<PictureLevels, "close" | "letGoOfFull">>} */
  #kept = new Map();
  #most;

  /** @param {number} [most] */
  constructor(most = MOST_KEPT) {
    this.#most = most;
  }

  /**
   * @template {Pick<PictureLevels, "close" | "letGoOfFull">} T
   * @param {string} key
   * @param {() => T} make
   * @returns {T}
   */
  get(key, make) {
    const found = /** @type {T | undefined} */ (this.#kept.get(key)) ?? make();
    this.#kept.delete(key);
    this.#kept.set(key, found);
    for (const [old, levels] of this.#kept) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(old);
      levels.close();
    }
    return found;
  }

  /** @param {string[]} keys whose full rasters may stay */
  keepFull(keys) {
    for (const [key, levels] of this.#kept) if (!keys.includes(key)) levels.letGoOfFull();
  }
}
