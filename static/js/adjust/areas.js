/** The areas of the edit: a row for each in the panel, and a badge over it on the stage. */

import { percentText } from "../studio/mask/coverage.js";
import { middles } from "./marking.js";

/** @typedef {import("./types.js").Offered} Offered */
/** @typedef {import("./types.js").Settings} Settings */
/** @typedef {import("./planes.js").Areas} Areas */
/** @typedef {import("../studio/view.js").View} View */

/** More badges than these would hide the picture. */
const MOST_BADGES = 24;

/**
 * What a press on an area's badge leads to: the original, or the result that it showed before.
 * @param {number[]} chosen
 * @param {number} index
 * @param {number} usual id of the result that shows where nothing else was chosen
 * @returns {number[]}
 */
export function toggled(chosen, index, usual) {
  return chosen.map((id, at) => (at === index ? (id ? 0 : usual) : id));
}

/**
 * The choice in the short form that is sent: nothing when it is the usual result everywhere.
 * @param {number[]} chosen
 * @param {number} usual
 */
export function shortened(chosen, usual) {
  return chosen.every((id) => id === usual) ? [] : chosen;
}

export class AreaChoice {
  #list;
  #badges;
  #results;
  #pixels;
  /** @type {Areas | null} */
  #areas = null;
  #chosen = /** @type {number[]} */ ([]);
  #places = /** @type {({x: number, y: number} | null)[]} */ ([]);
  #usual = 0;
  #choose;
  #highlight;

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} badges
   * @param {Offered[]} results
   * @param {{choose: (areas: number[]) => void, highlight: (number: number) => void}} does
   */
  constructor(list, badges, results, { choose, highlight }) {
    this.#list = list;
    this.#badges = badges;
    this.#results = results;
    this.#choose = choose;
    this.#highlight = highlight;
    this.#pixels = 1;
  }

  /**
   * Shows other areas, or another choice of them.
   * @param {Areas} areas
   * @param {{width: number, height: number}} size of their plane
   * @param {Settings} settings
   * @param {number} pixels in all that the areas' sizes are counted in
   */
  show(areas, size, settings, pixels) {
    const { sizes } = areas;
    const isNew = areas !== this.#areas;
    this.#usual = settings.result;
    this.#pixels = pixels;
    this.#chosen = settings.areas.length ? settings.areas : sizes.map(() => settings.result);
    if (isNew) {
      this.#areas = areas;
      this.#places = middles(size, areas.numbers, sizes.length);
      this.#list.replaceChildren(...sizes.map((_, index) => this.#row(index)));
      const hasBadges = sizes.length > 1 && sizes.length <= MOST_BADGES;
      this.#badges.replaceChildren(...(hasBadges ? sizes.map((_, index) => this.#badge(index)) : []));
    }
    this.#refresh();
  }

  /** How many areas show a result. */
  get taken() {
    return this.#chosen.filter(Boolean).length;
  }

  /**
   * Puts the badges where their areas lie.
   * @param {View} view
   * @param {{width: number, height: number}} picture
   */
  place({ scale, x, y }, picture) {
    for (const badge of /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#badges.children)) {
      const place = this.#places[Number(badge.dataset.index)];
      badge.hidden = !place;
      if (!place) continue;
      const left = Math.round(x + place.x * picture.width * scale);
      const top = Math.round(y + place.y * picture.height * scale);
      badge.style.transform = `translate(${left}px, ${top}px) translate(-50%, -50%)`;
    }
  }

  /** @param {number} index */
  #name(index) {
    const last = this.#areas?.gathersRest && index === this.#areas.sizes.length - 1;
    return last ? "All smaller areas" : `Area ${index + 1}`;
  }

  /** @param {number} index */
  #row(index) {
    const row = document.createElement("li");
    row.className = "adjust-areas__row";
    const words = document.createElement("span");
    words.className = "adjust-areas__words";
    const name = document.createElement("span");
    name.textContent = this.#name(index);
    const share = document.createElement("span");
    share.className = "muted";
    share.textContent = percentText((this.#areas?.sizes[index] ?? 0) / this.#pixels);
    words.append(name, share);
    row.append(words, this.#choices(index));
    for (const [event, number] of /** @type {[string, number][]} */ ([["pointerenter", index + 1], ["focusin", index + 1], ["pointerleave", 0], ["focusout", 0]])) {
      row.addEventListener(event, () => this.#highlight(number));
    }
    return row;
  }

  /** @param {number} index */
  #choices(index) {
    const group = document.createElement("span");
    group.className = "segments adjust-areas__choices";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this.#name(index));
    const only = this.#results.length === 1;
    for (const { id, number } of [{ id: 0, number: 0 }, ...this.#results]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "segments__choice";
      button.dataset.id = String(id);
      button.textContent = id ? (only ? "Edit" : String(number)) : "Original";
      if (id && !only) button.setAttribute("aria-label", `Result ${number}`);
      button.addEventListener("click", () => this.#pick(index, id));
      group.append(button);
    }
    return group;
  }

  /** @param {number} index */
  #badge(index) {
    const badge = document.createElement("button");
    badge.type = "button";
    badge.className = "adjust-badge";
    badge.dataset.index = String(index);
    badge.textContent = String(index + 1);
    // The stage would take the press for its own.
    badge.addEventListener("pointerdown", (event) => event.stopPropagation());
    badge.addEventListener("click", () => this.#pickAll(toggled(this.#chosen, index, this.#usual)));
    badge.addEventListener("pointerenter", () => this.#highlight(index + 1));
    badge.addEventListener("pointerleave", () => this.#highlight(0));
    return badge;
  }

  /**
   * @param {number} index
   * @param {number} id
   */
  #pick(index, id) {
    this.#pickAll(this.#chosen.map((before, at) => (at === index ? id : before)));
  }

  /** @param {number[]} chosen */
  #pickAll(chosen) {
    this.#choose(shortened(chosen, this.#usual));
  }

  #refresh() {
    [...this.#list.children].forEach((row, index) => {
      for (const button of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-id]"))) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.id) === this.#chosen[index]));
      }
    });
    for (const badge of /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#badges.children)) {
      const isTaken = Boolean(this.#chosen[Number(badge.dataset.index)]);
      badge.setAttribute("aria-pressed", String(isTaken));
      badge.setAttribute("aria-label", `Area ${badge.textContent}: ${isTaken ? "edited" : "original"}`);
    }
  }
}
