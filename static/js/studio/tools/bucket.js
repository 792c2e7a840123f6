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
};

/** @implements {Tool} */
export class BucketTool {
  cursor = /** @type {const} */ ("cross");
  #desk;

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
    if (place) void this.#desk.selecting.run(LOADING, () => (erase ? this.#empty(place) : this.#fill(place)));
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

  end() {
    return null;
  }

  cancel() {}
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
