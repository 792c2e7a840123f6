/*
 * What a wall knows of its edits: their order, shapes and days, and by which page each came.
 * Cards come and go with the scrolling; this stays, small enough to be kept with the history.
 */

/** @typedef {{ id: string, ratio: number, day: string, page: number }} Item */
/** @typedef {{ id: string, ratio: number, day: string }} Found */
/** @typedef {{ pages: string[], next: string | null, items: [string, number, string, number][] }} Kept */

export class WallModel {
  /** @type {Item[]} */
  items = [];
  /** @type {string[]} addresses of the pages that were loaded, in order */
  pages = [];
  /** @type {string | null} address of the page behind them */
  next = null;
  /** @type {Map<string, number>} */
  #places = new Map();

  /** @param {string} id */
  indexOf(id) {
    return this.#places.get(id) ?? -1;
  }

  get ids() {
    return this.items.map(({ id }) => id);
  }

  /** @returns {import("./justify.js").DayShape[]} neighbours of one day together */
  get days() {
    return this.runs.map(({ day, first, last }) => ({
      ratios: this.items.slice(first, last).map(({ ratio }) => ratio),
      titled: day !== "all",
    }));
  }

  /** @returns {{ day: string, first: number, last: number }[]} */
  get runs() {
    /** @type {{ day: string, first: number, last: number }[]} */
    const runs = [];
    this.items.forEach(({ day }, index) => {
      const run = runs.at(-1);
      if (run?.day === day) run.last = index + 1;
      else runs.push({ day, first: index, last: index + 1 });
    });
    return runs;
  }

  /**
   * Put in what a page holds now. Known ones keep their place, new ones stand where the page has
   * them, and those of this page that it has no longer are gone.
   * @param {number} page
   * @param {Found[]} found in order
   * @param {string | null} next address of the page behind it
   * @returns {string[]} ids that are gone
   */
  merge(page, found, next) {
    const gone = this.#gone(page, found, next);
    this.items = this.items.filter(({ id }) => !gone.has(id));
    const there = new Set(found.map(({ id }) => id));
    // Something came back and pushed these beyond the page's end.
    for (const item of this.items) if (item.page === page && !there.has(item.id)) item.page += 1;
    this.#number();
    const first = this.items.findIndex((item) => item.page >= page);
    let at = first < 0 ? this.items.length : first;
    for (const each of found) {
      const known = this.indexOf(each.id);
      if (known >= 0) {
        Object.assign(this.items[known], each);
        at = known + 1;
        continue;
      }
      this.items.splice(at, 0, { ...each, page });
      at += 1;
      if (at < this.items.length) this.#number();
      else this.#places.set(each.id, at - 1);
    }
    if (page === this.pages.length - 1) this.next = next;
    this.#number();
    return [...gone];
  }

  /**
   * @param {number} page
   * @param {Found[]} found
   * @param {string | null} next
   */
  #gone(page, found, next) {
    const there = new Set(found.map(({ id }) => id));
    // A full page says nothing about what comes behind its end.
    const end = next === null ? Infinity : Math.max(-1, ...found.map(({ id }) => this.indexOf(id)));
    const gone = this.items.filter(
      (item, index) => item.page === page && !there.has(item.id) && (index < end || end < 0 || page === this.pages.length - 1),
    );
    return new Set(gone.map(({ id }) => id));
  }

  /** @param {Iterable<string>} ids */
  remove(ids) {
    const gone = new Set(ids);
    this.items = this.items.filter(({ id }) => !gone.has(id));
    this.#number();
  }

  #number() {
    this.#places = new Map(this.items.map(({ id }, index) => [id, index]));
  }

  /** @returns {Kept} */
  keep() {
    return {
      pages: this.pages,
      next: this.next,
      items: this.items.map(({ id, ratio, day, page }) => [id, ratio, day, page]),
    };
  }

  /** @param {Kept} kept */
  static from(kept) {
    const model = new WallModel();
    model.pages = [...kept.pages];
    model.next = kept.next;
    model.items = kept.items.map(([id, ratio, day, page]) => ({ id, ratio, day, page }));
    model.#number();
    return model;
  }
}
