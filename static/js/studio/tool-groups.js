/**
 * Tools that share one button where there is little room: it takes the one that was used last; pressed
 * again, or long, it shows all of them. With room the stylesheet hides the button and shows its tools.
 */

const LONG_PRESS = 450;
/** CSS pixels between the menu and its button, and the edges of the screen. */
const GAP = 8;

export class ToolGroup {
  #name;
  #face;
  #menu;
  #tools;
  /** The tool that was used last. @type {HTMLElement | null} */
  #last = null;

  /** @param {HTMLElement} group */
  constructor(group) {
    this.#name = group.dataset.toolGroup ?? "";
    this.#face = /** @type {HTMLElement} */ (group.querySelector("[data-group-face]"));
    this.#menu = /** @type {HTMLElement} */ (group.querySelector("[data-group-tools]"));
    this.#tools = /** @type {HTMLElement[]} */ ([...this.#menu.querySelectorAll("[data-command]")]);
    for (const tool of this.#tools) tool.addEventListener("click", () => this.#menu.hidePopover());
    this.#menu.addEventListener("toggle", () => {
      this.#face.setAttribute("aria-expanded", String(this.#isOpen));
    });
    this.#armFace();
    this.refresh();
  }

  /** Looks at which tool is in the hand. */
  refresh() {
    const pressed = this.#tools.find((tool) => tool.getAttribute("aria-pressed") === "true");
    if (pressed && pressed !== this.#last) {
      this.#last = pressed;
      this.#face.replaceChildren(.../** @type {Element} */ (pressed.cloneNode(true)).children);
    }
    this.#face.setAttribute("aria-pressed", String(pressed !== undefined));
    const tool = this.#last?.getAttribute("aria-label");
    this.#face.setAttribute("aria-label", tool ? `${tool}, one of ${this.#name.toLowerCase()}` : this.#name);
  }

  get #isOpen() {
    return this.#menu.matches(":popover-open");
  }

  #armFace() {
    let wasOpen = false;
    let timer = 0;
    const face = this.#face;
    face.addEventListener("pointerdown", () => {
      wasOpen = this.#isOpen;
      timer = window.setTimeout(() => this.#open(), LONG_PRESS);
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      face.addEventListener(name, () => clearTimeout(timer));
    }
    face.addEventListener("contextmenu", (event) => event.preventDefault());
    face.addEventListener("click", ({ detail }) => {
      // The end of a long press has nothing more to do; a key presses without a pointer.
      if (this.#isOpen && !wasOpen) return;
      if (wasOpen && detail) this.#menu.hidePopover();
      else if (this.#last && face.getAttribute("aria-pressed") === "false") this.#last.click();
      else this.#open();
      wasOpen = false;
    });
  }

  #open() {
    if (this.#isOpen) return;
    this.#menu.showPopover();
    const from = this.#face.getBoundingClientRect();
    const { width, height } = this.#menu.getBoundingClientRect();
    // Above a bar that lies under the picture, beside one that stands.
    const bar = /** @type {HTMLElement} */ (this.#face.closest("[role=toolbar]")).getBoundingClientRect();
    const lies = bar.width > bar.height;
    const x = lies ? from.left + from.width / 2 - width / 2 : from.right + GAP;
    const y = lies ? from.top - height - GAP : from.top + from.height / 2 - height / 2;
    const { style } = this.#menu;
    style.left = `${Math.max(GAP, Math.min(x, innerWidth - width - GAP))}px`;
    style.top = `${Math.max(GAP, Math.min(y, innerHeight - height - GAP))}px`;
    (this.#last ?? this.#tools[0]).focus({ preventScroll: true });
  }
}
