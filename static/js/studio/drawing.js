/** Draws the part of a picture that is in sight. */

import { clip } from "./mask/box.js";

/** @typedef {import("./picture.js").Level} Level */
/** @typedef {import("./view.js").View} View */
/** @typedef {import("./view.js").Size} Size */

/** From this zoom on single picture pixels are shown as squares. */
const SQUARES_FROM = 3;

/**
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} context
 * @param {Level} level
 * @param {View} view in pixels of the canvas
 * @param {Size} picture in picture pixels
 */
export function drawLevel(context, level, { scale, x, y }, picture) {
  const { canvas } = context;
  // Only what is in sight is drawn; browsers do not clip huge bitmaps themselves.
  const seen = clip(
    {
      left: -x / scale - 1,
      top: -y / scale - 1,
      right: (canvas.width - x) / scale + 1,
      bottom: (canvas.height - y) / scale + 1,
    },
    picture,
  );
  if (!seen) return;
  const ratioX = level.width / picture.width;
  const ratioY = level.height / picture.height;
  const width = seen.right - seen.left;
  const height = seen.bottom - seen.top;
  context.imageSmoothingEnabled = scale < SQUARES_FROM;
  context.imageSmoothingQuality = scale < ratioX ? "medium" : "low";
  context.drawImage(
    level.source,
    seen.left * ratioX, seen.top * ratioY, width * ratioX, height * ratioY,
    seen.left * scale + x, seen.top * scale + y, width * scale, height * scale,
  );
}
