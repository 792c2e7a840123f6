/** The frame: joins what is chosen, what is painted, what the server says, and what is drawn. */

import { FrameAsker, questionOf } from "./asking.js";
import { FrameOverlay } from "./overlay.js";
import { FramePanel } from "./panel.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("../types.js").FrameAnswer} FrameAnswer */
/** @typedef {import("../types.js").StudioData} StudioData */

/** Milliseconds after a stroke, and after a change of a control. */
const AFTER_STROKE = 220;
const AFTER_CHANGE = 60;
const FIELDS = ["model", "size"];

export class FrameControl {
  #form;
  #sheet;
  #panel;
  #overlay;
  #asker;
  /** @type {FrameAnswer | null} */
  #answer = null;
  #changed;
  /** @type {((offer: FrameAnswer["offer"]) => void)[]} */
  #listeners = [];
  isShown = true;

  /**
   * @param {{root: HTMLElement, part: HTMLElement, form: HTMLFormElement}} page
   * @param {import("../studio.js").Studio} studio
   * @param {StudioData} data
   * @param {() => void} changed the wish is another one now
   */
  constructor({ root, part, form }, studio, data, changed) {
    this.#form = form;
    this.#sheet = studio.sheet;
    this.#changed = changed;
    this.#panel = new FramePanel(part, form, (what) => this.#chosen(what));
    this.#overlay = new FrameOverlay(root, studio.stage, data.picture, {
      moved: (box) => this.#byHand(box),
      dropped: () => this.ask(),
      cancelled: () => this.ask(),
      touched: () => studio.pointerAway(),
      picked: (number) => this.#takeOffer(number),
    });
    this.#asker = new FrameAsker(data.urls.frame, (answer) => this.#take(answer));
    this.#panel.onOffer((number) => this.#takeOffer(number));
    this.restore(data.wish.frame);
    this.#sheet.onChange(() => this.ask(AFTER_STROKE));
    this.ask(0);
  }

  /**
   * Asks for the frame anew.
   * @param {number} [after] milliseconds
   */
  ask(after = AFTER_CHANGE) {
    if (!this.#wish().get("model")) return;
    // Half a stroke would be answered with frames that hold no longer when it ends.
    const question = () => (this.#sheet.isFree ? questionOf(this.#wish(), this.#sheet.boxes()) : null);
    this.#asker.ask(question, after);
  }

  /** @param {(offer: FrameAnswer["offer"]) => void} listener called when two edits would do better, or not any more */
  onOffer(listener) {
    this.#listeners.push(listener);
  }

  toggle() {
    this.isShown = !this.isShown;
    this.reveal(this.isShown);
  }

  /** @param {boolean} isVisible for the moment; the choice of the button stays */
  reveal(isVisible) {
    this.#overlay.reveal(isVisible && this.isShown);
  }

  /** @param {StudioData["wish"]["frame"]} wish what an earlier one had chosen */
  restore({ choice, context, box }) {
    const range = /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("frame_context"));
    range.value = String(context);
    if (box) {
      const [left, top, width, height] = box;
      this.#panel.box = { left, top, right: left + width, bottom: top + height };
    }
    this.#panel.choice = choice;
  }

  #wish() {
    const wish = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form)) {
      if (FIELDS.includes(name) || name.startsWith("frame")) wish.set(name, String(value));
    }
    return wish;
  }

  /** @param {"choice" | "context" | "box"} what */
  #chosen(what) {
    // A box by hand begins where the frame lies.
    if (what === "choice" && this.#panel.choice === "hand" && this.#answer) {
      this.#panel.box = toBox(this.#answer.box);
    }
    this.#panel.refresh();
    const box = this.#panel.choice === "hand" ? this.#panel.box : null;
    if (what === "box" && box) this.#overlay.show(box);
    if (what !== "box" || box) this.ask(what === "box" ? AFTER_STROKE : AFTER_CHANGE);
    this.#changed();
  }

  /** @param {Box} box */
  #byHand(box) {
    this.#panel.box = box;
    if (this.#panel.choice === "hand") return;
    this.#panel.choice = "hand";
    this.#changed();
  }

  /** @param {number} number */
  #takeOffer(number) {
    const offered = this.#answer?.offer?.boxes[number];
    if (!offered) return;
    this.#byHand(toBox(offered));
    this.#overlay.show(toBox(offered));
    this.ask(0);
    this.#changed();
  }

  /** @param {FrameAnswer | null} answer */
  #take(answer) {
    if (this.#overlay.isHeld) return;
    this.#answer = answer;
    this.#panel.say(answer);
    for (const listener of this.#listeners) listener(answer?.offer ?? null);
    if (!answer) {
      this.#overlay.show(null);
      this.#overlay.offer([]);
      return;
    }
    const box = toBox(answer.box);
    const isWriting = document.activeElement?.closest("[data-frame-box]");
    if (answer.choice === "hand" && !isWriting) this.#panel.box = box;
    this.#overlay.shape = answer.shape;
    const words = answer.enlargement > 1.05 ? ` · ${answer.enlargement.toFixed(1)}×` : "";
    const label = `${box.right - box.left} × ${box.bottom - box.top}${words}`;
    this.#overlay.show(answer.choice === "whole" ? null : box, { words: label, soft: answer.soft });
    this.#showOffer(answer);
  }

  /** @param {FrameAnswer} answer */
  #showOffer({ offer, box, choice }) {
    const boxes = offer?.boxes ?? [];
    const chosen = choice === "hand" ? boxes.findIndex((other) => other.join() === box.join()) : -1;
    this.#panel.press(chosen < 0 ? null : chosen);
    // The chosen one has the frame itself around it.
    this.#overlay.offer(boxes.map((other, i) => (i === chosen ? null : toBox(other))));
  }
}

/**
 * @param {number[]} sides left, top, right, bottom
 * @returns {Box}
 */
function toBox([left, top, right, bottom]) {
  return { left, top, right, bottom };
}
