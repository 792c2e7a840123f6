/**
 * Where the cards of a family lie: each step and each picture in the column of its generation, as close
 * together as nothing overlaps, each in the middle of what comes from it. Pure numbers, CSS pixels.
 */

/**
 * @typedef {object} Card
 * @property {string} key
 * @property {string | null} parent key of what it hangs on
 * @property {number} width
 * @property {number} height
 */
/** @typedef {{x: number, y: number, width: number, height: number, column: number}} Place */
/** @typedef {{places: Map<string, Place>, width: number, height: number}} Layout */
/** The outline of a branch, column by column from its own on; relative to the middle of its first card. */
/** @typedef {{top: number, bottom: number}[]} Outline */

/** Between columns: room for the lines. */
export const COLUMN_GAP = 36;
/** Between cards of one parent, and of different ones. */
export const CARD_GAP = 16;
export const BRANCH_GAP = 28;

/**
 * @param {Card[]} cards parents before their children, children in the order in which they are to stand
 * @returns {Layout}
 */
export function layOut(cards) {
  const children = childrenOf(cards);
  const columns = columnsOf(cards);
  /** Middle of each card, relative to its parent's. @type {Map<string, number>} */
  const offsets = new Map();
  /** @type {Map<string, Outline>} */
  const outlines = new Map();
  for (const card of [...cards].reverse()) {
    const below = children.get(card.key) ?? [];
    const outline = pack(below.map(({ key }) => /** @type {Outline} */ (outlines.get(key))));
    below.forEach(({ key }, i) => {
      offsets.set(key, outline.middles[i]);
      outlines.delete(key);
    });
    outlines.set(card.key, [{ top: -card.height / 2, bottom: card.height / 2 }, ...outline.outline]);
  }
  return placed(cards, columns, offsets, /** @type {Outline} */ (outlines.get(cards[0]?.key) ?? []));
}

/**
 * Puts branches below each other, each as high as it goes, and the middle of the first and the last at 0.
 * @param {Outline[]} branches
 * @returns {{middles: number[], outline: Outline}}
 */
function pack(branches) {
  /** @type {Outline} */
  const together = [];
  /** @type {number[]} */
  const middles = [];
  for (const branch of branches) {
    let middle = middles.length ? -Infinity : 0;
    branch.forEach(({ top }, column) => {
      const above = together[column];
      if (above) middle = Math.max(middle, above.bottom + (column ? BRANCH_GAP : CARD_GAP) - top);
    });
    branch.forEach(({ top, bottom }, column) => {
      together[column] = { top: together[column]?.top ?? top + middle, bottom: bottom + middle };
    });
    middles.push(middle);
  }
  const centre = middles.length ? (middles[0] + middles[middles.length - 1]) / 2 : 0;
  return {
    middles: middles.map((middle) => middle - centre),
    outline: together.map(({ top, bottom }) => ({ top: top - centre, bottom: bottom - centre })),
  };
}

/**
 * @param {Card[]} cards
 * @param {Map<string, number>} columns
 * @param {Map<string, number>} offsets
 * @param {Outline} outline of everything
 * @returns {Layout}
 */
function placed(cards, columns, offsets, outline) {
  const lefts = leftsOf(cards, columns);
  const highest = Math.min(0, ...outline.map(({ top }) => top));
  const lowest = Math.max(0, ...outline.map(({ bottom }) => bottom));
  /** @type {Map<string, number>} */
  const middles = new Map();
  /** @type {Map<string, Place>} */
  const places = new Map();
  let right = 0;
  for (const { key, parent, width, height } of cards) {
    /** @type {number} */
    const middle = parent === null ? -highest : (middles.get(parent) ?? 0) + (offsets.get(key) ?? 0);
    middles.set(key, middle);
    const column = columns.get(key) ?? 0;
    places.set(key, { x: lefts[column], y: middle - height / 2, width, height, column });
    right = Math.max(right, lefts[column] + width);
  }
  return { places, width: right, height: lowest - highest };
}

/**
 * @param {Card[]} cards
 * @returns {Map<string, Card[]>}
 */
export function childrenOf(cards) {
  /** @type {Map<string, Card[]>} */
  const children = new Map();
  for (const card of cards) {
    if (card.parent === null) continue;
    const siblings = children.get(card.parent);
    if (siblings) siblings.push(card);
    else children.set(card.parent, [card]);
  }
  return children;
}

/** @param {Card[]} cards */
function columnsOf(cards) {
  /** @type {Map<string, number>} */
  const columns = new Map();
  for (const { key, parent } of cards) columns.set(key, parent === null ? 0 : (columns.get(parent) ?? 0) + 1);
  return columns;
}

/**
 * @param {Card[]} cards
 * @param {Map<string, number>} columns
 * @returns {number[]} where each column begins
 */
function leftsOf(cards, columns) {
  /** @type {number[]} */
  const widths = [];
  for (const { key, width } of cards) {
    const column = columns.get(key) ?? 0;
    widths[column] = Math.max(widths[column] ?? 0, width);
  }
  let left = 0;
  return widths.map((width) => {
    const begins = left;
    left += width + COLUMN_GAP;
    return begins;
  });
}

/**
 * The line from one card to what hangs on it.
 * @param {Place} from
 * @param {Place} to
 * @returns {string} as the path of an SVG
 */
export function lineBetween(from, to) {
  const [x, y] = [from.x + from.width, from.y + from.height / 2];
  const [toX, toY] = [to.x, to.y + to.height / 2];
  const bend = (toX - x) / 2;
  return `M${round(x)} ${round(y)}C${round(x + bend)} ${round(y)} ${round(toX - bend)} ${round(toY)} ${round(toX)} ${round(toY)}`;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
