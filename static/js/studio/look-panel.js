/** The sheet in which the look of the mask is chosen, and the clock of its moving outline. */

import { COLOURS, LEAST_OPACITY, MOST_OPACITY, OUTLINES, PATTERNS, lookOf, readColour, shadesOf, written } from "./look.js";

/** @typedef {import("./preferences.js").KeptLook} KeptLook */
/** @typedef {import("./stage.js").Stage} Stage */

/** Milliseconds between two steps of the outline: it crawls, it does not flicker. */
const STEP_TIME = 110;

export class LookPanel {
  #panel;
  #stage;
  #keep;
  #look;
  #clock = 0;
  #still = window.matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @param {HTMLElement} panel
   * @param {Stage} stage
   * @param {Partial<KeptLook>} kept
   * @param {(look: KeptLook) => void} keep
   */
  constructor(panel, stage, kept, keep) {
    this.#panel = panel;
    this.#stage = stage;
    this.#keep = keep;
    this.#look = lookOf(kept);
    this.#fill();
    panel.addEventListener("input", () => this.#chosen());
    this.#still.addEventListener("change", () => this.#setClock());
    document.addEventListener("visibilitychange", () => this.#setClock());
    this.#show();
  }

  #fill() {
    this.#fillGroup("colour", COLOURS, (name) => {
      const swatch = document.createElement("span");
      swatch.className = "look__swatch";
      swatch.dataset.colour = name;
      swatch.style.setProperty("--swatch", `var(--color-mask-${name})`);
      return swatch;
    });
    this.#fillGroup("pattern", PATTERNS);
    this.#fillGroup("outline", OUTLINES);
    const opacity = this.#opacity;
    opacity.min = String(LEAST_OPACITY);
    opacity.max = String(MOST_OPACITY);
  }

  /**
   * @param {"colour" | "pattern" | "outline"} group
   * @param {{name: string, label: string}[]} choices
   * @param {(name: string) => HTMLElement} [picture]
   */
  #fillGroup(group, choices, picture) {
    const place = this.#panel.querySelector(`[data-look-${group}]`);
    for (const { name, label } of choices) {
      const choice = document.createElement("label");
      const input = document.createElement("input");
      const words = document.createElement("span");
      choice.className = picture ? "look__colour" : "look__choice";
      choice.title = picture ? label : "";
      input.type = "radio";
      input.name = `look-${group}`;
      input.value = name;
      input.checked = this.#look[group] === name;
      words.textContent = label;
      if (picture) words.className = "visually-hidden";
      choice.append(input, ...(picture ? [picture(name)] : []), words);
      place?.append(choice);
    }
  }

  get #opacity() {
    return /** @type {HTMLInputElement} */ (this.#panel.querySelector("[data-look-opacity]"));
  }

  /** @param {"colour" | "pattern" | "outline"} group */
  #checked(group) {
    const input = this.#panel.querySelector(`input[name=look-${group}]:checked`);
    return /** @type {HTMLInputElement | null} */ (input)?.value;
  }

  #chosen() {
    this.#look = lookOf({
      colour: this.#checked("colour"),
      pattern: this.#checked("pattern"),
      outline: this.#checked("outline"),
      opacity: Number(this.#opacity.value),
    });
    this.#show();
    this.#keep(this.#look);
  }

  #show() {
    const { colour, opacity } = this.#look;
    const input = this.#opacity;
    const words = `${opacity} %`;
    const share = (opacity - LEAST_OPACITY) / (MOST_OPACITY - LEAST_OPACITY);
    input.value = String(opacity);
    input.style.setProperty("--share", String(share));
    input.setAttribute("aria-valuetext", words);
    /** @type {HTMLElement} */ (this.#panel.querySelector("output")).textContent = words;
    this.#stage.setLook(this.#look);
    this.#tint(colour);
    this.#setClock();
  }

  /**
   * The swatch beside the painted share has the mask's colours.
   * @param {string} colour
   */
  #tint(colour) {
    const chip = /** @type {HTMLElement | null} */ (document.querySelector("[data-coverage]"));
    if (!chip) return;
    const main = getComputedStyle(this.#panel).getPropertyValue(`--color-mask-${colour}`);
    const { dark, light } = shadesOf(readColour(main));
    for (const [name, shade] of Object.entries({ dark, light })) {
      if (colour === "signal") chip.style.removeProperty(`--color-mask-${name}`);
      else chip.style.setProperty(`--color-mask-${name}`, written(shade));
    }
  }

  /** Who wants no motion gets the dashes, and they stand still. */
  #setClock() {
    clearInterval(this.#clock);
    if (this.#look.outline !== "moving" || this.#still.matches || document.hidden) return;
    this.#clock = window.setInterval(() => this.#stage.march(), STEP_TIME);
  }
}
