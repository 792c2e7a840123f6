/** Sends the settings, and what was painted back, to be made a picture; once, however often one presses. */

import { MaskFiles } from "../studio/mask-files.js";

/** @typedef {import("../studio/mask/tiles.js").TileMask} TileMask */

const BUSY = "Keeping …";

export class Keeping {
  #form;
  #button;
  #error;
  #files = new MaskFiles();
  #isBusy = false;
  #words;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.#form = form;
    this.#button = /** @type {HTMLButtonElement} */ (form.querySelector("[data-keep]"));
    this.#error = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
    this.#words = this.#button.textContent ?? "";
    // Coming back by the browser's back button finds the page as it was left.
    addEventListener("pageshow", () => this.#busy(false));
  }

  /** @param {string} sentence why nothing can be kept now; empty when something can */
  allow(sentence) {
    this.#button.setAttribute("aria-disabled", String(Boolean(sentence)));
    this.#button.title = sentence;
  }

  /**
   * @param {string} url of a kept mask
   * @returns {ReturnType<MaskFiles["read"]>}
   */
  read(url) {
    return this.#files.read(url);
  }

  /** @param {TileMask} restored */
  async keep(restored) {
    if (this.#isBusy || restored.isChanging) return;
    this.#busy(true);
    this.say("");
    try {
      location.assign(await this.#send(restored));
    } catch (error) {
      this.#busy(false);
      this.say(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {TileMask} restored
   * @returns {Promise<string>} the address of what will be kept
   */
  async #send(restored) {
    const body = new FormData(this.#form);
    if (!restored.isEmpty) body.set("restored", await this.#files.write(restored), "restored.png");
    const request = { method: "POST", body, headers: { Accept: "application/json" } };
    const response = await fetch(this.#form.action, request).catch(() => null);
    const isJson = response?.headers.get("Content-Type")?.startsWith("application/json");
    const answer = isJson ? await response?.json() : null;
    if (answer?.error) throw new Error(answer.error);
    if (!response?.ok || !answer?.url) {
      throw new Error("This could not be sent. Check the connection and try again; nothing is lost.");
    }
    return answer.url;
  }

  /** @param {string} sentence */
  say(sentence) {
    this.#error.textContent = sentence;
    this.#error.hidden = !sentence;
  }

  /** @param {boolean} isBusy */
  #busy(isBusy) {
    this.#isBusy = isBusy;
    this.#button.setAttribute("aria-busy", String(isBusy));
    this.#button.textContent = isBusy ? BUSY : this.#words;
  }
}
