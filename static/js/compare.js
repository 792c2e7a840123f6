/*
 * <ne-compare>: the picture before and after, with a line to drag between them.
 *
 * The line is a range input laid over the picture, so keyboard, touch and screen readers
 * work without further code. Holding "\" or the hold button shows the original alone.
 * Side by side, the difference and 100 % are drawn on a canvas, whose code is fetched when
 * somebody asks for one of them. Without script both pictures are shown.
 */

/** @typedef {import("./studio/compare/panes.js").Mode} Mode */
/** @typedef {import("./studio/compare/page-desk.js").PageDesk} PageDesk */

/** @type {Record<string, Mode>} */
const MODE_KEYS = { k: "line", s: "sides", d: "difference" };

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

/** @param {HTMLImageElement} image */
function sizeOf(image) {
  return { width: Number(image.getAttribute("width")), height: Number(image.getAttribute("height")) };
}

/**
 * Puts a picture of any shape into the room that another one takes in the middle of a box.
 * @param {HTMLImageElement} image
 * @param {HTMLImageElement} other
 * @param {{ width: number, height: number }} box
 */
function layOnto(image, other, box) {
  const { left, width } = fitted(box, sizeOf(other));
  const height = (width / sizeOf(other).width) * sizeOf(other).height;
  Object.assign(image.style, {
    left: `${left}px`, top: `${(box.height - height) / 2}px`, width: `${width}px`, height: `${height}px`,
  });
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
  /** @type {Promise<PageDesk> | undefined} */
  #opening;
  /** @type {PageDesk | undefined} */
  #desk;
  /** How often a mode or a size was asked for: the last one counts. */
  #asked = 0;

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
    for (const button of this.querySelectorAll("[data-compare-mode]")) {
      const mode = /** @type {Mode} */ (button.getAttribute("data-compare-mode"));
      button.addEventListener("click", () => void this.#compare(mode), { signal });
    }
    this.#part("[data-compare-zoom]")?.addEventListener("click", () => void this.#zoom(), { signal });
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
    const before = /** @type {HTMLImageElement | null} */ (this.#part(".compare__before"));
    const isOnto = "onto" in this.dataset && before;
    const { left, width } = fitted(box, sizeOf(isOnto ? before : after));
    if (isOnto) layOnto(after, before, box);
    stage.style.setProperty("--split", `${left + width * share}px`);
    stage.style.setProperty("--inset", `${left}px`);
    range.style.left = `${left}px`;
    range.style.width = `${width}px`;
    range.setAttribute("aria-valuetext", `${Math.round(share * 100)} % original`);
  }

  /** @param {boolean} on */
  #hold(on) {
    this.toggleAttribute("data-hold", on);
    this.#desk?.hold(on);
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.activeElement && isTextField(document.activeElement)) return;
    if (!this.checkVisibility() || document.querySelector("dialog[open]")) return;
    const mode = MODE_KEYS[event.key.toLowerCase()];
    if (event.key === "\\") this.#hold(true);
    else if (mode) void this.#compare(mode);
    else if (event.key === "1" || event.key === "0") void this.#zoom(event.key === "1");
    else return;
    event.preventDefault();
  }

  /** @returns {Promise<PageDesk>} */
  #openDesk() {
    this.#opening ??= import("./studio/compare/page-desk.js").then(({ PageDesk: Desk }) => {
      const image = (/** @type {string} */ name) => /** @type {HTMLImageElement} */ (this.#part(name));
      const stage = /** @type {HTMLElement} */ (this.#part(".compare__stage"));
      this.#desk = new Desk(stage, image(".compare__before"), image(".compare__after"), () => this.#showMode());
      return this.#desk;
    });
    return this.#opening;
  }

  /** @param {Mode} mode */
  async #compare(mode) {
    const asked = ++this.#asked;
    if (mode === "line" && (!this.#desk || this.#desk.isFitted)) this.#desk?.close();
    else {
      const desk = await this.#openDesk();
      if (asked !== this.#asked) return; // somebody has asked for another one while the code came
      desk.show(mode, this.#split);
    }
    this.#showMode();
  }

  /** @param {boolean} [wanted] whether to show every pixel as it is; the other way round when left out */
  async #zoom(wanted) {
    const asked = ++this.#asked;
    if (!this.#desk && wanted === false) return;
    const desk = await this.#openDesk();
    if (asked !== this.#asked) return;
    if (wanted !== undefined && wanted !== desk.isFitted) return;
    if (!desk.mode) desk.show("line", this.#split);
    desk.toggleZoom();
    if (desk.isFitted && desk.mode === "line") desk.close();
    this.#showMode();
  }

  /** Where the line is, as a share of the stage. */
  get #split() {
    const stage = this.#part(".compare__stage");
    const split = Number.parseFloat(stage?.style.getPropertyValue("--split") ?? "");
    return stage && split ? split / stage.clientWidth : 0.5;
  }

  #showMode() {
    const mode = this.#desk?.mode ?? null;
    this.toggleAttribute("data-comparing", mode !== null);
    this.toggleAttribute("data-fitted", this.#desk?.isFitted !== false);
    for (const button of this.querySelectorAll("[data-compare-mode]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-compare-mode") === (mode ?? "line")));
    }
    this.#part("[data-compare-zoom]")?.setAttribute("aria-pressed", String(this.#desk?.isFitted === false));
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
