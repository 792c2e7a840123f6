/** What lies on the studio's desk: reads it off for a draft, and lays a draft out again. */

import { clear } from "../mask/raster.js";
import { askedOf } from "./asked.js";
import { placeOf, viewAt } from "./place.js";

/** @typedef {import("./draft.js").Asked} Asked */
/** @typedef {import("./draft.js").View} View */
/** @typedef {import("./small-mask.js").Strokes} Strokes */

/**
 * @typedef {object} Parts
 * @property {HTMLFormElement} element the form
 * @property {import("../studio.js").Studio} studio
 * @property {import("../wish-form.js").WishForm} form
 * @property {import("../frame/frame.js").FrameControl} frame
 * @property {import("../references.js").References} references
 * @property {import("../toolbar.js").Commands} commands
 */

export class Desk {
  #parts;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get sheet() {
    return this.#parts.studio.sheet;
  }

  get files() {
    return this.#parts.form.files;
  }

  /** @returns {Strokes} as they are now; painting may go on meanwhile */
  get strokes() {
    const { width, height, slots } = this.sheet.mask;
    return { width, height, slots: slots.slice() };
  }

  /** Whether nothing is painted and nothing is said. */
  get isBlank() {
    return this.sheet.mask.isEmpty && !this.#parts.form.prompt.value.trim();
  }

  /** @returns {Asked} */
  asked() {
    const { element, references } = this.#parts;
    const context = /** @type {HTMLInputElement} */ (element.elements.namedItem("frame_context"));
    return askedOf(new FormData(element), references.chosen, context.value);
  }

  /** @returns {View} */
  view() {
    const { stage, tools } = this.#parts.studio;
    return { ...(stage.isFitted ? {} : placeOf(stage.view, stage.size)), tool: tools.name };
  }

  /** @param {View | null} view whoever has begun to look or to draw meanwhile keeps what is seen */
  look(view) {
    const { stage, input, isOpen } = this.#parts.studio;
    if (!view || input.isBusy || isOpen || !stage.isFitted) return;
    const { x, y, scale, tool } = view;
    if (x !== undefined && y !== undefined && scale) stage.show(viewAt({ x, y, scale }, stage.size));
    if (tool) this.#parts.commands[tool]?.run();
  }

  /**
   * Lays a draft out in place of what is there; its strokes as one step that can be undone.
   * @param {Asked} asked
   * @param {Strokes | null} strokes
   */
  async layOut(asked, strokes) {
    const { form, frame, references } = this.#parts;
    await this.free();
    form.prompt.value = asked.prompt;
    form.choices.restore(asked);
    references.replace(asked.references);
    frame.restore(asked.frame);
    if (strokes) this.#parts.studio.putMask(strokes);
    else this.sheet.change(clear);
    form.refresh();
  }

  /**
   * Puts kept strokes below what may have been painted since the page was opened.
   * @param {Strokes} kept
   * @returns {Promise<boolean>} false when they belong to another picture
   */
  async putBelow(kept) {
    await this.free();
    const { slots } = this.sheet.mask;
    const both = kept.slots.map((slot, i) => stronger(slot, slots[i]));
    return this.#parts.studio.putMask({ ...kept, slots: both });
  }

  /** @param {string} sentence */
  complain(sentence) {
    this.#parts.form.complain(sentence, "mask");
  }

  /** Waits until no stroke, undo or long work holds the mask. */
  async free() {
    while (!this.sheet.isFree) await new Promise((resolve) => setTimeout(resolve, 30));
  }

  /** @param {() => void} listener called when what is asked or painted may have changed */
  onChange(listener) {
    this.sheet.onChange(listener);
    this.#parts.form.onRefresh(listener);
    this.#parts.form.prompt.addEventListener("input", listener);
  }

  /** @param {() => void} listener called when it is looked at in another way */
  onLook(listener) {
    this.#parts.studio.onChange(listener);
  }
}

/**
 * @param {import("../mask/tiles.js").Slot} a
 * @param {import("../mask/tiles.js").Slot} b
 */
function stronger(a, b) {
  if (!a || !b) return a ?? b;
  return a.map((value, i) => Math.max(value, b[i]));
}
