/* The edge of the paint over the pictures that are compared, as long as these lie on one another. */

import { Outline } from "../viewer/outline.js";

/** @type {WeakMap<HTMLElement, Outline>} */
const drawn = new WeakMap();

/**
 * @param {HTMLElement} compare
 * @param {boolean} isShown
 */
export function outline(compare, isShown) {
  const known = drawn.get(compare);
  if (known) known.show(isShown);
  else if (isShown) begin(compare);
}

/** @param {HTMLElement} compare */
function begin(compare) {
  const stage = /** @type {HTMLElement | null} */ (compare.querySelector(".compare__stage"));
  const image = /** @type {HTMLImageElement | null} */ (stage?.querySelector(".compare__after"));
  if (!stage || !image) return;
  const canvas = document.createElement("canvas");
  canvas.className = "desk__outline";
  canvas.setAttribute("aria-hidden", "true");
  stage.append(canvas);
  const made = new Outline(canvas, compare.dataset.mask ?? "", /** @type {any} */ (tableOf(stage, image)));
  drawn.set(compare, made);
  made.show(true);
  new ResizeObserver(() => made.redraw()).observe(stage);
}

/**
 * What the outline asks of the table that pictures lie on.
 * @param {HTMLElement} stage
 * @param {HTMLImageElement} image
 */
function tableOf(stage, image) {
  const width = Number(image.getAttribute("width"));
  const height = Number(image.getAttribute("height"));
  return {
    onChange() {},
    isInPanes: false,
    get density() {
      return devicePixelRatio;
    },
    get size() {
      // A result behind another tab has no size, and is drawn when it gets one.
      return { width: Math.max(1, stage.clientWidth), height: Math.max(1, stage.clientHeight) };
    },
    get view() {
      const scale = Math.min(stage.clientWidth / width, stage.clientHeight / height);
      return { scale, x: (stage.clientWidth - width * scale) / 2, y: (stage.clientHeight - height * scale) / 2 };
    },
  };
}
