/** The mask with its history: what tools paint on. Every change is one undo step, or none. */

import { CoverageMeter } from "./coverage.js";
import { ExtentFinder } from "./extent.js";
import { History } from "./history.js";
import { ReplacedTiles } from "./replaced.js";
import { TileMask } from "./tiles.js";

/** @typedef {import("./box.js").Box} Box */
/** @typedef {import("./coverage.js").Coverage} Coverage */

export class MaskSheet {
  #meter;
  #extent;
  #replaced;
  /** @type {((replaced: Box | null) => void)[]} */
  #listeners = [];
  #revision = 0;
  #isHeld = false;
  /** @type {{revision: number, coverage: Coverage} | null} */
  #measured = null;

  /**
   * @param {number} width picture width in pixels
   * @param {number} height picture height in pixels
   * @param {{budget?: number}} [options] bytes the undo history may take
   */
  constructor(width, height, options) {
    this.mask = new TileMask(width, height);
    this.history = new History(this.mask, options);
    this.#meter = new CoverageMeter(this.mask);
    this.#extent = new ExtentFinder(this.mask);
    this.#replaced = new ReplacedTiles(this.mask);
  }

  /** Grows with every change, undo and redo; tells whether the mask is still the one sent. */
  get revision() {
    return this.#revision;
  }

  /** Whether a tool may begin: no stroke is open, no undo is under way, and no long work holds the mask. */
  get isFree() {
    return !this.#isHeld && !this.mask.isChanging && !this.history.isBusy;
  }

  /**
   * Calls back after every finished change, with the box of the tiles that are others now.
   * @param {(replaced: Box | null) => void} listener
   */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /**
   * Runs work that changes the mask as one step.
   * @param {(mask: TileMask) => void} work
   * @returns {boolean} whether anything changed
   */
  change(work) {
    if (!this.isFree) return false;
    this.mask.begin();
    work(this.mask);
    return this.keep(this.mask.commit());
  }

  /**
   * The same for work that is prepared elsewhere first; nobody else changes the mask meanwhile.
   * @param {(mask: TileMask) => Promise<((mask: TileMask) => void) | null>} prepare null = no change
   * @returns {Promise<boolean>} whether anything changed
   */
  async changeLater(prepare) {
    if (!this.isFree) return false;
    this.#isHeld = true;
    /** @type {((mask: TileMask) => void) | null} */
    let work = null;
    try {
      work = await prepare(this.mask);
    } finally {
      this.#isHeld = false;
    }
    return work !== null && this.change(work);
  }

  /**
   * Remembers a step that a tool has closed itself.
   * @param {import("./tiles.js").Changes | null} changes
   */
  keep(changes) {
    this.history.record(changes);
    if (changes) this.#tell();
    return changes !== null;
  }

  async undo() {
    if (this.#maySwap && (await this.history.undo())) this.#tell();
  }

  async redo() {
    if (this.#maySwap && (await this.history.redo())) this.#tell();
  }

  /** Undo and redo wait for each other, but for nothing else. */
  get #maySwap() {
    return !this.#isHeld && !this.mask.isChanging;
  }

  /** @returns {Coverage} */
  measure() {
    if (this.#measured?.revision !== this.#revision) {
      this.#measured = { revision: this.#revision, coverage: this.#meter.measure() };
    }
    return this.#measured.coverage;
  }

  /** @returns {{painted: Box | null, areas: Box[]}} the box of all paint, and one per area */
  boxes() {
    return { painted: this.#extent.find(), areas: this.#meter.areaBoxes() };
  }

  #tell() {
    this.#revision++;
    const replaced = this.#replaced.take();
    for (const listener of this.#listeners) listener(replaced);
  }
}
