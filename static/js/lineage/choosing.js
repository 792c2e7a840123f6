/** Choosing two pictures to compare. */

const PLACES = ["First", "Second"];

export class Choosing {
  #root;
  #bar;
  /** Keys of up to two pictures. @type {string[]} */
  #chosen = [];

  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} bar
   */
  constructor(root, bar) {
    this.#root = root;
    this.#bar = bar;
    root.addEventListener("click", (event) => this.#clicked(event));
    for (const button of root.querySelectorAll("[data-lineage-compare]")) {
      button.setAttribute("role", "button");
      button.setAttribute("aria-pressed", "false");
    }
    bar.querySelector("[data-choose-none]")?.addEventListener("click", () => this.clear());
  }

  get isEmpty() {
    return this.#chosen.length === 0;
  }

  clear() {
    this.#chosen = [];
    this.#show();
  }

  /** Takes a picture, or puts it back; of three the first one goes. @param {string} key */
  toggle(key) {
    if (!this.#buttonOf(key)) return;
    if (this.#chosen.includes(key)) this.#chosen = this.#chosen.filter((each) => each !== key);
    else this.#chosen = [...this.#chosen, key].slice(-2);
    this.#show();
  }

  /** @param {Choosing} earlier */
  takeOver(earlier) {
    this.#chosen = earlier.#chosen.filter((key) => this.#buttonOf(key));
    this.#show();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = /** @type {Element} */ (event.target).closest("[data-lineage-compare]");
    const key = button?.closest("[data-key]")?.getAttribute("data-key");
    if (!key || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.toggle(key);
  }

  /** @param {string} key */
  #buttonOf(key) {
    return this.#root.querySelector(`[data-key="${key}"] > [data-lineage-card] [data-lineage-compare]`);
  }

  #show() {
    for (const button of this.#root.querySelectorAll("[data-lineage-compare]")) {
      const key = button.closest("[data-key]")?.getAttribute("data-key") ?? "";
      const isChosen = this.#chosen.includes(key);
      button.setAttribute("aria-pressed", String(isChosen));
      button.closest("[data-lineage-card]")?.toggleAttribute("data-chosen", isChosen);
    }
    this.#bar.hidden = this.isEmpty;
    const said = this.#bar.querySelector("[data-choose-said]");
    const labels = this.#chosen.map((key) => this.#labelOf(key));
    if (said) {
      said.textContent = labels.length === 2
        ? labels.map((label, i) => `${PLACES[i]}: ${label}`).join(" · ")
        : `${labels[0] ?? ""} is chosen. Choose another picture to compare it with.`;
    }
    const link = /** @type {HTMLAnchorElement | null} */ (this.#bar.querySelector("[data-choose-go]"));
    if (!link) return;
    link.hidden = labels.length < 2;
    const [one, other] = this.#chosen.map((key) => key.replace("picture-", ""));
    if (other) link.href = (link.dataset.chooseGo ?? "").replace(NOBODY, one).replace(NOBODY, other);
  }

  /** @param {string} key */
  #labelOf(key) {
    const label = this.#root.querySelector(`[data-key="${key}"] > [data-lineage-card] .lineage__label`);
    return label?.textContent?.trim() ?? "";
  }
}

/** Stands in the address for each of the two. */
const NOBODY = "00000000-0000-4000-8000-000000000000";
