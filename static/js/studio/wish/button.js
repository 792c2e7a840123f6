/** The button that names the price and sends: its words, whether it may be pressed, how far it is. */

export class WishButton {
  #button;
  #progress;
  isBusy = false;

  /**
   * @param {HTMLElement} button
   * @param {HTMLProgressElement} progress
   */
  constructor(button, progress) {
    this.#button = button;
    this.#progress = progress;
  }

  /**
   * @param {string} price what it does, and what that costs
   * @param {string} waits why it will not be sent at once; "" when it will
   * @param {string} [asks] why somebody has to allow it first; "" when nobody has to
   */
  name(price, waits, asks = "") {
    const label = asks ? `${price} · needs approval` : waits ? `${price} · waits` : price;
    if (!this.isBusy && this.#button.textContent !== label) this.#button.textContent = label;
    const title = asks || waits;
    if (this.#button.title !== title) this.#button.title = title;
  }

  /**
   * A button that would surely be refused looks it. It can still be reached, and says why when pressed.
   * @param {boolean} isBlocked
   */
  block(isBlocked) {
    this.#button.setAttribute("aria-disabled", String(isBlocked));
  }

  /** @param {string | null} words null = nothing is under way */
  busy(words) {
    this.isBusy = words !== null;
    if (words) this.#button.textContent = `${words}…`;
    this.#button.setAttribute("aria-busy", String(this.isBusy));
    this.#progress.hidden = !this.isBusy;
    if (!this.isBusy) this.progress(0);
  }

  /** @param {number} share from 0 to 1; 1 = all sent, the server is at work */
  progress(share) {
    this.#progress.value = share;
    this.#progress.classList.toggle("bar--busy", share >= 1);
    if (share > 0) this.#button.textContent = share < 1 ? `Sending ${Math.round(share * 100)} %` : "Queueing…";
  }
}
