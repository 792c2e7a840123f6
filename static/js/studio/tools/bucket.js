/** The bucket: a click fills the area that the paint encloses; erasing, it empties a painted one. */

import { areaAt, isPaint } from "../mask/bucket.js";
import { LOADING, placeIn } from "./wand.js";

/** @typedef {import("./tool.js").Desk} Desk */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Sample} Sample */
/** @typedef {import("./tool.js").Tool} Tool */
/** @typedef {import("../selecting.js").Found} Found */

/** @type {import("../settings.js").Options} */
export const BUCKET_OPTIONS = {
  colour: { kind: "switch", start: false },
  tolerance: { kind: "amount", start: 32, least: 0, most: 255, step: 1, unit: "" },
  away: { kind: "switch", start: false },
};

/** @implements {Tool} */
export class BucketTool {
  cursor = /** @type {const} */ ("cross");
  #desk;
  /** @type {{place: {x: number, y: number}, erase: boolean} | null} */
  #press = null;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  take() {
    if (this.#desk.settings.isOn("colour")) this.#desk.pixels.load().catch(() => {});
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

  /** @param {{x: number, y: number}} place */
  #empty({ x, y }) {
    const { mask } = this.#desk.sheet;
    if (!isPaint(mask.at(x, y))) throw new Error("Nothing is painted there.");
    return found(areaAt(mask, x, y), "subtract", "Emptied", "Nothing is painted there.");
  }

  /**
   * @param {{x: number, y: number}} place
   * @returns {Promise<Found>}
   */
  async #fill({ x, y }) {
    const { sheet, settings, pixels } = this.#desk;
    const byColour = settings.isOn("colour");
    if (isPaint(sheet.mask.at(x, y))) throw new Error("That is painted already. With Ctrl the bucket empties it.");
    if (sheet.mask.isEmpty && !byColour) throw new Error("Paint around an area first, then click into it.");
    const area = areaAt(sheet.mask, x, y);
    if (!byColour) return found(area, "add", "Filled", "That is painted already.");
    const how = { tolerance: settings.number("tolerance"), contiguous: true, within: area };
    return found(await pixels.wand({ x, y }, how), "add", "Filled", "That is painted already.");
  }

  move() {
    return null;
  }

  /** Not before the hand lets go: a second finger may turn it into a pinch. */
  end() {
    const press = this.#press;
    this.#press = null;
    if (!press) return null;
    const look = () => (press.erase ? this.#empty(press.place) : this.#fill(press.place));
    void this.#desk.selecting.run(LOADING, look);
    return null;
  }

  cancel() {
    this.#press = null;
  }
}

/**
 * @param {Found["slots"]} slots
 * @param {Found["way"]} way
 * @param {string} done
 * @param {string} nothing
 * @returns {Found}
 */
function found(slots, way, done, nothing) {
  return { slots, way, done, nothing };
}
