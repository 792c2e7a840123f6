/** Boxes of picture pixels: left and top inside, right and bottom just outside. */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/**
 * The smallest box around both; either may be missing.
 * @param {Box | null} a
 * @param {Box | null} b
 * @returns {Box | null}
 */
export function union(a, b) {
  if (!a || !b) return a ?? b;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/**
 * The whole pixels of a box that lie in a picture, or null when none do.
 * @param {Box} box may have fractions
 * @param {{width: number, height: number}} size
 * @returns {Box | null}
 */
export function clip(box, size) {
  const left = Math.max(0, Math.floor(box.left));
  const top = Math.max(0, Math.floor(box.top));
  const right = Math.min(size.width, Math.ceil(box.right));
  const bottom = Math.min(size.height, Math.ceil(box.bottom));
  return left < right && top < bottom ? { left, top, right, bottom } : null;
}
