/**
 * Undo and redo. A step keeps the tiles it replaced; undoing swaps them with the present ones, so
 * the same step is then the redo. Steps that are not next in line are packed while nothing else
 * happens, and the oldest are forgotten only when even the packed ones exceed the budget.
 */

import { Packed, bytesOf, pack, unpack } from "./packing.js";

/** @typedef {import("./tiles.js").Changes} Changes */
/** @typedef {import("./tiles.js").Slot} Slot */
/** @typedef {import("./tiles.js").TileMask} TileMask */
/** @typedef {{index: number, slot: Slot | Packed}} Entry */
/** @typedef {Entry[]} Step */

const MIB = 1024 * 1024;
/** This many steps in either direction stay unpacked, going there is then instant ... */
const READY_STEPS = 8;
/** ... but beyond the very next one only within this share of the budget. */
const READY_SHARE = 0.25;
/** While packing cannot keep up with a hand, the raw tiles may take this many times the budget. */
const SLACK = 2;
/** Milliseconds that packing takes at once. */
const PACKING_TURN = 4;

export class History {
  #mask;
  #budget;
  #later;
  /** @type {Step[]} */
  #past = [];
  /** @type {Step[]} */
  #future = [];
  #packing = false;
  /** Undo and redo wait for each other here. @type {Promise<unknown>} */
  #queue = Promise.resolve();
  #pending = 0;

  /**
   * @param {TileMask} mask
   * @param {{budget?: number, later?: (work: () => void) => void}} [options] `budget` in bytes;
   *   `later` runs work after what waits now
   */
  constructor(mask, { budget = 64 * MIB, later = (work) => void setTimeout(work, 0) } = {}) {
    this.#mask = mask;
    this.#budget = budget;
    this.#later = later;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Steps that can be undone. */
  get length() {
    return this.#past.length;
  }

  /** Whether an undo or redo is under way; no step may be opened then. */
  get isBusy() {
    return this.#pending > 0;
  }

  /** Bytes the kept tiles take. */
  get bytes() {
    return this.#bytesOf(this.#past) + this.#bytesOf(this.#future);
  }

  /**
   * Remembers a step.
   * @param {Changes | null} changes what `TileMask.commit` gave back
   */
  record(changes) {
    if (!changes) return;
    this.#past.push([...changes].map(([index, slot]) => ({ index, slot })));
    this.#future = [];
    if (this.bytes > this.#budget * SLACK) this.#trim(this.#budget * SLACK);
    this.#packSoon();
  }

  /** @returns {Promise<boolean>} whether there was a step to undo */
  undo() {
    return this.#inTurn(() => this.#move(this.#past, this.#future));
  }

  /** @returns {Promise<boolean>} whether there was a step to redo */
  redo() {
    return this.#inTurn(() => this.#move(this.#future, this.#past));
  }

  /** Resolves when every step that may be packed is packed. For tests and measurements. */
  async settled() {
    await this.#queue;
    while (this.#packing) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /**
   * @param {() => Promise<boolean>} move
   * @returns {Promise<boolean>}
   */
  #inTurn(move) {
    this.#pending++;
    const turn = this.#queue.then(move).finally(() => this.#pending--);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /**
   * @param {Step[]} from
   * @param {Step[]} to
   */
  async #move(from, to) {
    const step = from.at(-1);
    if (!step) return false;
    // Who holds the key down goes faster than the pauses allow to pack, and would lose steps for it.
    await this.#packTo(this.#budget);
    const slots = step.map((entry) => entry.slot);
    // Only what really is packed is awaited: the usual undo shows in the same frame.
    for (const [i, slot] of slots.entries()) {
      if (slot instanceof Packed) slots[i] = await unpack(slot);
    }
    from.pop();
    to.push(step);
    step.forEach((entry, i) => {
      entry.slot = this.#mask.slots[entry.index];
      this.#mask.slots[entry.index] = /** @type {Slot} */ (slots[i]);
    });
    this.#packSoon();
    return true;
  }

  #packSoon() {
    if (this.#packing) return;
    this.#packing = true;
    this.#later(() => this.#packNext());
  }

  /** Packs some tiles, then lets others have their turn. */
  async #packNext() {
    const end = performance.now() + PACKING_TURN;
    while (performance.now() < end) {
      // An undo goes first; when it is done it starts the packing anew.
      const entry = this.#pending ? undefined : this.#nextToPack();
      if (!entry) {
        this.#packing = false;
        this.#trim(this.#pending ? this.#budget * SLACK : this.#budget);
        return;
      }
      await packEntry(entry);
    }
    this.#later(() => this.#packNext());
  }

  /** @param {number} budget */
  async #packTo(budget) {
    for (let bytes = this.bytes; bytes > budget; ) {
      const entry = this.#nextToPack();
      if (!entry) return;
      bytes -= bytesOf(entry.slot);
      await packEntry(entry);
      bytes += bytesOf(entry.slot);
    }
  }

  /** @returns {Entry | undefined} */
  #nextToPack() {
    for (const steps of [this.#past, this.#future]) {
      let ready = 0;
      for (let i = steps.length - 2; i >= 0; i--) {
        ready += rawBytes(steps[i]);
        const isReady = i >= steps.length - READY_STEPS && ready < this.#budget * READY_SHARE;
        const entry = isReady ? undefined : steps[i].find(isRaw);
        if (entry) return entry;
      }
    }
    return undefined;
  }

  /** @param {number} budget */
  #trim(budget) {
    let bytes = this.bytes;
    for (const steps of [this.#past, this.#future]) {
      while (bytes > budget && steps.length > 1) {
        bytes -= this.#bytesOf(steps.splice(0, 1));
      }
    }
  }

  /** @param {Step[]} steps */
  #bytesOf(steps) {
    let sum = 0;
    for (const step of steps) for (const { slot } of step) sum += bytesOf(slot);
    return sum;
  }
}

/** @param {Entry} entry whose tile is not packed yet */
async function packEntry(entry) {
  const tile = /** @type {import("./tiles.js").Tile} */ (entry.slot);
  const packed = await pack(tile);
  // An undo may have swapped the tile meanwhile; then this packing is void.
  if (entry.slot === tile) entry.slot = packed;
}

/** @param {Entry} entry */
function isRaw({ slot }) {
  return !(slot instanceof Packed) && bytesOf(slot) > 0;
}

/** @param {Step} step */
function rawBytes(step) {
  return step.reduce((sum, entry) => sum + (isRaw(entry) ? bytesOf(entry.slot) : 0), 0);
}
