/** Where somebody looked, told so that it holds on a stage of another size, too. */

/** @typedef {{x: number, y: number, scale: number}} Place the picture's point in the middle, and the scale */

/**
 * @param {import("../view.js").View} view
 * @param {import("../view.js").Size} stage
 * @returns {Place}
 */
export function placeOf({ scale, x, y }, stage) {
  return {
    x: rounded((stage.width / 2 - x) / scale),
    y: rounded((stage.height / 2 - y) / scale),
    scale: Number(scale.toPrecision(6)),
  };
}

/**
 * @param {Place} place
 * @param {import("../view.js").Size} stage
 * @returns {import("../view.js").View}
 */
export function viewAt({ x, y, scale }, stage) {
  return { scale, x: stage.width / 2 - x * scale, y: stage.height / 2 - y * scale };
}

/** @param {number} number */
function rounded(number) {
  return Math.round(number * 10) / 10;
}
