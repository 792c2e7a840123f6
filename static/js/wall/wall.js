/*
 * The wall on the screen. It takes over the cards that the server sent, and from then on keeps
 * only those near the screen: the rest are numbers, and their cards are asked for again.
 */

import { startElapsed } from "../elapsed.js";
import { startGallery } from "../gallery.js";
import { process, put, size } from "./card.js";
import { between, justify, ratioOf } from "./justify.js";
import { WallModel } from "./model.js";

/** @typedef {import("./justify.js").Measures} Measures */
/** @typedef {{ section: HTMLElement, list: HTMLElement }} DayParts */

/** So many screens above and below are drawn, and so many below are asked for ahead. */
const DRAWN = 1.25;
const AHEAD = 2.5;
/** Beyond so many cards, those of far pages are forgotten. */
const MOST_CARDS = 480;
const LANES = 2;
/** Milliseconds until something that went wrong is tried again. */
const PAUSE = 3000;

export class Wall {
  root;
  model;
  /** @type {import("./justify.js").Layout} */
  layout = { boxes: [], rows: [], days: [], height: 0, columns: 0 };
  /** @type {Map<string, HTMLElement>} */
  cards = new Map();
  /** @type {string | null} the card that the keyboard is at */
  current = null;
  /** @type {((card: HTMLElement, id: string) => void)[]} */
  onCard = [];
  /** @type {((gone: string[]) => void)[]} */
  onGone = [];
  /** @type {Map<string, DayParts>} */
  #days = new Map();
  /** @type {Set<HTMLElement>} */
  #drawn = new Set();
  /** @type {Set<number>} pages to ask for again, whatever is known of them */
  #again = new Set();
  /** @type {Set<number>} pages under way */
  #asked = new Set();
  #more;
  #frame = 0;
  #broken = false;
  #wantsFocus = false;
  #ended = new AbortController();

  /**
   * @param {HTMLElement} root
   * @param {import("./model.js").Kept | null} kept from an earlier visit to the same address
   */
  constructor(root, kept) {
    this.root = root;
    this.model = kept ? WallModel.from(kept) : new WallModel();
    this.#more = root.querySelector("[data-more]");
    if (this.model.pages.length === 0) this.model.pages.push(location.pathname + location.search);
    this.#take(0, root);
    root.dataset.placed = "";
    const { signal } = this.#ended;
    addEventListener("scroll", () => this.soon(), { passive: true, signal });
    const resized = new ResizeObserver(() => this.relayout());
    resized.observe(root);
    signal.addEventListener("abort", () => resized.disconnect());
    this.relayout();
  }

  /** Another wall takes its place. */
  end() {
    this.#ended.abort();
    cancelAnimationFrame(this.#frame);
  }

  get isThere() {
    return this.root.isConnected;
  }

  /** Where the wall begins on the page. */
  get top() {
    return this.root.getBoundingClientRect().top + scrollY;
  }

  /**
   * The cards under a node belong to the wall from now on.
   * @param {number} page
   * @param {ParentNode} node
   */
  #take(page, node) {
    const found = [];
    for (const section of /** @type {NodeListOf<HTMLElement>} */ (node.querySelectorAll(".day"))) {
      const day = section.dataset.day ?? "all";
      const list = /** @type {HTMLElement} */ (section.querySelector(".wall"));
      for (const card of /** @type {HTMLElement[]} */ ([...list.children])) {
        const id = card.dataset.edit ?? "";
        found.push({ id, ratio: ratioOf(card.dataset.ratio), day });
        this.#drop(id);
        this.cards.set(id, card);
        card.remove();
        this.#start(card, id);
      }
      section.remove();
      if (!this.#days.has(day)) this.#days.set(day, { section, list });
    }
    const link = node.querySelector("[data-more] a");
    const gone = this.model.merge(page, found, link?.getAttribute("href") ?? null);
    for (const id of gone) this.#drop(id);
    if (gone.length > 0) for (const listener of this.onGone) listener(gone);
  }

  /**
   * @param {HTMLElement} card
   * @param {string} id
   */
  #start(card, id) {
    startGallery(card);
    startElapsed(card);
    for (const listener of this.onCard) listener(card, id);
  }

