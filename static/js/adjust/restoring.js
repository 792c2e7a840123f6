/** The brush that paints the original back: the studio's mask at the picture's size, seen small. */

import { MaskSheet } from "../studio/mask/sheet.js";
import { TILE, TILE_SHIFT } from "../studio/mask/tiles.js";
import { BrushTool } from "../studio/tools/brush.js";

/** @typedef {import("../studio/mask/box.js").Box} Box */
/** @typedef {import("../studio/mask/tiles.js").TileMask} TileMask */
/** @typedef {import("../studio/settings.js").ToolSettings} ToolSettings */

const HISTORY_BYTES = 48 * 1024 * 1024;

export class Restoring {
  #small;
  #into;
  #tell;
  tool;
  sheet;

  /**
   * @param {{width: number, height: number}} picture
   * @param {{width: number, height: number}} small the preview's size
   * @param {Uint8Array} into the preview's plane, kept in step
   * @param {ToolSettings} brush
   * @param {(changed: Box | null) => void} tell with the preview pixels that have changed; null = all
   */
  constructor(picture, small, into, brush, tell) {
    this.#small = small;
    this.#into = into;
    this.#tell = tell;
    this.sheet = new MaskSheet(picture.width, picture.height, { budget: HISTORY_BYTES });
    this.tool = new BrushTool({ sheet: this.sheet, settings: brush });
    this.sheet.onChange(() => this.changed(null));
  }

  /**
   * Brings the preview's plane in step.
   * @param {Box | null} box picture pixels; null = everything
   */
  changed(box) {
    const { width, height } = this.#small;
    const { mask } = this.sheet;
    const across = mask.width / width;
    const down = mask.height / height;
    const part = box
      ? {
          left: Math.max(0, Math.floor(box.left / across)),
          top: Math.max(0, Math.floor(box.top / down)),
          right: Math.min(width, Math.ceil(box.right / across)),
          bottom: Math.min(height, Math.ceil(box.bottom / down)),
        }
      : { left: 0, top: 0, right: width, bottom: height };
    shrinkInto(this.#into, width, part, mask, across, down);
    this.#tell(box ? part : null);
  }

  /** Takes the running stroke back. */
  cancel() {
    this.tool.cancel();
    this.changed(null);
  }
}

/**
 * Averages a part of the mask into small pixels.
 * @param {Uint8Array} into
 * @param {number} width
 * @param {Box} part
 * @param {TileMask} mask
 * @param {number} across picture pixels per small one
 * @param {number} down
 */
export function shrinkInto(into, width, { left, top, right, bottom }, mask, across, down) {
  for (let y = top; y < bottom; y++) {
    const from = Math.floor(y * down);
    const until = Math.max(from + 1, Math.min(mask.height, Math.floor((y + 1) * down)));
    for (let x = left; x < right; x++) {
      const first = Math.floor(x * across);
      const last = Math.max(first + 1, Math.min(mask.width, Math.floor((x + 1) * across)));
      into[y * width + x] = mean(mask, first, last, from, until);
    }
  }
}

/**
 * @param {TileMask} mask
 * @param {number} left
 * @param {number} right
 * @param {number} top
 * @param {number} bottom
 */
function mean(mask, left, right, top, bottom) {
  const row = (top >> TILE_SHIFT) * mask.columns;
  const isInOneTile = left >> TILE_SHIFT === (right - 1) >> TILE_SHIFT && top >> TILE_SHIFT === (bottom - 1) >> TILE_SHIFT;
  if (isInOneTile && !mask.slots[row + (left >> TILE_SHIFT)]) return 0;
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    const tiles = (y >> TILE_SHIFT) * mask.columns;
    const line = (y & (TILE - 1)) << TILE_SHIFT;
    for (let x = left; x < right; x++) {
      const slot = mask.slots[tiles + (x >> TILE_SHIFT)];
      if (slot) sum += slot[line | (x & (TILE - 1))];
    }
  }
  return Math.round(sum / ((right - left) * (bottom - top)));
}
