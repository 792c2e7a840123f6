/** Walks through earlier prompts like a shell does. What was being written is always one step away. */

export class PromptWalk {
  /** Newest first. @type {string[]} */
  #earlier = [];
  /** Where the walk is; -1 = at what the person was writing. */
  #place = -1;
  #own = "";

  /** @param {readonly string[]} earlier newest first, each once */
  fill(earlier) {
    const shown = this.#earlier[this.#place];
    this.#earlier = [...earlier];
    if (this.#place >= 0) this.#place = this.#earlier.indexOf(shown);
  }

  /**
   * @param {string} now what stands in the prompt
   * @returns {string | null} what to show instead, null when there is nothing older
   */
  older(now) {
    this.#notice(now);
    for (let place = this.#place + 1; place < this.#earlier.length; place++) {
      if (same(this.#earlier[place], now)) continue;
      this.#place = place;
      return this.#earlier[place];
    }
    return null;
  }

  /**
   * @param {string} now
   * @returns {string | null} what to show instead, null when this is what the person was writing
   */
  newer(now) {
    this.#notice(now);
    if (this.#place < 0) return null;
    for (let place = this.#place - 1; place >= 0; place--) {
      if (same(this.#earlier[place], now) || same(this.#earlier[place], this.#own)) continue;
      this.#place = place;
      return this.#earlier[place];
    }
    this.#place = -1;
    return this.#own;
  }

  /**
   * Something was chosen from a list instead. The way back to what was being written stays.
   * @param {string} now what stands in the prompt
   * @param {string} text what takes its place
   */
  take(now, text) {
    this.#notice(now);
    const place = this.#earlier.indexOf(text);
    if (place < 0) this.#earlier.unshift(text);
    this.#place = Math.max(0, place);
  }

  /**
   * A prompt was sent: it is the newest one now.
   * @param {string} prompt
   */
  sent(prompt) {
    const text = prompt.trim();
    if (!text) return;
    this.#earlier = [text, ...this.#earlier.filter((other) => !same(other, text))];
    this.#place = -1;
    this.#own = prompt;
  }

  /**
   * A recalled prompt that was changed is the person's own text from then on.
   * @param {string} now
   */
  #notice(now) {
    if (this.#place >= 0 && this.#earlier[this.#place] === now) return;
    this.#place = -1;
    this.#own = now;
  }
}

/**
 * @param {string} one
 * @param {string} other
 */
function same(one, other) {
  return one.trim() === other.trim();
}
