/** What of the studio looks at the picture itself: its pixels, outlines, and how both get into the mask. */

import { Outlines } from "./outlines.js";
import { PicturePixels } from "./picture-pixels.js";
import { Selecting } from "./selecting.js";

/** @typedef {import("./mask/sheet.js").MaskSheet} MaskSheet */
/** @typedef {import("./toolbar.js").Commands} Commands */

export class Selection {
  #sheet;

  /**
   * @param {HTMLElement} stage
   * @param {import("./types.js").Picture} picture
   * @param {MaskSheet} sheet
   * @param {() => void} tell called when something may have begun or ended
   */
  constructor(stage, picture, sheet, tell) {
    const told = /** @type {HTMLElement} */ (stage.querySelector("[data-stage-told]"));
    this.#sheet = sheet;
    this.pixels = new PicturePixels(picture);
    this.selecting = new Selecting(sheet, told, tell);
    this.outlines = new Outlines(sheet, this.pixels, this.selecting, picture.outline_url, tell);
  }

  /** What tools take of it. */
  get parts() {
    const { pixels, selecting, outlines } = this;
    return { pixels, selecting, outlines };
  }

  /** @returns {Commands} */
  commands() {
    const { selecting, outlines } = this;
    return {
      snap: { run: () => void outlines.snapPainted(), isEnabled: () => !this.#sheet.mask.isEmpty },
      refine: { run: () => void outlines.refine(), isEnabled: () => outlines.canRefine && !selecting.isBusy },
    };
  }
}
