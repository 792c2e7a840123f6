/**
 * A box pulled up by hand, whichever way: Shift makes its sides alike, Alt grows it from its middle, and
 * Space moves it as it is.
 */

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("./tool.js").Manner} Manner */
/** @typedef {import("./tool.js").Point} Point */

export class Pull {
  #from;
  #to;
  /** Alt that was down from the start means erasing; it has to be pressed anew to mean the middle. */
  #altIsStale;

  /**
   * @param {Point} from
   * @param {Manner} manner
   */
  constructor({ x, y }, { alt }) {
    this.#from = { x, y };
    this.#to = this.#from;
    this.#altIsStale = alt;
  }

  /**
   * @param {Point | undefined} to where the hand is; undefined when it has not moved
   * @param {Manner} manner
   * @returns {Box | null} null while nothing is pulled up
   */
  move(to, { shift, alt, space }) {
    if (!alt) this.#altIsStale = false;
    if (to && space) {
      this.#from = { x: this.#from.x + to.x - this.#to.x, y: this.#from.y + to.y - this.#to.y };
    }
    if (to) this.#to = { x: to.x, y: to.y };
    return boxBetween(this.#from, this.#to, shift, alt && !this.#altIsStale);
  }
}

/**
 * Whole pixels between two corners, or around a middle.
 * @param {Point} from
 * @param {Point} to
 * @param {boolean} alike whether both sides are as long as the longer one
 * @param {boolean} [fromMiddle]
 * @returns {Box | null} null when the hand has not moved
 */
export function boxBetween(from, to, alike, fromMiddle = false) {
  let dx = to.x - from.x;
  let dy = to.y - from.y;
  if (!dx && !dy) return null;
  if (alike) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    dx = side * (Math.sign(dx) || 1);
    dy = side * (Math.sign(dy) || 1);
  }
  const back = fromMiddle ? 1 : 0;
  const across = spanOf(from.x - back * dx, from.x + dx, alike ? dx * (1 + back) : 0);
  const down = spanOf(from.y - back * dy, from.y + dy, alike ? dy * (1 + back) : 0);
  return { left: across[0], right: across[1], top: down[0], bottom: down[1] };
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} length what rounding must not change; 0 = round both ends
 * @returns {[number, number]}
 */
function spanOf(a, b, length) {
  const least = Math.round(Math.min(a, b));
  return [least, length ? least + Math.round(Math.abs(length)) : Math.round(Math.max(a, b))];
}
