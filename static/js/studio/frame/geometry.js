/** A frame moved and resized by hand. Pure; boxes are picture pixels, whole ones at the end. */

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("../view.js").Size} Size */
/** @typedef {"n" | "ne" | "e" | "se" | "s" | "sw" | "w" | "nw"} Handle */

/** @type {readonly Handle[]} */
export const HANDLES = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
/** No side gets shorter than this, as far as the picture goes. */
export const LEAST_SIDE = 64;
/** A frame this near to a shape has it; one that could not reach it is free. */
const SAME_SHAPE = 0.02;

/**
 * @param {Box} box
 * @param {number} dx
 * @param {number} dy
 * @param {Size} picture
 * @returns {Box}
 */
export function moved(box, dx, dy, picture) {
  const { width, height } = sizeOf(box);
  const left = Math.round(clamp(box.left + dx, 0, picture.width - width));
  const top = Math.round(clamp(box.top + dy, 0, picture.height - height));
  return { left, top, right: left + width, bottom: top + height };
}

/**
 * @param {Box} box
 * @param {Handle} handle the edge or corner that is pulled; the opposite one stays
 * @param {number} dx
 * @param {number} dy
 * @param {Size} picture
 * @param {number | null} shape width over height that is kept, if the frame has it
 * @returns {Box}
 */
export function resized(box, handle, dx, dy, picture, shape) {
  const free = pulled(box, handle, dx, dy, picture);
  const before = sizeOf(box);
  const hasShape = shape !== null && Math.abs(before.width / before.height / shape - 1) < SAME_SHAPE;
  return rounded(hasShape && shape !== null ? inShape(free, box, handle, shape, picture) : free, picture);
}

/**
 * @param {Box} box
 * @returns {Size}
 */
export function sizeOf({ left, top, right, bottom }) {
  return { width: right - left, height: bottom - top };
}

/**
 * @param {Box} box
 * @param {Handle} handle
 * @param {number} dx
 * @param {number} dy
 * @param {Size} picture
 * @returns {Box}
 */
function pulled(box, handle, dx, dy, picture) {
  const { left, top, right, bottom } = box;
  const wide = Math.min(LEAST_SIDE, right - left);
  const high = Math.min(LEAST_SIDE, bottom - top);
  return {
    left: handle.includes("w") ? clamp(left + dx, 0, right - wide) : left,
    top: handle.startsWith("n") ? clamp(top + dy, 0, bottom - high) : top,
    right: handle.includes("e") ? clamp(right + dx, left + wide, picture.width) : right,
    bottom: handle.startsWith("s") ? clamp(bottom + dy, top + high, picture.height) : bottom,
  };
}

/**
 * Gives the box the shape again: the side that was pulled decides, at corners the longer one.
 * @param {Box} free
 * @param {Box} box as it was
 * @param {Handle} handle
 * @param {number} shape
 * @param {Size} picture
 * @returns {Box}
 */
function inShape(free, box, handle, shape, picture) {
  const { width, height } = sizeOf(free);
  const byWidth = handle === "e" || handle === "w" || (handle.length === 2 && width > height * shape);
  const wanted = byWidth ? width : height * shape;
  const anchor = anchorOf(box, handle);
  const wide = Math.min(wanted, room(anchor.x, handle, "w", "e", picture.width),
    room(anchor.y, handle, "n", "s", picture.height) * shape);
  const high = wide / shape;
  const left = startOf(anchor.x, wide, handle, "w", "e");
  const top = startOf(anchor.y, high, handle, "n", "s");
  return { left, top, right: left + wide, bottom: top + high };
}

/**
 * What stays where it is: the opposite corner, or the middle of the opposite edge.
 * @param {Box} box
 * @param {Handle} handle
 */
function anchorOf({ left, top, right, bottom }, handle) {
  const x = handle.includes("w") ? right : handle.includes("e") ? left : (left + right) / 2;
  const y = handle.startsWith("n") ? bottom : handle.startsWith("s") ? top : (top + bottom) / 2;
  return { x, y };
}

/**
 * How long a side may get from its anchor.
 * @param {number} anchor
 * @param {string} handle
 * @param {string} back the handles that grow towards 0
 * @param {string} forth those that grow towards the end
 * @param {number} end
 */
function room(anchor, handle, back, forth, end) {
  if (handle.includes(back)) return anchor;
  if (handle.includes(forth)) return end - anchor;
  return 2 * Math.min(anchor, end - anchor);
}

/**
 * @param {number} anchor
 * @param {number} length
 * @param {string} handle
 * @param {string} back
 * @param {string} forth
 */
function startOf(anchor, length, handle, back, forth) {
  if (handle.includes(back)) return anchor - length;
  return handle.includes(forth) ? anchor : anchor - length / 2;
}

/**
 * @param {Box} box
 * @param {Size} picture
 * @returns {Box}
 */
function rounded(box, picture) {
  const width = Math.min(picture.width, Math.max(1, Math.round(box.right - box.left)));
  const height = Math.min(picture.height, Math.max(1, Math.round(box.bottom - box.top)));
  return moved({ ...box, right: box.left + width, bottom: box.top + height }, 0, 0, picture);
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}
