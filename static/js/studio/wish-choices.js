/** Model, number of images and size: the form's own fields stay the truth, these are their handles. */

import { ModelChooser } from "./model-chooser.js";
import { countWords, priceWords, sizeChoices } from "./models.js";

/** @typedef {import("./types.js").Model} Model */

const KEY = "nanoedit.model";
/** Up to this many images each count gets its own button. */
const MOST_BUTTONS = 6;

export class WishChoices {
  #models;
  #storage;
  #changed;
  #model;
  #count;
  #size;
  /** What the person asked for; a model that allows less does not make them forget it. */
  #wanted;

  /**
   * @param {HTMLFormElement} form
   * @param {import("./types.js").StudioData} data
   * @param {Storage | null} storage
   * @param {() => void} changed
   */
  constructor(form, { models, wish }, storage, changed) {
    this.#models = models;
    this.#storage = storage;
    this.#changed = changed;
    this.#model = /** @type {HTMLSelectElement} */ (form.elements.namedItem("model"));
    this.#count = /** @type {HTMLInputElement} */ (form.elements.namedItem("n"));
    this.#size = /** @type {HTMLSelectElement} */ (form.elements.namedItem("size"));
    this.#wanted = wish.n;
    if (models.length === 0) return;
    const chooser = new ModelChooser(/** @type {HTMLDialogElement} */ (part("model-dialog")), models, storage, {
      wish: () => ({ count: this.#wanted || 1, size: this.size }),
      pick: (model) => this.#pick(model),
    });
    part("model-open").addEventListener("click", () => chooser.open(this.#model.value));
    this.#size.addEventListener("change", changed);
    this.#count.addEventListener("input", () => {
      this.#wanted = this.count;
      changed();
    });
    const usable = models.filter(({ held_back }) => !held_back);
    const start = [wish.model, this.#remembered()].find((id) => usable.some((model) => model.id === id));
    this.#choose(start ?? (usable[0] ?? models[0]).id, wish.size);
  }

  /** @returns {Model | null} null when the server offers none */
  get model() {
    return this.#models.find(({ id }) => id === this.#model.value) ?? null;
  }

  get count() {
    return Number(this.#count.value);
  }

  get size() {
    return this.#size.value;
  }

  /**
   * Chooses what an earlier wish had chosen, as far as it is still offered.
   * @param {{model: string, n: number, size: string}} earlier
   */
  restore({ model, n, size }) {
    const isOffered = this.#models.some(({ id, held_back }) => id === model && !held_back);
    this.#wanted = n;
    this.#choose(isOffered ? model : this.#model.value, size);
  }

  /**
   * @param {string} id
   * @param {string} [size]
   */
  #choose(id, size = this.size) {
    this.#model.value = id;
    const { model } = this;
    if (!model) return;
    this.#showModel(model);
    this.#offerSizes(model, size);
    this.#offerCounts(model);
  }

  /** @param {Model} model */
  #showModel(model) {
    part("model-name").textContent = model.name;
    part("model-price").textContent = `${priceWords(model)} an image`;
    for (const about of document.querySelectorAll("[data-model-about]")) {
      /** @type {HTMLElement} */ (about).hidden = about.getAttribute("data-model-about") !== model.id;
    }
  }

  /**
   * @param {Model} model
   * @param {string} wanted
   */
  #offerSizes(model, wanted) {
    const choices = sizeChoices(model);
    this.#size.replaceChildren(...choices.map(({ value, label }) => new Option(label, value)));
    const found = choices.find(({ value }) => value === wanted) ?? choices[0];
    this.#size.value = found.value;
    part("wish-size").hidden = choices.length < 2;
  }

  /** @param {Model} model */
  #offerCounts(model) {
    const most = model.fixed_images ?? model.max_images;
    const count = model.fixed_images ?? Math.min(Math.max(1, this.#wanted || 1), most);
    this.#count.max = String(most);
    this.#count.value = String(count);
    this.#count.hidden = model.fixed_images !== null || most <= MOST_BUTTONS;
    const buttons = part("count-buttons");
    buttons.hidden = model.fixed_images !== null || most > MOST_BUTTONS || most < 2;
    buttons.replaceChildren(
      ...Array.from({ length: buttons.hidden ? 0 : most }, (_, i) => this.#countButton(i + 1)),
    );
    const words = part("count-words");
    words.hidden = !(buttons.hidden && this.#count.hidden);
    words.textContent =
      model.fixed_images && model.fixed_images > 1 ? `${countWords(model)}, all paid` : countWords(model);
  }

  /** @param {number} count */
  #countButton(count) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "segments__choice";
    button.textContent = String(count);
    button.setAttribute("aria-pressed", String(count === this.count));
    button.setAttribute("aria-label", count === 1 ? "1 image" : `${count} images`);
    button.addEventListener("click", () => {
      this.#wanted = count;
      this.#count.value = String(count);
      for (const other of button.parentElement?.children ?? []) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      this.#changed();
    });
    return button;
  }

  /** @param {Model} model */
  #pick(model) {
    this.#choose(model.id);
    this.#changed();
    try {
      this.#storage?.setItem(KEY, model.id);
    } catch {
      // Not remembered, but chosen.
    }
  }

  #remembered() {
    try {
      return this.#storage?.getItem(KEY) ?? null;
    } catch {
      return null;
    }
  }
}

/** @param {string} name */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));
}
