/**
 * The picture's pixels for the stage. Two levels are enough: the preview, which the page has
 * loaded already, and the full raster, fetched only when someone zooms past the preview and the
 * machine can hold it.
 */

/** @typedef {Pick<import("./types.js").Picture, "width" | "height" | "preview_url" | "full_url">} Picture */
/** @typedef {{source: CanvasImageSource, width: number, height: number}} Level */

/** Larger rasters than this are not unpacked in the browser: four bytes a pixel. */
const MOST_FULL_PIXELS = 64e6;
const LEAST_MEMORY_GB = 4;

export class PictureLevels {
  #picture;
  /** Something small that is there already. @type {Level | null} */
  #standIn = null;
  /** @type {Level | null} */
  #preview = null;
  /** @type {Level | null} */
  #full = null;
  /** @type {Promise<void> | null} */
  #fetching = null;
  /** @type {Promise<void> | null} */
  #previewing = null;
  #isClosed = false;

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
   * Something to show until the preview is there.
   * @param {HTMLImageElement | null} image
   */
  takeStandIn(image) {
    if (!image?.complete || !image.naturalWidth) return;
    this.#standIn = { source: image, width: image.naturalWidth, height: image.naturalHeight };
  }

  /** Fetches the preview once, for a picture that does not stand on the page. */
  fetchPreview() {
    this.#previewing ??= this.#fetchPreview().catch((error) => {
      this.#previewing = null;
      throw error;
    });
    return this.#previewing;
  }

  async #fetchPreview() {
    if (this.#preview) return;
    // Not by `fetch`, which does not say which formats this browser takes: the server would make
    // WebP of the whole picture, though it has the AVIF that pages show.
    const image = new Image();
    image.src = this.#picture.preview_url;
    await image.decode();
    const level = levelOf(await createImageBitmap(image));
    if (this.#isClosed) closeLevel(level);
    else this.#preview = level;
  }

  /** Gives back the memory of the full raster; it is fetched again when it is wanted. */
  letGoOfFull() {
    closeLevel(this.#full);
    this.#full = null;
    this.#fetching = null;
  }

  /** Gives back all memory, for good. */
  close() {
    this.#isClosed = true;
    this.letGoOfFull();
    closeLevel(this.#preview);
    this.#preview = null;
  }

  /**
   * The level to draw at a zoom, null while nothing is there yet.
   * @param {number} scale device pixels per picture pixel
   * @returns {Level | null}
   */
  levelFor(scale) {
    return (this.#needsFull(scale) && this.#full) || (this.#preview ?? this.#standIn);
  }

  /**
   * The full raster at any zoom, once it is there.
   * @param {number} scale device pixels per picture pixel
   * @returns {Level | null}
   */
  finestFor(scale) {
    return this.#full ?? this.levelFor(scale);
  }

  /** @param {Level | null} level */
  isFull(level) {
    return level !== null && level === this.#full;
  }

  get hasFull() {
    return this.#full !== null;
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

  /**
   * Whether the full raster is held although a zoom does without it.
   * @param {number} scale device pixels per picture pixel
   */
  holdsFullIdly(scale) {
    return this.#full !== null && !this.#needsFull(scale);
  }

  /** Fetches the full raster once; asks again only after a failure. */
  fetchFull() {
    if (this.#fetching) return this.#fetching;
    const fetching = unpack(this.#picture.full_url).then(
      (level) => {
        // Let go of while it was on its way.
        if (this.#fetching !== fetching) closeLevel(level);
        else this.#full = level;
      },
      (error) => {
        if (this.#fetching === fetching) this.#fetching = null;
        throw error;
      },
    );
    this.#fetching = fetching;
    return fetching;
  }

  /** @param {number} scale */
  #needsFull(scale) {
    const preview = this.#preview;
    if (!preview || preview.width >= this.#picture.width) return false;
    return scale > (preview.width / this.#picture.width) * 1.02;
  }
}

/**
 * @param {string} url
 * @returns {Promise<Level>}
 */
async function unpack(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error("The picture could not be fetched.");
  return levelOf(await createImageBitmap(await response.blob()));
}

/**
 * @param {ImageBitmap} source
 * @returns {Level}
 */
function levelOf(source) {
  return { source, width: source.width, height: source.height };
}

/** @param {Level | null} level */
function closeLevel(level) {
  if (level?.source instanceof ImageBitmap) level.source.close();
}
