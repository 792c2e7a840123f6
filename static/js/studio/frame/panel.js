/** The choice of the frame among the properties. The form's own fields stay the truth. */

import { sizeOf } from "./geometry.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("../types.js").FrameAnswer} FrameAnswer */
/** @typedef {"auto" | "around" | "whole" | "hand"} Choice */

const SIDES = /** @type {const} */ (["left", "top", "width", "height"]);
const UNKNOWN = "How the picture will be sent could not be worked out just now. It can be sent all the same.";

export class FramePanel {
  #form;
  #part;

  /**
   * @param {HTMLElement} part the section of the panel
   * @param {HTMLFormElement} form
   * @param {(what: "choice" | "context" | "box") => void} changed by the person
   */
  constructor(part, form, changed) {
    this.#part = part;
    this.#form = form;
    for (const radio of part.querySelectorAll("input[name=frame]")) {
      radio.addEventListener("change", () => changed("choice"));
    }
    this.#context.addEventListener("input", () => {
      this.#showContext();
      changed("context");
    });
    this.#find("reset").addEventListener("click", () => {
      this.choice = "auto";
      changed("choice");
    });
    for (const side of SIDES) this.#side(side).addEventListener("input", () => changed("box"));
    this.refresh();
  }

  /** @returns {Choice} */
  get choice() {
    const radios = /** @type {RadioNodeList} */ (this.#form.elements.namedItem("frame"));
    return /** @type {Choice} */ (radios.value);
  }

  /** @param {Choice} choice */
  set choice(choice) {
    const radios = /** @type {RadioNodeList} */ (this.#form.elements.namedItem("frame"));
    radios.value = choice;
    this.refresh();
  }

  /** The box in the number fields; null while they hold none. @returns {Box | null} */
  get box() {
    const [left, top, width, height] = SIDES.map((side) => this.#side(side).valueAsNumber);
    if (!(left >= 0 && top >= 0 && width >= 1 && height >= 1)) return null;
    return { left, top, right: left + width, bottom: top + height };
  }

  /** @param {Box} box */
  set box(box) {
    const { width, height } = sizeOf(box);
    const values = { left: box.left, top: box.top, width, height };
    for (const side of SIDES) {
      const text = String(values[side]);
      if (this.#side(side).value !== text) this.#side(side).value = text;
    }
  }

  /** Shows what belongs to the choice. */
  refresh() {
    const { choice } = this;
    this.#find("context").hidden = choice !== "around";
    const box = /** @type {HTMLFieldSetElement} */ (this.#find("box"));
    // What is disabled is not sent along.
    box.hidden = box.disabled = choice !== "hand";
    this.#context.disabled = choice !== "around";
    this.#showContext();
  }

  /** @param {FrameAnswer | null} answer */
  say(answer) {
    const notes = answer ? [answer.words, ...answer.notes].join(" ") : UNKNOWN;
    setText(this.#find("words"), notes);
    const warning = this.#find("warning");
    warning.hidden = !answer?.warning;
    setText(warning, answer?.warning ?? "");
    this.#find("offer").hidden = !answer?.offer;
    if (answer?.offer) setText(this.#find("offer-words"), answer.offer.words);
    const brief = document.querySelector("[data-frame-brief]");
    if (brief) setText(/** @type {HTMLElement} */ (brief), answer?.offer?.words || answer?.warning || "");
  }

  /** @param {number | null} number which of the two offered frames is chosen, from 0 */
  press(number) {
    this.#offerButtons().forEach((button, i) => button.setAttribute("aria-pressed", String(i === number)));
  }

  /** @param {(number: number) => void} take */
  onOffer(take) {
    this.#offerButtons().forEach((button, i) => button.addEventListener("click", () => take(i)));
  }

  #offerButtons() {
    return [...this.#find("offer").querySelectorAll("button:not([data-two-edits])")];
  }

  #showContext() {
    const range = this.#context;
    const words = `${range.value} %`;
    range.style.setProperty("--share", String(Number(range.value) / Number(range.max)));
    range.setAttribute("aria-valuetext", `${words} of the painted part`);
    setText(this.#find("context-said"), words);
  }

  get #context() {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("frame_context"));
  }

  /** @param {string} side */
  #side(side) {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem(`frame_${side}`));
  }

  /** @param {string} name */
  #find(name) {
    return /** @type {HTMLElement} */ (this.#part.querySelector(`[data-frame-${name}]`));
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
