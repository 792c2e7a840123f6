/** The edge of the mask over the picture, drawn as the studio draws it. */

import { makePalette, OverlayPainter } from "../studio/mask/overlay.js";
import { TileMask } from "../studio/mask/tiles.js";
import { MaskFiles } from "../studio/mask-files.js";
import { sides, viewIn } from "../studio/compare/panes.js";

/** @typedef {import("../studio/view.js").View} View */

const BLACK = { red: 0, green: 0, blue: 0, alpha: 255 };
const WHITE = { red: 255, green: 255, blue: 255, alpha: 255 };
const NOTHING = { ...BLACK, alpha: 0 };
const STRIPE = 4;

export class Outline {
  #canvas;
  #url;
  #table;
  #painter = new OverlayPainter();
  /** White dashes on black are seen on every picture. */
  #palette = makePalette(NOTHING, NOTHING, BLACK, { gap: WHITE });
  /** @type {Promise<TileMask> | null} */
  #reading = null;
  #frame = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {string} url of the mask
   * @param {import("./table.js").ViewerTable} table
   */
  constructor(canvas, url, table) {
    this.#canvas = canvas;
    this.#url = url;
    this.#table = table;
    table.onChange(() => this.redraw());
  }

  get isShown() {
    return !this.#canvas.hidden;
  }

  /** @param {boolean} isShown */
  show(isShown) {
    this.#canvas.hidden = !isShown;
    this.redraw();
  }

  redraw() {
    if (this.isShown) this.#frame ||= requestAnimationFrame(() => void this.#draw());
  }

  async #draw() {
    this.#reading ??= readMask(this.#url);
    const mask = await this.#reading.catch(() => null);
    this.#frame = 0;
    if (!mask || !this.isShown) return;
    const { size, view, density, isInPanes } = this.#table;
    const [width, height] = [Math.round(size.width * density), Math.round(size.height * density)];
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      [this.#canvas.width, this.#canvas.height] = [width, height];
    }
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (const pane of isInPanes ? sides(size) : [{ left: 0, top: 0, ...size }]) {
      const { scale, x, y } = isInPanes ? viewIn(view, pane, size) : view;
      const box = {
        left: Math.round(pane.left * density),
        top: Math.round(pane.top * density),
        right: Math.min(width, Math.round((pane.left + pane.width) * density)),
        bottom: Math.min(height, Math.round((pane.top + pane.height) * density)),
      };
      const placing = { scale: scale * density, x: x * density, y: y * density };
      this.#painter.draw(mask, pixels, width, box, placing, this.#palette, STRIPE);
    }
    context.putImageData(image, 0, 0);
  }
}

/** @param {string} url */
async function readMask(url) {
  const { width, height, slots } = await new MaskFiles().read(url);
  const mask = new TileMask(width, height);
  mask.slots = slots;
  return mask;
}
