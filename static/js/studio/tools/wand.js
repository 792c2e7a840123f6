/** The magic wand: a click selects what has the colour of the place. */

/** @typedef {import("./tool.js").Desk} Desk */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Sample} Sample */
/** @typedef {import("./tool.js").Tool} Tool */

/** @type {import("../settings.js").Options} */
export const WAND_OPTIONS = {
  tolerance: { kind: "amount", start: 32, least: 0, most: 255, step: 1, unit: "" },
  contiguous: { kind: "switch", start: true },
  away: { kind: "switch", start: false },
};

export const LOADING = "Looking at the picture’s pixels";

/** @implements {Tool} */
export class WandTool {
  cursor = /** @type {const} */ ("cross");
  #desk;
  /** @type {{place: {x: number, y: number}, erase: boolean} | null} */
  #press = null;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  /** The pixels may be here before the first click is. */
  take() {
    this.#desk.pixels.load().catch(() => {});
  }

  /**
   * @param {Sample} sample
   * @param {Manner} manner
   */
  start(sample, { erase }) {
    const place = placeIn(this.#desk.sheet.mask, sample);
    this.#press = place && { place, erase: erase || this.#desk.settings.isOn("away") };
    return null;
  }

  move() {
    return null;
  }

  /** Not before the hand lets go: a second finger may turn it into a pinch. */
  end() {
    const press = this.#press;
    this.#press = null;
    if (press) this.#select(press.place, press.erase);
    return null;
  }

  cancel() {
    this.#press = null;
  }

  /**
   * @param {{x: number, y: number}} place
   * @param {boolean} erase
   */
  #select(place, erase) {
    const { pixels, selecting, settings } = this.#desk;
    const how = { tolerance: settings.number("tolerance"), contiguous: settings.isOn("contiguous") };
    void selecting.run(LOADING, async () => ({
      slots: await pixels.wand(place, how),
      way: erase ? "subtract" : "add",
      done: erase ? "Unselected" : "Selected",
      nothing: erase ? "Nothing of that is selected." : "All of that is selected already.",
    }));
  }
}

/**
 * The pixel at a place; null outside the picture.
 * @param {{width: number, height: number}} size
 * @param {{x: number, y: number}} place
 */
export function placeIn({ width, height }, { x, y }) {
  const place = { x: Math.floor(x), y: Math.floor(y) };
  return place.x >= 0 && place.y >= 0 && place.x < width && place.y < height ? place : null;
}
