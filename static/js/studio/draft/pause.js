/** Waits for a pause, but not for ever. */
export class Pause {
  #after;
  #most;
  #timer = 0;
  #since = 0;

  /**
   * @param {number} after milliseconds
   * @param {number} most milliseconds since the first call
   */
  constructor(after, most) {
    this.#after = after;
    this.#most = most;
  }

  /** @param {() => void} work */
  after(work) {
    const now = Date.now();
    this.#since ||= now;
    this.in(Math.max(0, Math.min(this.#after, this.#since + this.#most - now)), work);
  }

  /**
   * @param {number} wait milliseconds
   * @param {() => void} work
   */
  in(wait, work) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.cancel();
      work();
    }, wait);
  }

  cancel() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#since = 0;
  }
}
