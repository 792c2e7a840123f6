/** The brush as the person left it. Its size is kept as a share of the picture, so that it fits the next one. */

/** @typedef {"brush" | "eraser" | "rectangle" | "hand"} ToolName */
/** @typedef {{share: number, hardness: number}} Kept */

const KEY = "nanoedit.brush";
const DEFAULTS = { share: 0.06, hardness: 0.8 };
/** Diameters go from one pixel to this share of the picture's short side. */
const LARGEST_SHARE = 0.75;
const LEAST_LARGEST = 64;
const STEP = 1.12;
const BIG_STEP = 1.6;
const HARDNESS_STEP = 0.1;

export class BrushSettings {
  #storage;
  #shortSide;
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {{width: number, height: number}} picture
   * @param {Pick<Storage, "getItem" | "setItem"> | null} storage where it is remembered, if anywhere
   */
  constructor(picture, storage) {
    this.#storage = storage;
    this.#shortSide = Math.min(picture.width, picture.height);
    this.largest = Math.max(LEAST_LARGEST, Math.round(this.#shortSide * LARGEST_SHARE));
    const kept = read(storage);
    this.size = this.#allowed(kept.share * this.#shortSide);
    this.hardness = kept.hardness;
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /**
   * @param {{size?: number, hardness?: number}} change size is a diameter in picture pixels
   */
  set({ size = this.size, hardness = this.hardness }) {
    this.size = this.#allowed(size);
    this.hardness = Math.round(Math.min(1, Math.max(0, hardness)) * 100) / 100;
    const kept = { share: this.size / this.#shortSide, hardness: this.hardness };
    try {
      this.#storage?.setItem(KEY, JSON.stringify(kept));
    } catch {
      // A full or forbidden storage only means that the next page starts with the defaults.
    }
    for (const listener of this.#listeners) listener();
  }

  /**
   * @param {number} steps positive = larger
   * @param {boolean} [big]
   */
  resize(steps, big = false) {
    const size = this.size * (big ? BIG_STEP : STEP) ** steps;
    // Small brushes would stand still under rounding.
    const moved = steps > 0 ? Math.max(size, this.size + 1) : Math.min(size, this.size - 1);
    this.set({ size: moved });
  }

  /** @param {number} steps positive = harder */
  harden(steps) {
    this.set({ hardness: this.hardness + steps * HARDNESS_STEP });
  }

  /** The size as a place on a logarithmic scale from 0 to 1. */
  get sizePlace() {
    return Math.log(this.size) / Math.log(this.largest);
  }

  /** @param {number} place */
  sizeAt(place) {
    return this.largest ** place;
  }

  /** @param {number} size */
  #allowed(size) {
    return Math.round(Math.min(this.largest, Math.max(1, size)));
  }
}

/**
 * @param {Pick<Storage, "getItem"> | null} storage
 * @returns {Kept}
 */
function read(storage) {
  try {
    const { share, hardness } = JSON.parse(storage?.getItem(KEY) ?? "{}");
    if (share > 0 && share <= 1 && hardness >= 0 && hardness <= 1) return { share, hardness };
  } catch {
    // Whatever stands there is no brush.
  }
  return DEFAULTS;
}
