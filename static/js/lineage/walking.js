/** From which card an arrow key leads to which. Pure. */

/** @typedef {import("./layout.js").Place} Place */

/**
 * Left and right follow the lines, up and down stay in the column, whoever the parents are.
 * @param {Map<string, Place>} places
 * @param {(key: string) => string | null} parentOf
 * @param {string} from
 * @param {string} arrow as the key is called: ArrowLeft, ArrowRight, ArrowUp, ArrowDown, Home
 * @returns {string} the same card at the end of the tree
 */
export function cardBeside(places, parentOf, from, arrow) {
  const here = places.get(from);
  if (!here) return from;
  if (arrow === "ArrowLeft") return parentOf(from) ?? from;
  const middle = middleOf(here);
  if (arrow === "Home") return [...places.keys()].find((key) => parentOf(key) === null) ?? from;
  const there = [...places].filter(([key, place]) => {
    if (arrow === "ArrowRight") return parentOf(key) === from;
    if (key === from || place.column !== here.column) return false;
    return arrow === "ArrowDown" ? middleOf(place) > middle : middleOf(place) < middle;
  });
  return nearest(there, middle) ?? from;
}

/** @param {Place} place */
function middleOf({ y, height }) {
  return y + height / 2;
}

/**
 * @param {[string, Place][]} cards
 * @param {number} middle
 * @returns {string | undefined}
 */
function nearest(cards, middle) {
  const far = (/** @type {Place} */ place) => Math.abs(middleOf(place) - middle);
  return cards.sort(([, a], [, b]) => far(a) - far(b))[0]?.[0];
}
