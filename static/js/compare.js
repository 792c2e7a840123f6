/*
 * <ne-compare>: the picture before and after, with a line to drag between them.
 *
 * The line is a range input laid over the picture, so keyboard, touch and screen readers
 * work without further code. Holding "\" or the hold button shows the original alone.
 * Without script only the result is shown.
 */

/**
 * Where a picture of the given size lies inside a box when it is fitted into it.
 * @param {{ width: number, height: number }} box
 * @param {{ width: number, height: number }} picture
 * @returns {{ left: number, width: number }}
 */
export function fitted(box, picture) {
  if (!picture.width || !picture.height) return { left: 0, width: box.width };
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const width = picture.width * scale;
  return { left: (box.width - width) / 2, width };
}

/** @param {Element} element */
function isTextField(element) {
  return element.matches("input:not([type=range], [type=checkbox], [type=radio]), textarea, select");
}

class Compare extends HTMLElement {
  /** @type {AbortController | undefined} */
  #listening;
  /** @type {ResizeObserver | undefined} */
  #watching;

  connectedCallback() {
    const stage = this.#part(".compare__stage");
    const range = /** @type {HTMLInputElement | null} */ (this.#part(".compare__range"));
    if (!stage || !range) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    range.addEventListener("input", () => this.#place(), { signal });
    this.#watching = new ResizeObserver(() => this.#place());
    this.#watching.observe(stage);
    document.addEventListener("keydown", (event) => this.#keyDown(event), { signal });
    document.addEventListener("keyup", (event) => this.#keyUp(event), { signal });
    addEventListener("blur", () => this.#hold(false), { signal });
    this.#listenToHoldButton(signal);
    this.#place();
    this.setAttribute("data-ready", "");
  }

  disconnectedCallback() {
    this.#listening?.abort();
    this.#watching?.disconnect();
  }

  /**
   * @param {string} selector
   * @returns {HTMLElement | null}
   */
  #part(selector) {
    return this.querySelector(selector);
  }

  /** Put the line, the cut and the range input where the value says. */
  #place() {
    const stage = this.#part(".compare__stage");
    const range = /** @type {HTMLInputElement | null} */ (this.#part(".compare__range"));
    const after = /** @type {HTMLImageElement | null} */ (this.#part(".compare__after"));
    if (!stage || !range || !after) return;
    const share = Number(range.value) / Number(range.max);
    const box = { width: stage.clientWidth, height: stage.clientHeight };
    const { left, width } = fitted(box, {
      width: Number(after.getAttribute("width")),
      height: Number(after.getAttribute("height")),
    });
    stage.style.setProperty("--split", `${left + width * share}px`);
    stage.style.setProperty("--inset", `${left}px`);
    range.style.left = `${left}px`;
    range.style.width = `${width}px`;
    range.setAttribute("aria-valuetext", `${Math.round(share * 100)} % original`);
  }

  /** @param {boolean} on */
  #hold(on) {
    this.toggleAttribute("data-hold", on);
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    if (event.key !== "\\" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.activeElement && isTextField(document.activeElement)) return;
    if (!this.checkVisibility()) return;
    this.#hold(true);
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #keyUp(event) {
    if (event.key === "\\") this.#hold(false);
  }

  /** @param {AbortSignal} signal */
  #listenToHoldButton(signal) {
    const button = this.#part("[data-compare-hold]");
    if (!button) return;
    const press = () => this.#hold(true);
    const release = () => this.#hold(false);
    button.addEventListener("pointerdown", press, { signal });
    for (const end of ["pointerup", "pointercancel", "pointerleave", "blur"]) {
      button.addEventListener(end, release, { signal });
    }
    button.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    button.addEventListener(
      "keydown",
      (event) => {
        if (event.key === " " || event.key === "Enter") press();
      },
      { signal },
    );
    button.addEventListener("keyup", release, { signal });
  }
}

/** Make the element known; doing it twice is harmless. */
export function startCompare() {
  if (!customElements.get("ne-compare")) customElements.define("ne-compare", Compare);
}
