/** Work on the mask that takes a while: in turn, with words on the stage, and given up by Esc. */

/** @typedef {import("./mask/tiles.js").TileMask} TileMask */

/** What is done sooner than this many milliseconds is not worth a word. */
const WORDS_AFTER = 150;

export class LongWork {
  #sheet;
  #say;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();
  #waiting = 0;
  #giveUp = new AbortController();

  /**
   * @param {import("./mask/sheet.js").MaskSheet} sheet
   * @param {(words: string | null) => void} say shows what is going on; null when nothing is any more
   */
  constructor(sheet, say) {
    this.#sheet = sheet;
    this.#say = say;
  }

  get isBusy() {
    return this.#waiting > 0;
  }

  /** Gives up what runs and what waits behind it. */
  cancel() {
    this.#giveUp.abort();
    this.#giveUp = new AbortController();
  }

  /**
   * @param {string} words
   * @param {(signal: AbortSignal) => Promise<((mask: TileMask) => void) | null>} prepare
   * @returns {Promise<boolean>} whether the mask has changed
   */
  run(words, prepare) {
    const { signal } = this.#giveUp;
    this.#waiting++;
    const turn = this.#turn.then(() => !signal.aborted && this.#do(words, prepare, signal));
    const after = turn.finally(() => {
      this.#waiting--;
      if (!this.#waiting) this.#say(null);
    });
    this.#turn = after.catch(() => {});
    return after;
  }

  /**
   * @param {string} words
   * @param {(signal: AbortSignal) => Promise<((mask: TileMask) => void) | null>} prepare
   * @param {AbortSignal} signal
   */
  async #do(words, prepare, signal) {
    const timer = setTimeout(() => this.#say(words), WORDS_AFTER);
    try {
      return await this.#sheet.changeLater(async () => {
        const work = await prepare(signal);
        return signal.aborted ? null : work;
      });
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
