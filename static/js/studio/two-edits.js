/** Areas that lie far apart: both are sent by one press, each as an edit of its own. */

import { bothLabel } from "./prices.js";
import { approvalOf, refusalOf } from "./wish/problems.js";

/** @typedef {import("./types.js").FrameAnswer} FrameAnswer */

export class TwoEdits {
  #buttons;
  #form;
  /** A frame around each of the areas. @type {number[][]} */
  #boxes = [];

  /**
   * @param {Iterable<HTMLElement>} buttons
   * @param {import("./wish-form.js").WishForm} form
   */
  constructor(buttons, form) {
    this.#buttons = [...buttons];
    this.#form = form;
    for (const button of this.#buttons) button.addEventListener("click", () => this.#send());
  }

  /** @param {FrameAnswer["offer"]} offer */
  offer(offer) {
    this.#boxes = offer?.boxes ?? [];
    this.show();
  }

  /** The price is that of both, and so is what the budget says to it. */
  show() {
    const { unit, count } = this.#form.price;
    const asked = this.#form.asked(this.#boxes.length || 1);
    const refusal = refusalOf(asked);
    const approval = approvalOf(asked);
    for (const button of this.#buttons) {
      button.hidden = this.#boxes.length === 0;
      const label = `Send as two edits · ${bothLabel(unit, count)}${approval ? " · needs approval" : ""}`;
      if (button.textContent !== label) button.textContent = label;
      button.setAttribute("aria-disabled", String(refusal !== null));
      button.title = (refusal?.text ?? approval) || "Two pictures come back: in each of them one area is changed.";
    }
  }

  #send() {
    if (this.#boxes.length) void this.#form.submit({ parts: this.#boxes });
  }
}
