/** The two canvases, both as large as the stage and never larger: the picture and the mask over it. */

import { drawLevel } from "./drawing.js";
import { FIRST_LOOK, readColour, shadesOf } from "./look.js";
import { Ants } from "./mask/ants.js";
import { OverlayPainter, makePalette } from "./mask/overlay.js";
import { clip } from "./mask/box.js";

/** @typedef {import("./mask/box.js").Box} Box */
/** @typedef {import("./mask/tiles.js").TileMask} TileMask */
/** @typedef {import("./picture.js").Level} Level */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./view.js").Size} Size */

/** Width of an overlay stripe in CSS pixels; becomes a power of two of device pixels. */
const STRIPE = 4;
const DASH = 4;
const BLACK = { red: 0, green: 0, blue: 0, alpha: 255 };
const WHITE = { red: 255, green: 255, blue: 255, alpha: 255 };

export class Layers {
  #picture;
  #overlay;
  #painter = new OverlayPainter();
  #palette;
  #outline;
  /** Whether only the edge of the mask is drawn. */
  outlines = false;
  #pixels = new ImageData(1, 1);
  #ants = new Ants();
  /** Whether the mask was drawn since the last step, and whether the ants have to be found anew. */
  #drawn = true;
  #lost = true;
  /** Where their dashes begin. */
  #origin = 0;
  /** Device pixels per CSS pixel. */
  density = 1;

  /**
   * @param {HTMLCanvasElement} picture
   * @param {HTMLCanvasElement} overlay
   */
  constructor(picture, overlay) {
    this.#picture = context(picture);
    this.#overlay = context(overlay);
    this.#palette = paletteOf(FIRST_LOOK, overlay);
    const rim = { ...readColour(getComputedStyle(overlay).getPropertyValue("--color-mask-light")), alpha: 255 };
    this.#outline = makePalette({ ...rim, alpha: 0 }, { ...rim, alpha: 0 }, rim);
  }

  /** @param {import("./preferences.js").KeptLook} look takes effect with the next drawing */
  setLook(look) {
    const { canvas } = this.#overlay;
    this.#palette = paletteOf(look, canvas);
    canvas.style.mixBlendMode = look.colour === "negative" ? "difference" : "";
  }

  /** Moves the dashes of the outline one pixel on. */
  march() {
    // While a hand paints or moves the view, its frames come first: the outline waits for a pause.
    if (this.#drawn) {
      this.#drawn = false;
      this.#lost = true;
      return;
    }
    const pixels = new Uint32Array(this.#pixels.data.buffer);
    if (this.#lost) this.#ants.find(pixels, this.#pixels.width, this.#origin);
    this.#lost = false;
    this.#palette.march = (this.#palette.march + Math.round(this.density)) & (this.#palette.dash * 2 - 1);
    this.#ants.step(pixels, this.#palette.march, this.#palette);
    const { box } = this.#ants;
    if (!box) return;
    const { left, top, right, bottom } = box;
    this.#overlay.putImageData(this.#pixels, 0, 0, left, top, right - left, bottom - top);
  }

  /**
   * @param {Size} size of the stage in CSS pixels
   * @param {number} density
   */
  resize(size, density) {
    this.density = density;
    const width = Math.max(1, Math.round(size.width * density));
    const height = Math.max(1, Math.round(size.height * density));
    for (const { canvas } of [this.#picture, this.#overlay]) {
      canvas.width = width;
      canvas.height = height;
      canvas.style.width = `${width / density}px`;
      canvas.style.height = `${height / density}px`;
    }
    this.#pixels = new ImageData(width, height);
    this.#drawn = true;
  }

  /**
   * @param {Level | null} level
   * @param {View} view
   * @param {Size} picture in picture pixels
   */
  drawPicture(level, view, picture) {
    const { canvas } = this.#picture;
    this.#picture.clearRect(0, 0, canvas.width, canvas.height);
    if (!level) return;
    const scale = view.scale * this.density;
    const x = view.x * this.density;
    const y = view.y * this.density;
    drawLevel(this.#picture, level, { scale, x, y }, picture);
  }

  /**
   * @param {TileMask} mask
   * @param {View} view
   * @param {Box | null} changed picture pixels to draw anew; null = everything
   */
  drawMask(mask, view, changed) {
    const { width, height } = this.#overlay.canvas;
    const scale = view.scale * this.density;
    const x = view.x * this.density;
    const y = view.y * this.density;
    const box = clip(
      changed
        ? {
            left: changed.left * scale + x - 2,
            top: changed.top * scale + y - 2,
            right: changed.right * scale + x + 2,
            bottom: changed.bottom * scale + y + 2,
          }
        : { left: 0, top: 0, right: width, bottom: height },
      { width, height },
    );
    if (!box) return;
    this.#drawn = true;
    this.#palette.dash = this.density > 1.5 ? DASH * 2 : DASH;
    this.#origin = Math.round(x) + Math.round(y);
    const pixels = new Uint32Array(this.#pixels.data.buffer);
    const stripe = this.density > 1.5 ? STRIPE * 2 : STRIPE;
    this.#painter.draw(mask, pixels, width, box, { scale, x, y }, this.outlines ? this.#outline : this.#palette, stripe);
    const size = [box.right - box.left, box.bottom - box.top];
    this.#overlay.putImageData(this.#pixels, 0, 0, box.left, box.top, size[0], size[1]);
  }
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  const found = canvas.getContext("2d");
  if (!found) throw new Error("This browser draws no canvas.");
  return found;
}

/**
 * @param {import("./preferences.js").KeptLook} look
 * @param {HTMLElement} element whose tokens hold
 */
function paletteOf({ colour, opacity, pattern, outline }, element) {
  const style = getComputedStyle(element);
  const token = (/** @type {string} */ name) => readColour(style.getPropertyValue(`--color-mask-${name}`));
  const alpha = (opacity / 100) * 255;
  const main = { ...token(colour), alpha };
  const { dark, light } =
    colour === "signal" ? { dark: token("dark"), light: token("light") } : shadesOf(main);
  const marches = outline === "moving";
  const kind = {
    pattern: /** @type {import("./mask/overlay.js").Pattern} */ (pattern),
    main,
    gap: outline === "none" ? null : marches ? WHITE : { ...dark, alpha },
  };
  // A negative is white that is subtracted: its darker stripe only turns less of the picture around.
  if (colour === "negative") {
    // At half its strength every colour would come out as the same grey.
    const [faint, strong] = [alpha / 5, 204 + alpha / 5];
    return makePalette({ ...WHITE, alpha: faint }, { ...WHITE, alpha: strong }, marches ? BLACK : WHITE, {
      ...kind,
      main: { ...WHITE, alpha: strong },
      gap: kind.gap && WHITE,
    });
  }
  return makePalette({ ...dark, alpha }, { ...light, alpha }, marches ? BLACK : { ...dark, alpha }, kind);
}
