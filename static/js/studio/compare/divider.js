/** The line between two compared pictures: pulled by hand, moved by arrow keys. */

const STEP = 0.02;
const BIG_STEP = 0.1;

export class Divider {
  #element;
  #root;
  #moved;
  #share = 0.5;

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} root the table it moves over
   * @param {() => void} moved
   */
  constructor(element, root, moved) {
    this.#element = element;
    this.#root = root;
    this.#moved = moved;
    element.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", (event) => {
      event.stopPropagation();
      if (element.hasPointerCapture(event.pointerId)) this.#pull(event.clientX);
    });
    element.addEventListener("keydown", (event) => this.#pressed(event));
    this.share = 0.5;
  }

  get share() {
    return this.#share;
  }

  set share(share) {
    this.#share = Math.min(1, Math.max(0, share));
    this.#element.style.left = `${this.#share * 100}%`;
    const percent = Math.round(this.#share * 100);
    this.#element.setAttribute("aria-valuenow", String(percent));
    this.#element.setAttribute("aria-valuetext", `${percent} % from the left`);
  }

  /** @param {number} clientX */
  #pull(clientX) {
    const { left, width } = this.#root.getBoundingClientRect();
    this.share = (clientX - left) / width;
    this.#moved();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const step = event.shiftKey ? BIG_STEP : STEP;
    const next = { ArrowLeft: this.#share - step, ArrowRight: this.#share + step, Home: 0, End: 1 }[event.key];
    if (next === undefined) return;
    this.share = next;
    this.#moved();
    event.preventDefault();
    event.stopPropagation();
  }
}
