/*
 * Which edits are selected. Either some, by their ids, or everything that was found but some: then
 * what is not loaded yet is selected as well.
 */

export class Selection {
  /** @type {Set<string>} the selected ones; while `whole`, those that are not */
  #marked = new Set();
  #whole = false;
  #total = 0;
  /** @type {string | null} where a range begins */
  #anchor = null;
  /** @type {Set<string>} what was marked before the present range */
  #before = new Set();
  /** @type {(() => void)[]} */
  #listeners = [];

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  get whole() {
    return this.#whole;
  }

  /** How many are selected. */
  get size() {
    return this.#whole ? Math.max(0, this.#total - this.#marked.size) : this.#marked.size;
  }

  /** @returns {string[]} the selected ones, or, while `whole`, the exceptions */
  get marked() {
    return [...this.#marked];
  }

  /** @param {string} id */
  has(id) {
    return this.#marked.has(id) !== this.#whole;
  }

  /** @param {string} id */
  toggle(id) {
    this.set([id], !this.has(id));
    this.#anchor = id;
  }

  /**
   * @param {string[]} ids
   * @param {boolean} selected
   */
  set(ids, selected) {
    for (const id of ids) {
      if (selected === this.#whole) this.#marked.delete(id);
      else this.#marked.add(id);
    }
    this.#anchor = ids.at(-1) ?? null;
    this.#before = new Set(this.#marked);
    this.#changed();
  }

  /**
   * Select everything from where the range began to here, and nothing else of this range.
   * @param {string[]} order all loaded ones
   * @param {string} to
   * @param {string} [from] where a range begins when none has begun
   */
  extend(order, to, from = to) {
    if (this.#anchor === null || !order.includes(this.#anchor)) {
      this.#anchor = from;
      this.#before = new Set(this.#marked);
    }
    const ends = [order.indexOf(this.#anchor), order.indexOf(to)].toSorted((a, b) => a - b);
    const range = order.slice(Math.max(0, ends[0]), ends[1] + 1);
    this.#marked = new Set(this.#before);
    for (const id of range) {
      if (this.#whole) this.#marked.delete(id);
      else this.#marked.add(id);
    }
    this.#changed();
  }

  /** @param {number} total how many were found */
  selectWhole(total) {
    this.#whole = true;
    this.#total = total;
    this.#forgetMarks();
  }

  clear() {
    this.#whole = false;
    this.#forgetMarks();
  }

  /**
   * Edits that are not on the wall any more cannot be selected.
   * @param {string[]} ids
   */
  forget(ids) {
    for (const id of ids) {
      if (this.#whole && !this.#marked.has(id)) this.#total -= 1;
      this.#marked.delete(id);
      this.#before.delete(id);
    }
    if (this.size === 0) this.clear();
    else this.#changed();
  }

  #forgetMarks() {
    this.#marked.clear();
    this.#before.clear();
    this.#anchor = null;
    this.#changed();
  }

  #changed() {
    for (const listener of this.#listeners) listener();
  }
}
