/** What is done to the whole mask: each command is one undo step. */

import { clear, fillAll, invert } from "./mask/raster.js";
import { TILE } from "./mask/tiles.js";
import { MaskReshaper } from "./mask-reshaper.js";

/** @typedef {import("./mask/reshaping.js").Manner} Manner */
/** @typedef {import("./settings.js").ToolSettings} ToolSettings */
/** @typedef {import("./toolbar.js").Commands} Commands */

/** So far the worker looks around a tile. */
const MOST_FEATHER = TILE;
/** Soft paint takes long to grow much farther. */
const MOST_EDGE = 100;

/** By how many pixels, as the person left it. @type {import("./settings.js").Options} */
export const MASK_OPTIONS = {
  edge: { kind: "amount", start: 4, least: 1, most: MOST_EDGE, step: 1, unit: "px" },
  feather: { kind: "amount", start: 8, least: 1, most: MOST_FEATHER, step: 1, unit: "px" },
};

/** Presses beyond these, while earlier ones are still worked on, are let go. */
const MOST_WAITING = 8;

/**
 * @param {import("./mask/sheet.js").MaskSheet} sheet
 * @param {ToolSettings} settings with MASK_OPTIONS
 * @param {import("./long-work.js").LongWork} work
 * @returns {Commands}
 */
export function maskCommands(sheet, settings, work) {
  const reshaper = new MaskReshaper();
  const isPainted = () => !sheet.mask.isEmpty;
  /**
   * @param {string} words
   * @param {Manner["kind"]} kind
   * @param {"edge" | "feather"} amount
   */
  const reshape = (words, kind, amount) => ({
    run: () => {
      if (work.waiting >= MOST_WAITING) return;
      const manner = { kind, radius: settings.number(amount) };
      void work.run(words, (signal) => reshaper.reshape(sheet.mask, manner, signal));
    },
    isEnabled: isPainted,
  });
  return {
    all: { run: () => void sheet.change(fillAll) },
    invert: { run: () => void sheet.change(invert) },
    clear: { run: () => void sheet.change(clear), isEnabled: isPainted },
    grow: reshape("Growing the mask", "grow", "edge"),
    shrink: reshape("Shrinking the mask", "shrink", "edge"),
    feather: reshape("Feathering the mask", "feather", "feather"),
  };
}
