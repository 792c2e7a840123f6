/** The dialog in which a model is chosen: what each can, what this wish costs with it, how fast it was here. */

import { costWith, favoured, inOrder, isOffered, readHabits, used } from "./model-order.js";
import { costWords, money } from "./prices.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./model-order.js").Need} Need */
/** @typedef {import("./model-order.js").Order} Order */

const KEY = "nanoedit.models";

export class ModelChooser {
  #dialog;
  #models;
  #storage;
  #wish;
  #habits;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {Model[]} models
   * @param {Storage | null} storage
   * @param {{wish: () => {count: number, size: string}, pick: (model: Model) => void}} page
   */
  constructor(dialog, models, storage, { wish, pick }) {
    this.#dialog = dialog;
    this.#models = models;
    this.#storage = storage;
    this.#wish = wish;
    this.#habits = readHabits(kept(storage));
    for (const model of models) {
      const card = this.#card(model.id);
      card?.querySelector(".model-card__pick")?.addEventListener("click", () => {
        dialog.close();
        this.#keep(used(this.#habits, model.id));
        pick(model);
      });
      card?.querySelector("[data-favour]")?.addEventListener("click", () => {
        this.#keep(favoured(this.#habits, model.id));
        this.#showStars();
      });
    }
    for (const choice of this.#orders()) {
      choice.addEventListener("click", () => {
        this.#keep({ ...this.#habits, order: /** @type {Order} */ (choice.dataset.order) });
        this.#arrange();
      });
    }
    for (const need of this.#needs()) {
      need.addEventListener("click", () => {
        need.setAttribute("aria-pressed", String(need.getAttribute("aria-pressed") !== "true"));
        this.#filter();
      });
    }
    this.#search?.addEventListener("input", () => this.#filter());
    dialog.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {string} chosen the model that is in use */
  open(chosen) {
    this.#mark(chosen);
    this.#arrange();
    this.#dialog.showModal();
    /** @type {HTMLElement | null} */ (this.#card(chosen)?.querySelector(".model-card__pick"))?.focus();
  }

  /** Prices, stars and places, as of now. */
  #arrange() {
    const wish = this.#wish();
    const list = /** @type {HTMLElement} */ (this.#dialog.querySelector(".model-list"));
    for (const model of inOrder(this.#models, this.#habits, wish)) {
      const card = this.#card(model.id);
      if (!card) continue;
      list.append(card);
      const { unit, count } = costWith(model, wish);
      put(card, "[data-card-price]", costWords(unit, count));
      put(card, "[data-card-unit]", unit && count > 1 ? `${count} × ${money(unit)}` : "");
    }
    for (const choice of this.#orders()) {
      choice.setAttribute("aria-pressed", String(choice.dataset.order === this.#habits.order));
    }
    this.#showStars();
    this.#filter();
  }

  #showStars() {
    for (const { id } of this.#models) {
      const card = this.#card(id);
      const isFavourite = this.#habits.favourites.includes(id);
      card?.querySelector("[data-favour]")?.setAttribute("aria-pressed", String(isFavourite));
      const recent = /** @type {HTMLElement | null} */ (card?.querySelector("[data-recent]") ?? null);
      if (recent) recent.hidden = isFavourite || !this.#habits.recent.includes(id);
    }
  }

  #filter() {
    const pressed = [...this.#needs()].filter((need) => need.getAttribute("aria-pressed") === "true");
    const needs = pressed.map((need) => /** @type {Need} */ (need.dataset.need));
    let shown = 0;
    for (const model of this.#models) {
      const card = this.#card(model.id);
      if (!card) continue;
      card.hidden = !isOffered(model, { search: this.#search?.value ?? "", needs });
      if (!card.hidden) shown++;
    }
    /** @type {HTMLElement} */ (this.#dialog.querySelector("[data-no-models]")).hidden = shown > 0;
  }

  /** @param {string} chosen */
  #mark(chosen) {
    for (const { id } of this.#models) {
      this.#card(id)?.querySelector(".model-card__pick")?.setAttribute("aria-pressed", String(id === chosen));
    }
  }

  /**
   * Up and Down walk over the cards; from the search, Enter takes the first one.
   * @param {KeyboardEvent} event
   */
  #key(event) {
    const picks = /** @type {HTMLElement[]} */ (
      [...this.#dialog.querySelectorAll(".model-card:not([hidden]) .model-card__pick:not(:disabled)")]
    );
    const { activeElement } = document;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const pick = activeElement?.closest(".model-card")?.querySelector(".model-card__pick");
      const at = picks.indexOf(/** @type {HTMLElement} */ (pick));
      if (at + step < 0) this.#search?.focus();
      else picks[Math.min(picks.length - 1, at + step)]?.focus();
    } else if (event.key === "Enter" && activeElement === this.#search) {
      event.preventDefault();
      picks[0]?.click();
    }
  }

  /** @param {import("./model-order.js").Habits} habits */
  #keep(habits) {
    this.#habits = habits;
    try {
      this.#storage?.setItem(KEY, JSON.stringify(habits));
    } catch {
      // Not remembered, but it holds for this page.
    }
  }

  get #search() {
    return /** @type {HTMLInputElement | null} */ (this.#dialog.querySelector("input[type=search]"));
  }

  #orders() {
    return /** @type {NodeListOf<HTMLElement>} */ (this.#dialog.querySelectorAll("[data-order]"));
  }

  #needs() {
    return /** @type {NodeListOf<HTMLElement>} */ (this.#dialog.querySelectorAll("[data-need]"));
  }

  /** @param {string} id */
  #card(id) {
    const cards = /** @type {NodeListOf<HTMLElement>} */ (this.#dialog.querySelectorAll("[data-model]"));
    return [...cards].find((card) => card.dataset.model === id) ?? null;
  }
}

/** @param {Storage | null} storage */
function kept(storage) {
  try {
    return storage?.getItem(KEY) ?? null;
  } catch {
    return null;
  }
}

/**
 * @param {HTMLElement} card
 * @param {string} selector
 * @param {string} words
 */
function put(card, selector, words) {
  const line = card.querySelector(selector);
  if (line && line.textContent !== words) line.textContent = words;
}
