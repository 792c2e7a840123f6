/** Where two compared pictures lie on a table. Pure numbers, CSS pixels. */

/** How two pictures are shown; "after": the second alone. @typedef {"line" | "sides" | "difference" | "after"} Mode */
/** @typedef {import("../view.js").Point} Point */
/** @typedef {import("../view.js").Size} Size */
/** @typedef {import("../view.js").View} View */
/** @typedef {{left: number, top: number, width: number, height: number}} Pane */

export const GAP = 2;

/**
 * Two panes beside each other, or one above the other where the table is high.
 * @param {Size} size
 * @returns {[Pane, Pane]}
 */
export function sides({ width, height }) {
  if (width >= height) {
    const half = (width - GAP) / 2;
    return [{ left: 0, top: 0, width: half, height }, { left: half + GAP, top: 0, width: half, height }];
  }
  const half = (height - GAP) / 2;
  return [{ left: 0, top: 0, width, height: half }, { left: 0, top: half + GAP, width, height: half }];
}

/**
 * The view of a pane: the same place in the middle, at the same zoom.
 * @param {View} view of the whole table
 * @param {Pane} pane
 * @param {Size} size of the table
 * @returns {View}
 */
export function viewIn(view, pane, size) {
  return {
    scale: view.scale,
    x: view.x + pane.left + (pane.width - size.width) / 2,
    y: view.y + pane.top + (pane.height - size.height) / 2,
  };
}

/**
 * Where on the whole table the place lies that a point of a pane shows.
 * @param {Point} point
 * @param {Size} size
 * @returns {Point}
 */
export function pointInPane(point, size) {
  const [first, second] = sides(size);
  const inSecond = point.x >= second.left && point.y >= second.top;
  const pane = inSecond ? second : first;
  return {
    x: point.x - pane.left - (pane.width - size.width) / 2,
    y: point.y - pane.top - (pane.height - size.height) / 2,
  };
}

/**
 * By how much less a picture is enlarged when it is fitted into a pane instead of the whole table.
 * @param {Size} picture
 * @param {Size} size
 */
export function shareInPane(picture, size) {
  const [pane] = sides(size);
  const scale = (/** @type {Size} */ room) => Math.min(room.width / picture.width, room.height / picture.height);
  return scale(pane) / scale(size);
}
