/*
 * A shared collection: a press on a picture shows it over the whole window; arrow keys and swipes
 * go on. Without script each picture is a link to itself.
 */

import { placeAfterKey, stepOfSwipe, within } from "./showing.js";

class Showing {
  #links;
  #dialog;
  #picture;
  #at = 0;
  /** @type {{ x: number, y: number } | null} */
  #finger = null;

  /**
   * @param {HTMLAnchorElement[]} links
   * @param {HTMLDialogElement} dialog
   */
  constructor(links, dialog) {
    this.#links = links;
    this.#dialog = dialog;
    this.#picture = /** @type {HTMLImageElement} */ (dialog.querySelector("[data-showing-picture]"));
    links.forEach((link, at) => link.addEventListener("click", (event) => this.#open(event, at)));
    dialog.addEventListener("keydown", (event) => this.#keyDown(event));
    dialog.addEventListener("close", () => this.#links[this.#at].focus());
    dialog.querySelector("[data-showing-close]")?.addEventListener("click", () => dialog.close());
    for (const button of dialog.querySelectorAll("[data-showing-step]")) {
      button.addEventListener("click", () => this.#show(this.#at + Number(button.getAttribute("data-showing-step"))));
    }
    dialog.addEventListener("pointerdown", (event) => {
      this.#finger = event.isPrimary && event.pointerType !== "mouse" ? { x: event.clientX, y: event.clientY } : null;
    });
    dialog.addEventListener("pointerup", (event) => this.#lift(event));
    dialog.addEventListener("pointercancel", () => (this.#finger = null));
  }

  /**
   * @param {MouseEvent} event
   * @param {number} at
   */
  #open(event, at) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#dialog.showModal();
    this.#show(at);
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // On a button the space bar presses it.
    if (event.key === " " && event.target !== this.#dialog) return;
    const next = placeAfterKey(event.key, this.#at, this.#links.length);
    if (next === this.#at) return;
    event.preventDefault();
    this.#show(next);
  }

  /** @param {PointerEvent} event */
  #lift(event) {
    const from = this.#finger;
    this.#finger = null;
    if (from) this.#show(this.#at + stepOfSwipe(event.clientX - from.x, event.clientY - from.y));
  }

  /** @param {number} place */
  #show(place) {
    this.#at = within(place, this.#links.length);
    const link = this.#links[this.#at];
    const { srcset = "", width = "", height = "", download } = link.dataset;
    const words = link.querySelector(".well__picture")?.getAttribute("alt") ?? "";
    const small = /** @type {HTMLImageElement | null} */ (link.querySelector(".well__picture"));
    // The small one is there already: it stands in until the large one is.
    const large = new Image();
    large.sizes = "100vw";
    large.srcset = srcset;
    large.src = link.href;
    this.#draw(small?.currentSrc || link.href, "", words, width, height);
    large.decode().then(
      () => {
        if (this.#links[this.#at] === link) this.#draw(link.href, srcset, words, width, height);
      },
      () => {}, // the small one stays
    );
    this.#say(words, download);
    this.#fetchAhead();
  }

  /**
   * @param {string} src
   * @param {string} srcset
   * @param {string} alt
   * @param {string} width
   * @param {string} height
   */
  #draw(src, srcset, alt, width, height) {
    const picture = this.#picture;
    picture.sizes = "100vw";
    picture.srcset = srcset;
    picture.src = src;
    picture.alt = alt;
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
  }

  /**
   * @param {string} words
   * @param {string | undefined} download
   */
  #say(words, download) {
    const dialog = this.#dialog;
    const place = dialog.querySelector("[data-showing-place]");
    if (place) place.textContent = words.replace(/^Picture /, "");
    const button = /** @type {HTMLAnchorElement | null} */ (dialog.querySelector("[data-showing-download]"));
    if (button) {
      button.hidden = !download;
      if (download) button.href = download;
    }
    for (const step of dialog.querySelectorAll("[data-showing-step]")) {
      const next = this.#at + Number(step.getAttribute("data-showing-step"));
      /** @type {HTMLButtonElement} */ (step).disabled = next !== within(next, this.#links.length);
    }
  }

  #fetchAhead() {
    const next = this.#links[this.#at + 1];
    if (!next) return;
    const image = new Image();
    image.sizes = "100vw";
    image.srcset = next.dataset.srcset ?? "";
    image.src = next.href;
  }
}

const dialog = document.querySelector("[data-showing]");
const links = [...document.querySelectorAll("[data-shared-picture]")];
if (dialog instanceof HTMLDialogElement) {
  new Showing(/** @type {HTMLAnchorElement[]} */ (links), dialog);
}
