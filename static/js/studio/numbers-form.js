/** The dialog in which a shape is painted by its numbers. */

import { boxOf, converted, fillByNumbers } from "./mask/numbers.js";
import { whereWords } from "./mask/where.js";

/** @typedef {import("./mask/numbers.js").Unit} Unit */
/** @typedef {import("./mask/numbers.js").Numbers} Numbers */

const SIDES = /** @type {const} */ (["left", "top", "width", "height"]);

export class NumbersForm {
  #dialog;
  #form;
  #sheet;
  #said;
  /** @type {Unit} */
  #unit = "px";

  /**
   * @param {HTMLDialogElement} dialog
   * @param {import("./mask/sheet.js").MaskSheet} sheet
   */
  constructor(dialog, sheet) {
    this.#dialog = dialog;
    this.#sheet = sheet;
    this.#form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
    this.#said = /** @type {HTMLElement} */ (dialog.querySelector("[data-numbers-said]"));
    const { width, height } = sheet.mask;
    this.#put({ left: Math.round(width / 4), top: Math.round(height / 4), width: Math.round(width / 2), height: Math.round(height / 2) });
    this.#form.addEventListener("input", () => this.#changed());
    this.#form.addEventListener("submit", (event) => this.#apply(event));
  }

  open() {
    this.#dialog.showModal();
    this.#tell();
    this.#field("left").select();
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem(name));
  }

  /** @param {string} name of a group of radio buttons */
  #choice(name) {
    return /** @type {RadioNodeList} */ (this.#form.elements.namedItem(name)).value;
  }

  /** @returns {Numbers} */
  get #numbers() {
    const [left, top, width, height] = SIDES.map((side) => this.#field(side).valueAsNumber);
    return { left, top, width, height };
  }

  /** @param {Numbers} numbers */
  #put(numbers) {
    for (const side of SIDES) this.#field(side).value = Number.isFinite(numbers[side]) ? String(numbers[side]) : "";
  }

  #changed() {
    const unit = /** @type {Unit} */ (this.#choice("unit"));
    if (unit !== this.#unit) {
      this.#unit = unit;
      this.#put(converted(this.#numbers, unit, this.#sheet.mask));
    }
    this.#tell();
  }

  #tell() {
    const { box, problem } = boxOf(this.#numbers, this.#unit, this.#sheet.mask);
    const { width, height } = this.#sheet.mask;
    this.#said.dataset.tone = problem ? "bad" : "";
    this.#said.textContent = box
      ? `${box.right - box.left} × ${box.bottom - box.top} px of ${width} × ${height}, ${whereWords(box, null, { width, height })}`
      : problem;
  }

  /** @param {SubmitEvent} event */
  #apply(event) {
    const { box } = boxOf(this.#numbers, this.#unit, this.#sheet.mask);
    if (!box || !this.#sheet.isFree) {
      event.preventDefault();
      this.#tell();
      return;
    }
    // The form's method closes the dialog; the focus goes back to where it was.
    const kind = this.#choice("kind") === "ellipse" ? "ellipse" : "rectangle";
    const erase = this.#choice("way") === "subtract";
    this.#sheet.change((mask) => void fillByNumbers(mask, kind, box, erase));
  }
}
