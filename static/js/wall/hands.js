/*
 * Selecting on the wall with mouse and fingers: the circle in a card's corner, Shift for a range,
 * a long press to begin by touch. While anything is selected, a press on a card selects as well.
 */

/** Milliseconds, and pixels that a finger may stray meanwhile. */
const LONG = 450;
const STRAY = 10;

export class Hands {
  #wall;
  #selection;
  #pressed = { id: "", x: 0, y: 0, timer: 0 };
  #swallow = false;

  /**
   * @param {import("./wall.js").Wall} wall
   * @param {import("./selection.js").Selection} selection
   */
  constructor(wall, selection) {
    this.#wall = wall;
    this.#selection = selection;
    const { root } = wall;
    wall.onCard.push((card, id) => this.showOn(card, id));
    wall.onGone.push((ids) => selection.forget(ids));
    selection.onChange(() => {
      if (wall.isThere) this.show();
    });
    for (const [id, card] of wall.cards) this.showOn(card, id);
    root.addEventListener("click", (event) => this.#click(event), { capture: true });
    root.addEventListener("pointerdown", (event) => this.#down(event));
    root.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "scroll"]) {
      root.addEventListener(name, () => clearTimeout(this.#pressed.timer));
    }
    root.addEventListener("focusin", (event) => {
      const card = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".wall__item"));
      if (card?.dataset.edit && card.dataset.edit !== wall.current) wall.setCurrent(card.dataset.edit);
    });
    root.addEventListener("contextmenu", (event) => {
      if (this.#swallow) event.preventDefault();
    });
  }

  show() {
    const { root, cards } = this.#wall;
    root.toggleAttribute("data-picking", this.#selection.size > 0);
    for (const [id, card] of cards) this.showOn(card, id);
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("[data-pick-day]"))) {
      this.#showDay(box);
    }
  }

  /**
   * @param {HTMLElement} card
   * @param {string} id
   */
  showOn(card, id) {
    const is = this.#selection.has(id);
    const box = /** @type {HTMLInputElement | null} */ (card.querySelector("[name=edit]"));
    if (box && box.checked !== is) box.checked = is;
    if (box && box.tabIndex !== -1) box.tabIndex = -1;
    card.classList.toggle("is-picked", is);
    const { current, model } = this.#wall;
    const isCurrent = id === (current ?? model.items[0]?.id);
    card.querySelector(".card")?.setAttribute("tabindex", isCurrent ? "0" : "-1");
    for (const part of card.querySelectorAll(".card__heart, .card__view")) part.setAttribute("tabindex", "-1");
  }

  /** @param {HTMLInputElement} box */
  #showDay(box) {
    const ids = this.#idsOf(box);
    const selected = ids.filter((id) => this.#selection.has(id)).length;
    box.checked = ids.length > 0 && selected === ids.length;
    box.indeterminate = selected > 0 && selected < ids.length;
  }

  /** @param {HTMLElement} element in a day */
  #idsOf(element) {
    const day = /** @type {HTMLElement | null} */ (element.closest(".day"))?.dataset.day;
    return this.#wall.model.items.filter((item) => item.day === day).map(({ id }) => id);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const dayBox = /** @type {HTMLInputElement | null} */ (target.closest("[data-pick-day]"));
    if (dayBox) {
      this.#selection.set(this.#idsOf(dayBox), dayBox.checked);
      return;
    }
    const card = /** @type {HTMLElement | null} */ (target.closest(".wall__item"));
    const id = card?.dataset.edit;
    if (!card || !id) return;
    if (this.#swallow) {
      this.#swallow = false;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (target.closest(".card__heart, .card__view")) {
      this.#wall.setCurrent(id);
      return;
    }
    const onPick = target.closest(".card__pick") !== null;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!onPick && !event.shiftKey && this.#selection.size === 0) {
      this.#wall.setCurrent(id);
      return;
    }
    event.preventDefault();
    const from = this.#wall.current ?? id;
    this.#wall.setCurrent(id);
    const select = () => {
      if (event.shiftKey) this.#selection.extend(this.#wall.model.ids, id, from);
      else this.#selection.toggle(id);
    };
    // A box that is clicked is put back after the event when that was prevented.
    if (target.matches("input")) setTimeout(select);
    else select();
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.#swallow = false;
    clearTimeout(this.#pressed.timer);
    const card = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".wall__item"));
    const id = card?.dataset.edit;
    if (event.pointerType !== "touch" || !id) return;
    const timer = window.setTimeout(() => {
      this.#swallow = true;
      this.#wall.setCurrent(id);
      this.#selection.toggle(id);
      navigator.vibrate?.(10);
    }, LONG);
    this.#pressed = { id, x: event.clientX, y: event.clientY, timer };
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const { x, y, timer } = this.#pressed;
    if (Math.hypot(event.clientX - x, event.clientY - y) > STRAY) clearTimeout(timer);
  }
}
