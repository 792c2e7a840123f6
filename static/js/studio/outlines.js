/** From a rough selection to an outline: at once in the browser, and more closely on the server. */

import { joinedSlots } from "./mask/combining.js";
import { roughFromMask, roughWith } from "./mask/rough.js";
import { csrfToken } from "./page.js";

/** @typedef {import("./mask/combining.js").Way} Way */
/** @typedef {import("./mask/rough.js").Rough} Rough */
/** @typedef {import("./mask/sheet.js").MaskSheet} MaskSheet */
/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./picture-pixels.js").PicturePixels} PicturePixels */
/** @typedef {import("./selecting.js").Selecting} Selecting */
/** @typedef {import("./selecting.js").Found} Found */

/** What is still to be refined: the mask before it, and at which revision it came in. @typedef {{rough: Rough, way: Way, before: Slot[], revision: number}} Last */

const SNAPPING = "Finding the edges";
const REFINING = "Refining the outline";
const CHANGED = "The mask has changed meanwhile, so it was not snapped. Try again.";
const NO_ANSWER = "The server gave no finer outline. Your selection stays as it is.";
const LOGGED_OUT = "You are logged out. Log in in another tab, then refine again; your selection stays.";

export class Outlines {
  #sheet;
  #pixels;
  #selecting;
  #url;
  #tell;
  /** @type {Last | null} */
  #last = null;

  /**
   * @param {MaskSheet} sheet
   * @param {PicturePixels} pixels
   * @param {Selecting} selecting
   * @param {string} url of the server's outlines
   * @param {() => void} tell called when `canRefine` may have changed
   */
  constructor(sheet, pixels, selecting, url, tell) {
    this.#sheet = sheet;
    this.#pixels = pixels;
    this.#selecting = selecting;
    this.#url = url;
    this.#tell = tell;
  }

  /** Whether the newest outline still stands in the mask as it was found. */
  get canRefine() {
    return this.#last !== null && this.#last.revision === this.#sheet.revision && this.#sheet.isFree;
  }

  /**
   * @param {Rough} rough
   * @param {Way} way
   * @param {boolean} refine
   */
  async select(rough, way, refine) {
    /** @type {Slot[]} */
    let before = [];
    /** @type {Rough | null} */
    let closer = null;
    const changed = await this.#selecting.run(SNAPPING, async () => {
      const { slots, found } = await this.#pixels.snap(rough);
      closer = roughWith(rough, found);
      // As it is when the outline comes in: somebody may have gone on painting.
      before = this.#sheet.mask.slots.slice();
      return worded(slots, way);
    });
    if (!changed || !closer) return;
    this.#remember({ rough: closer, way, before, revision: this.#sheet.revision });
    if (refine) await this.refine();
  }

  /** Snaps what is painted to the edges that it lies near. */
  async snapPainted() {
    const { painted } = this.#sheet.boxes();
    const { mask } = this.#sheet;
    if (!painted) {
      this.#selecting.say("Nothing is painted yet that could be snapped to edges.", "problem");
      return;
    }
    const rough = roughFromMask(mask, painted);
    const before = mask.slots.map(() => null);
    const { revision } = this.#sheet;
    /** @type {Rough | null} */
    let closer = null;
    const changed = await this.#selecting.run(SNAPPING, async () => {
      const { slots, found } = await this.#pixels.snap(rough);
      if (this.#sheet.revision !== revision) throw new Error(CHANGED);
      closer = roughWith(rough, found);
      return { slots, way: "replace", done: "Snapped to", nothing: "The mask lies on the edges already." };
    });
    if (changed && closer) this.#remember({ rough: closer, way: "replace", before, revision: this.#sheet.revision });
  }

  /** Has the server look at the newest outline; everything else in the mask stays as it is. */
  async refine() {
    const last = this.#last;
    if (!last || !this.canRefine) return;
    await this.#selecting.run(REFINING, async (signal) => {
      const { slots } = await this.#pixels.lay(await this.#asked(last.rough, signal), last.rough.box);
      // Who went on meanwhile has something else in mind.
      if (last !== this.#last || !this.canRefine) return null;
      // As it was before the first outline, with the closer one in its place.
      const joined = joinedSlots(last.before, slots, last.way);
      return { slots: joined, way: "replace", done: "Refined. The mask covers", nothing: "The outline was as fine already." };
    });
    if (last === this.#last) this.#remember(null);
  }

  /** @param {Last | null} last */
  #remember(last) {
    this.#last = last;
    this.#tell();
  }

  /**
   * @param {Rough} rough
   * @param {AbortSignal} signal
   * @returns {Promise<Uint8Array>}
   */
  async #asked({ box, known }, signal) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", csrfToken());
    body.set("box", [box.left, box.top, box.right, box.bottom].join(","));
    body.set("rough", await this.#pixels.write(known), "rough.png");
    const asked = fetch(this.#url, { method: "POST", body, signal, headers: { Accept: "image/png, application/json" } });
    const answer = await asked.catch(() => null);
    if (!answer) throw new Error(NO_ANSWER);
    if (answer.redirected || answer.status === 403) throw new Error(LOGGED_OUT);
    if (!answer.ok) {
      const { error } = await answer.json().catch(() => ({}));
      throw new Error(error ?? NO_ANSWER);
    }
    return new Uint8Array(await answer.arrayBuffer());
  }
}

/**
 * @param {Slot[]} slots
 * @param {Way} way
 * @returns {Found}
 */
function worded(slots, way) {
  if (way === "subtract") return { slots, way, done: "Unselected", nothing: "Nothing of that is selected." };
  return { slots, way, done: "Selected", nothing: "All of that is selected already." };
}
