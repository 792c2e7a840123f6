/** What can be done with the result shown, in words and buttons: beside the strip and on the stage. */

/** @typedef {import("../types.js").Variant} Variant */
/** @typedef {import("./stepping.js").Steps} Steps */

const KEEP_MASK = "nanoedit.keep-mask";

export class Verbs {
  #root;
  #picture;
  #badge;
  #keepMask;
  /** @type {Variant | null} */
  #variant = null;

  /**
   * @param {HTMLElement} root
   * @param {{width: number, height: number}} picture
   * @param {Storage | null} storage remembers whether the mask goes along
   */
  constructor(root, picture, storage) {
    this.#root = root;
    this.#picture = picture;
    this.#badge = this.#part("[data-looked]");
    this.#keepMask = /** @type {HTMLInputElement} */ (this.#part("[data-keep-mask]"));
    this.#keepMask.checked = storage?.getItem(KEEP_MASK) !== "no";
    this.#keepMask.addEventListener("change", () => {
      try {
        storage?.setItem(KEEP_MASK, this.#keepMask.checked ? "yes" : "no");
      } catch {
        // It is asked anew on the next page.
      }
    });
  }

  /** Whether the mask goes along to the result's own studio; it must be of the result's size. */
  get keepsMask() {
    return this.#keepMask.checked && this.#fits;
  }

  get #fits() {
    const { width, height } = this.#picture;
    return this.#variant?.width === width && this.#variant.height === height;
  }

  /**
   * @param {Variant | null} variant null = the picture itself is shown
   * @param {Steps} steps
   */
  show(variant, steps) {
    this.#variant = variant;
    this.#badge.hidden = variant === null;
    this.#part("[data-looked-verbs]").hidden = variant === null;
    if (!variant) return;
    this.#say(variant.label, "Painting is off: Esc, or Original below, goes back");
    const place = this.#part("[data-looked-place]");
    place.textContent = `${steps.place} / ${steps.count}`;
    place.title = `${variant.label}, ${steps.place} of ${steps.count} in the strip`;
    this.#link("[data-looked-adjust]", variant.adjust_url);
    this.#link("[data-looked-download]", variant.download_url);
    this.#link("[data-looked-job]", variant.job_url);
    this.#link("[data-looked-view]", variant.view_url);
    this.#keepMask.disabled = !this.#fits;
    const kept = this.#fits ? "" : "This result has another size: the mask cannot go along.";
    /** @type {HTMLElement} */ (this.#keepMask.parentElement).title = kept;
    const discard = this.#part('[data-command="discard"]');
    const words = variant.discarded ? "Bring back into the strip" : "Discard: out of the strip, kept in the gallery";
    discard.setAttribute("aria-label", words);
    discard.dataset.tip = words;
  }

  /** How much of the stage's bottom the buttons lie over, where there is little room: CSS pixels. */
  get covered() {
    const buttons = this.#part("[data-looked-verbs]").getBoundingClientRect();
    const stage = this.#part("[data-stage]").getBoundingClientRect();
    const across = Math.min(buttons.right, stage.right) - Math.max(buttons.left, stage.left);
    return across > stage.width / 2 ? Math.max(0, Math.min(stage.height / 2, stage.bottom - buttons.top)) : 0;
  }

  /** @param {boolean} isHeld */
  hold(isHeld) {
    if (isHeld) this.#say("Original", "as long as it is held");
    else if (this.#variant) this.#say(this.#variant.label, "Painting is off: Esc, or Original below, goes back");
  }

  fail() {
    this.#say(this.#variant?.label ?? "", "It could not be loaded. Choose it again to try once more.");
  }

  /**
   * @param {string} label
   * @param {string} words
   */
  #say(label, words) {
    this.#part("[data-looked-label]").textContent = label;
    this.#part("[data-looked-words]").textContent = words;
  }

  /**
   * @param {string} selector
   * @param {string} url
   */
  #link(selector, url) {
    /** @type {HTMLAnchorElement} */ (this.#part(selector)).href = url;
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(selector));
  }
}
