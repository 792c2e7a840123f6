/*
 * Where each picture of a wall lies. Rows are filled in order: a picture that does not fit any
 * more begins the next row, and what is in a row grows together until the row is full. The
 * stylesheet lays walls out by the same rule (pictures.css), so nothing moves when this takes over.
 */

/**
 * @typedef {object} Measures all in CSS pixels
 * @property {number} width of the wall
 * @property {number} row least height of a picture
 * @property {number} gap between neighbours in a row
 * @property {number} rowGap between rows
 * @property {number} caption height of the words below a picture
 * @property {number} head height of a day's header
 * @property {number} dayGap below a day
 * @property {number} columns 0 for rows in proportion, else squares in so many columns
 */
/** @typedef {{ ratios: number[], titled: boolean }} DayShape */
/** @typedef {{ left: number, top: number, width: number, height: number }} Box */
/** @typedef {{ top: number, bottom: number, first: number, last: number }} Row `last` is not in it */
/**
 * @typedef {object} Layout
 * @property {Box[]} boxes of all pictures with their words, from the wall's corner
 * @property {Row[]} rows from top to bottom
 * @property {{ top: number, height: number, head: number, first: number, last: number }[]} days
 * @property {number} height
 * @property {number} columns as measured
 */

/** Beyond these the stylesheet crops: a row must not get as narrow or wide as any picture. */
const NARROWEST = 0.5;
const WIDEST = 3.2;
/** No row grows beyond so many times its least height; it then ends before the edge. */
export const MOST_GROWTH = 1.6;

/**
 * What data-ratio says: twentieths of width over height.
 * @param {string | undefined} twentieths
 * @returns {number}
 */
export function ratioOf(twentieths) {
  const ratio = Number(twentieths) / 20;
  return Number.isNaN(ratio) ? 1 : Math.min(WIDEST, Math.max(NARROWEST, ratio));
}

/**
 * @param {number[]} ratios
 * @param {Measures} measures
 * @returns {{ first: number, last: number, height: number }[]} rows, with the height of pictures
 */
export function rowsOf(ratios, { width, row, gap, columns }) {
  const rows = [];
  if (columns > 0) {
    const side = (width - gap * (columns - 1)) / columns;
    for (let first = 0; first < ratios.length; first += columns) {
      rows.push({ first, last: Math.min(ratios.length, first + columns), height: side });
    }
    return rows;
  }
  let first = 0;
  while (first < ratios.length) {
    let sum = ratios[first];
    let last = first + 1;
    while (last < ratios.length && (sum + ratios[last]) * row + gap * (last - first) <= width) {
      sum += ratios[last];
      last += 1;
    }
    const full = (width - gap * (last - first - 1)) / sum;
    const most = last < ratios.length ? row * MOST_GROWTH : row;
    rows.push({ first, last, height: Math.min(full, most) });
    first = last;
  }
  return rows;
}

/**
 * @param {DayShape[]} days
 * @param {Measures} measures
 * @returns {Layout}
 */
export function justify(days, measures) {
  const { gap, rowGap, caption, head, dayGap, columns } = measures;
  /** @type {Layout} */
  const layout = { boxes: [], rows: [], days: [], height: 0, columns };
  let top = 0;
  for (const { ratios, titled } of days) {
    const before = layout.boxes.length;
    const dayTop = top;
    const ownHead = titled ? head : 0;
    top += ownHead;
    for (const { first, last, height } of rowsOf(ratios, measures)) {
      let left = 0;
      const bottom = top + height + caption;
      for (let index = first; index < last; index += 1) {
        const width = columns > 0 ? height : ratios[index] * height;
        layout.boxes.push({ left, top, width, height: height + caption });
        left += width + gap;
      }
      layout.rows.push({ top, bottom, first: before + first, last: before + last });
      top = bottom + rowGap;
    }
    if (ratios.length > 0) top -= rowGap;
    layout.days.push({ top: dayTop, height: top - dayTop, head: ownHead, first: before, last: layout.boxes.length });
    layout.height = top;
    top += dayGap;
  }
  return layout;
}

/**
 * Pictures in rows that touch a stretch of the wall.
 * @param {Row[]} rows
 * @param {number} top
 * @param {number} bottom
 * @returns {[number, number]} the first one, and the first one behind
 */
export function between(rows, top, bottom) {
  const first = rows[lowerBound(rows, (row) => row.bottom > top)];
  const behind = rows[lowerBound(rows, (row) => row.top >= bottom)];
  const end = rows.at(-1)?.last ?? 0;
  const start = first?.first ?? end;
  return [start, Math.max(start, behind?.first ?? end)];
}

/**
 * @param {Row[]} rows
 * @param {(row: Row) => boolean} isThere false for a while, then true
 * @returns {number}
 */
function lowerBound(rows, isThere) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isThere(rows[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}
