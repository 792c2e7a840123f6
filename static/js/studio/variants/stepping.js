/** Which of a picture's results is looked at. Pure: knows keys, not pictures. */

export class Steps {
  /** In the order of the strip. @type {string[]} */
  #keys = [];
  /** null = the original. @type {string | null} */
  #shown = null;

  get shown() {
    return this.#shown;
  }

  get count() {
    return this.#keys.length;
  }

  /** The place of the one shown, from 1; 0 = the original. */
  get place() {
    return this.#shown === null ? 0 : this.#keys.indexOf(this.#shown) + 1;
  }

  /**
   * Takes over what the strip holds now. When the one shown is not among it any more, the one
   * that has taken its place is shown, else the last one, else the original.
   * @param {string[]} keys
   */
  take(keys) {
    const was = this.#shown === null ? -1 : this.#keys.indexOf(this.#shown);
    this.#keys = keys;
    if (this.#shown === null || keys.includes(this.#shown)) return;
    this.#shown = keys[Math.min(was, keys.length - 1)] ?? null;
  }

  /**
   * @param {string | null} key null = the original
   * @returns {boolean} false when there is no such result
   */
  show(key) {
    if (key !== null && !this.#keys.includes(key)) return false;
    this.#shown = key;
    return true;
  }

  /**
   * What lies so many steps away; the original comes first, and the ends hold.
   * @param {number} by
   * @returns {string | null}
   */
  at(by) {
    const place = Math.min(Math.max(this.place + by, 0), this.#keys.length);
    return place === 0 ? null : this.#keys[place - 1];
  }
}