  /**
   * A card that changed by itself: htmx has put another one in its place.
   * @param {HTMLElement} card
   */
  replace(card) {
    const id = card.dataset.edit ?? "";
    const index = this.model.indexOf(id);
    if (index < 0) return;
    const before = this.cards.get(id);
    if (before) this.#drawn.delete(before);
    this.cards.set(id, card);
    this.#drawn.add(card);
    this.model.items[index].ratio = ratioOf(card.dataset.ratio);
    for (const listener of this.onCard) listener(card, id);
    this.relayout();
  }

  /** @param {string[]} ids */
  remove(ids) {
    for (const id of ids) this.#drop(id);
    this.model.remove(ids);
    if (this.current !== null && this.model.indexOf(this.current) < 0) this.current = null;
    for (const listener of this.onGone) listener(ids);
    this.relayout();
  }

  /**
   * @param {string[]} ids
   * @returns {number[]} by which pages they came
   */
  pagesOf(ids) {
    const pages = ids.map((id) => this.model.items[this.model.indexOf(id)]?.page);
    return [...new Set(pages.filter((page) => page !== undefined))];
  }

  /**
   * Something has come back: these pages hold more than the wall knows.
   * @param {number[]} pages
   */
  askAgain(pages) {
    for (const page of pages) this.#again.add(page);
    this.soon();
  }

