/**
 * Holding a tool's key borrows the tool: the one before comes back when the key is let go. A short
 * tap takes the tool for good. Time is milliseconds; a tool is named by its command.
 */

/** A key held at least this long was meant to borrow. */
const HOLD_TIME = 350;

/**
 * @typedef {object} Hand what the tools are in
 * @property {() => string | undefined} current
 * @property {(command: string) => void} take
 * @property {() => boolean} isBusy whether a stroke is under way
 */

export class Borrowing {
  #hand;
  /** @type {{code: string, before: string, since: number, used: boolean} | null} */
  #held = null;
  /** What comes back when the stroke is over. @type {string | null} */
  #owed = null;

  /** @param {Hand} hand */
  constructor(hand) {
    this.#hand = hand;
  }

  /**
   * A tool's key goes down; call it before the tool changes.
   * @param {string} code
   * @param {number} now
   */
  press(code, now) {
    const before = this.#owed ?? this.#held?.before ?? this.#hand.current();
    this.#owed = null;
    this.#held = before ? { code, before, since: now, used: false } : null;
  }

  /** The borrowed tool is at work. */
  use() {
    if (this.#held) this.#held.used = true;
  }

  /**
   * @param {string} code
   * @param {number} now
   */
  letGo(code, now) {
    const held = this.#held;
    if (held?.code !== code) return;
    this.#held = null;
    if (now - held.since < HOLD_TIME && !held.used) return;
    this.#owed = held.before;
    this.settle();
  }

  /** Gives back what is owed, as soon as no stroke is under way. */
  settle() {
    const owed = this.#owed;
    if (!owed || this.#hand.isBusy()) return;
    this.#owed = null;
    if (owed !== this.#hand.current()) this.#hand.take(owed);
  }

  /**
   * The keys are gone, without a word: the window lost the focus.
   * @param {number} now
   */
  letGoAll(now) {
    if (this.#held) this.letGo(this.#held.code, now);
  }
}
