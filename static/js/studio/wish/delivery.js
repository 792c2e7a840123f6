/** Sends a wish under its submit key: the same wish again under the same one, another under another. */

import { freshKey, post } from "../sending.js";

/** @typedef {import("../mask/sheet.js").MaskSheet} MaskSheet */
/** @typedef {import("../types.js").EditAnswer} EditAnswer */

/**
 * @typedef {object} Sent
 * @property {EditAnswer & {ok: boolean}} answer
 * @property {number} revision the mask as it was sent
 * @property {string} signature
 */

export class Delivery {
  #form;
  #sheet;
  #files;
  #button;
  /** What a try without a good answer had asked for; the same wish keeps its key. @type {string | null} */
  #unanswered = null;

  /**
   * @param {HTMLFormElement} form
   * @param {MaskSheet} sheet
   * @param {import("../mask-files.js").MaskFiles} files
   * @param {import("./button.js").WishButton} button
   */
  constructor(form, sheet, files, button) {
    this.#form = form;
    this.#sheet = sheet;
    this.#files = files;
    this.#button = button;
  }

  /**
   * @param {(revision: number) => string} signatureOf
   * @param {[string, string][]} more fields that stand in no control of the form
   * @returns {Promise<Sent>}
   */
  async send(signatureOf, more) {
    await this.#sheetFree();
    const { revision, mask } = this.#sheet;
    const signature = signatureOf(revision);
    if (this.#unanswered !== null && this.#unanswered !== signature) this.#key.value = freshKey();
    const body = new FormData(this.#form);
    body.delete("mask");
    for (const name of new Set(more.map(([field]) => field))) body.delete(name);
    for (const [name, value] of more) body.append(name, value);
    if (!mask.isEmpty) body.set("mask", await this.#files.write(mask), "mask.png");
    this.#button.busy("Sending");
    const answer = await post(this.#form.action, body, (share) => this.#button.progress(share));
    this.#unanswered = answer.ok ? null : signature;
    if (answer.ok) this.#key.value = answer.submit_key ?? freshKey();
    else if (answer.submit_key) this.#key.value = answer.submit_key;
    return { answer, revision, signature };
  }

  /** A stroke or an undo may be under way when Ctrl+Enter is pressed. */
  async #sheetFree() {
    while (!this.#sheet.isFree) await new Promise((resolve) => setTimeout(resolve, 30));
  }

  get #key() {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("submit_key"));
  }
}