  /** @param {string} id */
  #drop(id) {
    const card = this.cards.get(id);
    if (!card) return;
    card.remove();
    this.#drawn.delete(card);
    this.cards.delete(id);
  }

  /** @returns {Measures} */
  #measures() {
    const style = getComputedStyle(this.root);
    const value = (/** @type {string} */ name) => Number.parseFloat(style.getPropertyValue(name)) || 0;
    return {
      width: this.root.getBoundingClientRect().width,
      row: value("--wall-row"),
      gap: value("--wall-gap"),
      rowGap: value("--wall-row-gap"),
      caption: value("--wall-caption"),
      head: value("--day-head"),
      dayGap: value("--day-gap"),
      columns: value("--wall-columns"),
    };
  }

  relayout() {
    this.layout = justify(this.model.days, this.#measures());
    this.root.style.height = `${this.layout.height}px`;
    this.#draw();
  }

  /** Draw once before the next frame. */
  soon() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    const top = scrollY - this.top;
    const screen = innerHeight;
    const [first, last] = between(this.layout.rows, top - DRAWN * screen, top + (1 + DRAWN) * screen);
    this.#clear(first, last);
    /** @type {Set<number>} */
    const missing = new Set(this.#again);
    this.model.runs.forEach((run, index) => {
      const from = Math.max(first, run.first);
      const to = Math.min(last, run.last);
      if (from < to) this.#drawDay(run.day, index, from, to, missing);
      else if (!this.#days.get(run.day)?.list.firstElementChild) this.#days.get(run.day)?.section.remove();
    });
    this.#forgetFar(first, last);
    if (!this.#broken) for (const page of missing) void this.#ask(page);
    const near = top + (1 + AHEAD) * screen > this.layout.height;
    if (this.model.next && near && !this.#broken) void this.#ask(this.model.pages.length);
    if (this.#more instanceof HTMLElement) this.#more.hidden = !this.model.next;
  }

  /**
   * Take away what is far from the screen. What has the focus, and what still runs, stays.
   * @param {number} first
   * @param {number} last
   */
  #clear(first, last) {
    for (const card of this.#drawn) {
      const index = this.model.indexOf(card.dataset.edit ?? "");
      const isFar = index < first || index >= last;
      if (!isFar || card.contains(document.activeElement) || "open" in card.dataset) continue;
      card.remove();
      this.#drawn.delete(card);
    }
  }

  /**
   * @param {string} day
   * @param {number} place of the day on the wall
   * @param {number} from
   * @param {number} to
   * @param {Set<number>} missing gets the pages that cards are wanted of
   */
  #drawDay(day, place, from, to, missing) {
    const parts = this.#days.get(day);
    const { top, height, head } = this.layout.days[place];
    if (parts) {
      put(parts.section, { top, height });
      if (!parts.section.isConnected) this.#attach(parts.section, top);
    }
    /** @type {Element | null} */
    let next = parts?.list.firstElementChild ?? null;
    for (let index = from; index < to; index += 1) {
      const { id, page } = this.model.items[index];
      const card = this.cards.get(id);
      if (!card || !parts) {
        missing.add(page);
        continue;
      }
      while (next && next !== card && this.model.indexOf(/** @type {HTMLElement} */ (next).dataset.edit ?? "") < index) {
        next = next.nextElementSibling;
      }
      const box = this.layout.boxes[index];
      size(card, box.width, this.model.items[index].ratio, this.layout.columns > 0);
      put(card, { left: box.left, top: box.top - top - head, width: box.width, height: box.height });
      if (next === card) next = next.nextElementSibling;
      else parts.list.insertBefore(card, next);
      if (this.#drawn.has(card)) continue;
      this.#drawn.add(card);
      if ("open" in card.dataset) process(card);
      if (id === this.current && this.#wantsFocus) this.#focusNow(card);
    }
  }

  /**
   * @param {HTMLElement} section
   * @param {number} top
   */
  #attach(section, top) {
    const days = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll(":scope > .day")]);
    const behind = days.find((day) => Number.parseFloat(day.style.top) > top);
    this.root.insertBefore(section, behind ?? this.#more);
  }

  /**
   * @param {number} first
   * @param {number} last
   */
  #forgetFar(first, last) {
    if (this.cards.size <= MOST_CARDS) return;
    const { items } = this.model;
    const near = [items[first]?.page ?? 0, items[Math.max(first, last - 1)]?.page ?? 0];
    for (const { id, page } of items) {
      const card = this.cards.get(id);
      if (!card || this.#drawn.has(card)) continue;
      if (page < near[0] - 2 || page > near[1] + 2) this.cards.delete(id);
    }
  }

  /** @param {number} page one that was there before, or the one behind the last */
  async #ask(page) {
    if (this.#asked.has(page) || this.#asked.size >= LANES) return;
    const address = this.model.pages[page] ?? this.model.next;
    if (!address) return;
    this.#asked.add(page);
    this.#again.delete(page);
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (answer.redirected || !answer.ok) throw new Error(`status ${answer.status}`);
      const sent = document.createElement("template");
      sent.innerHTML = await answer.text();
      if (this.#ended.signal.aborted) return;
      if (page === this.model.pages.length) this.model.pages.push(address);
      this.#take(page, document.importNode(sent.content, true));
      this.#broken = false;
    } catch {
      // The link below stays, and leads on without any script.
      this.#broken = true;
      setTimeout(() => this.retry(), PAUSE);
      return;
    } finally {
      this.#asked.delete(page);
    }
    this.relayout();
  }

  /** Try again after something was in the way. */
  retry() {
    if (this.#ended.signal.aborted) return;
    this.#broken = false;
    this.soon();
  }

  /**
   * Bring a card into sight, and the keyboard to it.
   * @param {number} index
   */
  focus(index) {
    const item = this.model.items[index];
    if (!item) return;
    this.setCurrent(item.id);
    this.show(index);
    const card = this.cards.get(item.id);
    if (card?.isConnected) this.#focusNow(card);
    else this.#wantsFocus = true;
  }

  /** @param {HTMLElement} card */
  #focusNow(card) {
    this.#wantsFocus = false;
    /** @type {HTMLElement | null} */ (card.querySelector(".card"))?.focus({ preventScroll: true });
  }

  /** @param {string} id */
  setCurrent(id) {
    const before = this.current === null ? null : this.cards.get(this.current);
    this.current = id;
    for (const card of [before, this.cards.get(id)]) {
      if (card) for (const listener of this.onCard) listener(card, card.dataset.edit ?? "");
    }
  }

  /**
   * Scroll just so far that a picture is in sight, below what sticks to the top.
   * @param {number} index
   */
  show(index) {
    const box = this.layout.boxes[index];
    const style = getComputedStyle(this.root);
    const above = Number.parseFloat(style.scrollMarginTop) || 0;
    const below = Number.parseFloat(style.scrollMarginBottom) || 0;
    const top = this.top + box.top;
    const bottom = top + box.height;
    if (top - above < scrollY) scrollTo({ top: top - above, behavior: "instant" });
    else if (bottom + below > scrollY + innerHeight) {
      scrollTo({ top: bottom + below - innerHeight, behavior: "instant" });
    }
    this.#draw();
  }
}
