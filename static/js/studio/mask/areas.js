/** Finds the separate areas of a grid of cells, row by row: what counts is stretches, not cells. */

/** @typedef {import("./box.js").Box} Box */
/** @typedef {{from: number, to: number, area: number}} Stretch  of marked cells in one row */

/**
 * Connected areas of a grid of 0 and 1; corners count as touching.
 * @param {Uint8Array} grid
 * @param {number} width
 * @returns {Box[]} in cells, in the order of their first cell
 */
export function findAreas(grid, width) {
  const areas = new Areas();
  /** @type {Stretch[]} */
  let above = [];
  let last = -1;
  for (let start = grid.indexOf(1); start >= 0; start = grid.indexOf(1, (last + 1) * width)) {
    const y = Math.floor(start / width);
    if (y > last + 1) above = [];
    const row = grid.subarray(y * width, (y + 1) * width);
    above = areas.addRow(row, start - y * width, y, above);
    last = y;
  }
  return areas.boxes();
}

class Areas {
  /** @type {Box[]} */
  #boxes = [];
  /** The area that an area has become part of, itself when it stands alone. @type {number[]} */
  #partOf = [];

  /**
   * @param {Uint8Array} row
   * @param {number} first marked cell
   * @param {number} y
   * @param {Stretch[]} above
   * @returns {Stretch[]}
   */
  addRow(row, first, y, above) {
    /** @type {Stretch[]} */
    const stretches = [];
    let next = 0;
    for (let from = first; from >= 0; ) {
      const end = row.indexOf(0, from);
      const to = end < 0 ? row.length : end;
      while (next < above.length && above[next].to < from) next++;
      let area = -1;
      // The last one may touch the next stretch as well.
      for (let i = next; i < above.length && above[i].from <= to; i++) area = this.#join(area, above[i].area);
      if (area < 0) area = this.#add({ left: from, top: y, right: to, bottom: y + 1 });
      else this.#widen(area, { left: from, top: y, right: to, bottom: y + 1 });
      stretches.push({ from, to, area });
      from = end < 0 ? -1 : row.indexOf(1, to);
    }
    return stretches;
  }

  boxes() {
    return this.#boxes.filter((_, area) => this.#partOf[area] === area);
  }

  /** @param {Box} box */
  #add(box) {
    this.#partOf.push(this.#boxes.length);
    return this.#boxes.push(box) - 1;
  }

  /**
   * @param {number} a -1 = none yet
   * @param {number} b
   * @returns {number} the area that both are now
   */
  #join(a, b) {
    const other = this.#whole(b);
    if (a < 0 || a === other) return other;
    const [kept, gone] = a < other ? [a, other] : [other, a];
    this.#partOf[gone] = kept;
    this.#widen(kept, this.#boxes[gone]);
    return kept;
  }

  /** @param {number} area */
  #whole(area) {
    while (this.#partOf[area] !== area) {
      this.#partOf[area] = this.#partOf[this.#partOf[area]];
      area = this.#partOf[area];
    }
    return area;
  }

  /**
   * @param {number} area
   * @param {Box} box
   */
  #widen(area, { left, top, right, bottom }) {
    const box = this.#boxes[area];
    box.left = Math.min(box.left, left);
    box.top = Math.min(box.top, top);
    box.right = Math.max(box.right, right);
    box.bottom = Math.max(box.bottom, bottom);
  }
}
