/** Comparing the result shown with the original, or with any other result: on the stage, by its view. */

import { CompareDesk } from "../compare/desk.js";
import { pointInPane, shareInPane } from "../compare/panes.js";

/** @typedef {import("../compare/desk.js").Side} Side */
/** @typedef {import("../compare/panes.js").Mode} Mode */
/** @typedef {import("../types.js").Variant} Variant */

export class Comparing {
  #root;
  #stage;
  #picture;
  #desk;
  #with;
  #sideOf;
  #wasFitted = false;
  #isInPanes = false;
  /** @type {string | null} */
  #key = null;

  /**
   * @param {HTMLElement} root the studio
   * @param {import("../stage.js").Stage} stage
   * @param {{width: number, height: number}} picture
   * @param {(key: string | null) => Side | null} sideOf null = the original
   */
  constructor(root, stage, picture, sideOf) {
    this.#root = root;
    this.#stage = stage;
    this.#picture = picture;
    this.#sideOf = sideOf;
    this.#desk = new CompareDesk(/** @type {HTMLElement} */ (root.querySelector("[data-desk]")), stage, picture);
    this.#with = /** @type {HTMLSelectElement} */ (root.querySelector("[data-compare-with]"));
    this.#with.addEventListener("pointerdown", (event) => event.stopPropagation());
    this.#with.addEventListener("change", () => this.#show(this.#desk.mode));
  }

  /** @returns {Mode | null} null = nothing is compared */
  get mode() {
    return this.#desk.isOpen ? this.#desk.mode : null;
  }

  /** The keys of the two. @returns {string[]} */
  get keys() {
    return [this.#key, this.#with.value].filter((key) => key !== null && key !== "").map(String);
  }

  /**
   * @param {Mode} mode again = enough
   * @param {string} key the result shown
   * @param {Map<string, Variant>} variants
   */
  toggle(mode, key, variants) {
    if (this.mode === mode) {
      this.close();
      return;
    }
    if (!this.mode) {
      const variant = variants.get(key);
      const { view, size } = this.#stage;
      if (variant) this.#desk.split = (view.x + variant.split * this.#picture.width * view.scale) / size.width;
    }
    this.#key = key;
    this.#offer(variants);
    this.#show(mode);
  }

  /**
   * Another result is shown, or the strip holds others.
   * @param {string} key
   * @param {Map<string, Variant>} variants
   */
  follow(key, variants) {
    if (!this.mode) return;
    this.#key = key;
    this.#offer(variants);
    this.#show(this.#desk.mode);
  }

  /**
   * The strip holds others: what is compared stays, unless one of the two has gone.
   * @param {Map<string, Variant>} variants
   */
  relist(variants) {
    if (!this.mode) return;
    const other = this.#with.value;
    this.#offer(variants);
    if (this.#with.value !== other) this.#show(this.#desk.mode);
  }

  close() {
    if (!this.mode) return;
    this.#desk.close();
    this.#root.removeAttribute("data-comparing");
    this.#lay(false);
  }

  /** @param {boolean} isHeld */
  hold(isHeld) {
    this.#desk.hold(isHeld);
  }

  /** After the stage was fitted: into the panes. */
  refit() {
    if (this.mode === "sides") this.#stage.zoomTo(this.#stage.zoom * shareInPane(this.#picture, this.#stage.size));
  }

  /** @param {Mode} mode */
  #show(mode) {
    const [before, after] = [this.#sideOf(this.#with.value || null), this.#sideOf(this.#key)];
    if (!before || !after) return;
    this.#desk.show([before, after], mode);
    this.#root.setAttribute("data-comparing", mode);
    this.#lay(mode === "sides");
  }

  /** @param {boolean} inPanes */
  #lay(inPanes) {
    const stage = this.#stage;
    if (inPanes === this.#isInPanes) return;
    this.#isInPanes = inPanes;
    if (inPanes) {
      this.#wasFitted = stage.isFitted;
      stage.paned = (point) => pointInPane(point, stage.size);
      if (this.#wasFitted) this.refit();
    } else {
      stage.paned = (point) => point;
      if (this.#wasFitted) stage.fit();
    }
  }

  /**
   * What the one shown can be compared with: all but itself.
   * @param {Map<string, Variant>} variants
   */
  #offer(variants) {
    const chosen = this.#with.value;
    const others = [...variants].filter(([key]) => key !== this.#key);
    const options = others.map(([key, { label, prompt }]) => new Option(`${label}: ${prompt.slice(0, 40)}`, key));
    const offered = [new Option("Original", ""), ...options];
    // Somebody may be choosing just now.
    const isSame = offered.length === this.#with.length && offered.every(({ value }, i) => value === this.#with.options[i].value);
    if (!isSame) this.#with.replaceChildren(...offered);
    this.#with.value = others.some(([key]) => key === chosen) ? chosen : "";
    this.#with.hidden = others.length === 0;
  }
}
