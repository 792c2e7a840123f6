/** Work on the mask that takes a while: in turn, with words on the stage, and given up by Esc. */

/** @typedef {import("./mask/tiles.js").TileMask} TileMask */

/** What is done sooner than this many milliseconds is not worth a word. */
const WORDS_AFTER = 150;
/** What went wrong is said for so many milliseconds. */
const COMPLAINT_TIME = 6000;

export class LongWork {
  #sheet;
  #say;
  #hold;
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();
  #waiting = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #complaint;
  #giveUp = new AbortController();

  /**
   * @param {import("./mask/sheet.js").MaskSheet} sheet
   * @param {(words: string | null) => void} say shows what is going on; null when nothing is any more
   * @param {(isBusy: boolean) => void} [hold] called when the first begins, and when the last has ended
   */
  constructor(sheet, say, hold = () => {}) {
    this.#sheet = sheet;
    this.#say = say;
    this.#hold = hold;
  }

  get isBusy() {
    return this.#waiting > 0;
  }

  /** How many pieces of work run or wait for their turn. */
  get waiting() {
    return this.#waiting;
  }

  /** Gives up what runs and what waits behind it. */
  cancel() {
    this.#giveUp.abort();
    this.#giveUp = new AbortController();
  }

  /**
   * @param {string} words
   * @param {(signal: AbortSignal) => Promise<((mask: TileMask) => void) | null>} prepare
   * @returns {Promise<boolean>} whether the mask has changed; what failed is said on the stage
   */
  run(words, prepare) {
    const { signal } = this.#giveUp;
    if (!this.#waiting++) this.#hold(true);
    const turn = this.#turn.then(() => !signal.aborted && this.#do(words, prepare, signal));
    const after = turn
      .catch((error) => this.#complain(words, error))
      .then((hasChanged) => {
        this.#waiting--;
        if (this.#waiting) return hasChanged;
        this.#hold(false);
        if (!this.#complaint) this.#say(null);
        return hasChanged;
      });
    this.#turn = after;
    return after;
  }

  /**
   * @param {string} words
   * @param {unknown} error
   */
  #complain(words, error) {
    this.#say(`${words} failed: ${error instanceof Error ? error.message : String(error)}`);
    clearTimeout(this.#complaint);
    this.#complaint = setTimeout(() => {
      this.#complaint = undefined;
      if (!this.#waiting) this.#say(null);
    }, COMPLAINT_TIME);
    return false;
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
