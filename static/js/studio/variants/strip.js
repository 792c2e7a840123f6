/** The strip under the stage: its tiles, which of them is shown, what is discarded, open or closed. */

import { defineKeyedSwap } from "./merging.js";

/** @typedef {import("../types.js").Variant} Variant */

/**
 * @typedef {object} Hands
 * @property {(key: string | null, byHand: boolean) => void} pick
 * @property {() => void} again what is shown already was pressed once more, by key or twice by hand
 */

const CLOSED = "nanoedit.strip-closed";

export class Strip {
  #root;
  #list;
  #storage;
  /** @type {(() => void)[]} */
  #listeners = [];
  /** What can be shown, in order. @type {Map<string, Variant>} */
  variants = new Map();
  /** @type {string | null} */
  #marked = null;

  /**
   * @param {HTMLElement} root
   * @param {Storage | null} storage remembers whether it is closed
   * @param {Hands} hands
   */
  constructor(root, storage, hands) {
    this.#root = root;
    this.#storage = storage;
    this.#list = /** @type {HTMLElement} */ (root.querySelector("#variant-strip"));
    defineKeyedSwap(this.#list);
    root.addEventListener("click", (event) => this.#clicked(event, hands));
    this.#close(storage?.getItem(CLOSED) === "yes");
    // The form lays a new strip in after an edit was sent, htmx whenever a job has moved.
    new MutationObserver((changes) => changes.some(isOfStrip) && this.#read()).observe(this.#list, {
      childList: true, subtree: true,
    });
    this.#read();
  }

  /** @param {() => void} listener called when the strip holds something else */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Whether the focus is in it. */
  get hasFocus() {
    return this.#root.contains(document.activeElement);
  }

  /**
   * The small picture of a result, which is on the page already.
   * @param {string | null} key
   * @returns {HTMLImageElement | null}
   */
  thumbOf(key) {
    return this.#tile(key)?.querySelector("img") ?? null;
  }

  /**
   * Marks what is shown.
   * @param {string | null} key null = the original
   */
  mark(key) {
    this.#marked = key;
    this.#showMarked();
    const tile = this.#tile(key);
    tile?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (document.activeElement?.matches(".tile")) tile?.focus({ preventScroll: true });
  }

  #showMarked() {
    const key = this.#marked;
    for (const tile of this.#root.querySelectorAll(".tile")) {
      if (tile.hasAttribute("data-variant") || tile.hasAttribute("data-original")) {
        tile.setAttribute("aria-pressed", String(keyOf(tile) === key));
      }
    }
  }

  /**
   * Takes something out of the strip, or brings it back; it is kept in any case.
   * @param {string} key
   * @param {boolean} back
   */
  discard(key, back) {
    const { htmx } = /** @type {{htmx?: {ajax: (verb: string, url: string, how: object) => void}}} */ (
      /** @type {unknown} */ (window)
    );
    const values = { [back ? "bring_back" : "discard"]: key };
    const url = this.#list.getAttribute("hx-get") ?? "";
    htmx?.ajax("POST", url, { source: this.#list, target: this.#list, swap: "keyed", values });
  }

  /** @param {string | null} key */
  #tile(key) {
    return document.getElementById(key === null ? "tile-original" : `tile-${key}`);
  }

  /**
   * @param {MouseEvent} event
   * @param {Hands} hands
   */
  #clicked(event, { pick, again }) {
    const target = /** @type {Element} */ (event.target).closest("a, button");
    if (!(target instanceof HTMLElement)) return;
    if (target.matches("[data-strip-toggle]")) this.#close(!("closed" in this.#root.dataset));
    else if (target.matches("[data-show-discarded]")) this.#showDiscarded(target);
    else if (target.dataset.dismiss) this.discard(target.dataset.dismiss, "back" in target.dataset);
    else if (target.matches("[data-original], [data-variant]")) {
      // With a modifier it is a link to the edit's own page, as everywhere.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const key = keyOf(target);
      const isAgain = event.detail !== 1 && key === this.#marked && key !== null;
      if (isAgain) again();
      else pick(key, event.detail > 0);
    }
  }

  /** @param {boolean} isClosed */
  #close(isClosed) {
    this.#root.toggleAttribute("data-closed", isClosed);
    this.#root.querySelector("[data-strip-toggle]")?.setAttribute("aria-expanded", String(!isClosed));
    try {
      this.#storage?.setItem(CLOSED, isClosed ? "yes" : "no");
    } catch {
      // It is open again on the next page.
    }
  }

  /** @param {HTMLElement} button */
  #showDiscarded(button) {
    const isShown = this.#root.toggleAttribute("data-shows-discarded");
    button.setAttribute("aria-pressed", String(isShown));
    this.#read();
  }

  #read() {
    const shows = this.#root.hasAttribute("data-shows-discarded");
    this.variants.clear();
    for (const tile of this.#list.querySelectorAll("[data-variant]")) {
      tile.setAttribute("role", "button");
      const variant = /** @type {Variant} */ (JSON.parse(tile.getAttribute("data-variant") ?? ""));
      if (shows || !variant.discarded) this.variants.set(keyOf(tile) ?? "", variant);
    }
    this.#count();
    this.#showMarked();
    for (const listener of this.#listeners) listener();
  }

  /** Says in words how many there are. */
  #count() {
    const said = this.#list.querySelector("[data-strip-counts]");
    const count = (/** @type {string} */ name) => Number(said?.getAttribute(`data-${name}`) ?? 0);
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (this.#root.querySelector(name));
    const words = [];
    if (count("results")) words.push(String(count("results")));
    if (count("open")) words.push(`${count("open")} running`);
    part("[data-strip-said]").textContent = ["Results", ...words].join(" · ");
    const discarded = part("[data-show-discarded]");
    discarded.hidden = count("discarded") === 0;
    const shows = this.#root.hasAttribute("data-shows-discarded");
    discarded.textContent = `${shows ? "Hide" : "Show"} ${count("discarded")} discarded`;
  }
}

/**
 * Whether it is more than a clock that ticks: whoever holds a key, or goes through the strip, is not disturbed.
 * @param {MutationRecord} change
 */
function isOfStrip({ target }) {
  return !(target instanceof HTMLTimeElement);
}

/**
 * @param {Element} tile
 * @returns {string | null}
 */
function keyOf(tile) {
  return tile.hasAttribute("data-original") ? null : tile.id.slice("tile-".length);
}
