/**
 * The picture's pixels for the stage. Two levels are enough: the preview, which the page has
 * loaded already, and the full raster, fetched only when someone zooms past the preview and the
 * machine can hold it.
 */

/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {{source: CanvasImageSource, width: number, height: number}} Level */

/** Larger rasters than this are not unpacked in the browser: four bytes a pixel. */
const MOST_FULL_PIXELS = 64e6;
const LEAST_MEMORY_GB = 4;

export class PictureLevels {
  #picture;
  /** @type {Level | null} */
  #preview = null;
  /** @type {Level | null} */
  #full = null;
  /** @type {Promise<void> | null} */
  #fetching = null;

  /** @param {Picture} picture */
  constructor(picture) {
    this.#picture = picture;
  }

  /**
   * Takes the preview from the page.
   * @param {HTMLImageElement} image
   */
  async takePreview(image) {
    await image.decode();
    this.#preview = { source: image, width: image.naturalWidth, height: image.naturalHeight };
    // A bitmap stays unpacked; an image may be unpacked anew whenever it is drawn.
    const source = await createImageBitmap(image).catch(() => image);
    this.#preview = { ...this.#preview, source };
  }

  /**
   * The level to draw at a zoom, null while nothing is there yet.
   * @param {number} scale device pixels per picture pixel
   * @returns {Level | null}
   */
  levelFor(scale) {
    return this.#needsFull(scale) && this.#full ? this.#full : this.#preview;
  }

  /**
   * Whether a sharper level should be fetched for a zoom.
   * @param {number} scale device pixels per picture pixel
   */
  wantsFull(scale) {
    const { width, height } = this.#picture;
    const memory = /** @type {{deviceMemory?: number}} */ (navigator).deviceMemory;
    return (
      this.#needsFull(scale) &&
      !this.#full &&
      width * height <= MOST_FULL_PIXELS &&
      (memory === undefined || memory >= LEAST_MEMORY_GB)
    );
  }

  /** Fetches the full raster once; asks again only after a failure. */
  fetchFull() {
    this.#fetching ??= this.#fetchFull().catch((error) => {
      this.#fetching = null;
      throw error;
    });
    return this.#fetching;
  }

  async #fetchFull() {
    const response = await fetch(this.#picture.full_url);
    if (!response.ok) throw new Error("The full picture could not be fetched.");
    const source = await createImageBitmap(await response.blob());
    this.#full = { source, width: source.width, height: source.height };
  }

  /** @param {number} scale */
  #needsFull(scale) {
    const preview = this.#preview;
    if (!preview || preview.width >= this.#picture.width) return false;
    return scale > (preview.width / this.#picture.width) * 1.02;
  }
}
