/** The table that a tree lies on: moved by hand, fingers, wheel and buttons, never by the browser. */

import * as views from "../studio/view.js";
import { WheelReader } from "../studio/wheel.js";

/** @typedef {import("../studio/view.js").Point} Point */
/** @typedef {import("../studio/view.js").Size} Size */

const MOST_SCALE = 2;
const STEP = 1.25;
/** A tree that would get smaller than this is not fitted at first: nobody could read it. */
const LEAST_READABLE = 0.6;
/** At this scale it opens then. */
const READABLE = 0.8;
/** So far a hand may slip before a press is a pull. */
const SLIP = 6;
/** Room kept between a card that is shown and the edge. */
const MARGIN = 24;

export class Table {
  #stage;
  #plane;
  #changed;
  #wheel = new WheelReader();
  /** The fingers and buttons that are down. @type {Map<number, Point>} */
  #down = new Map();
  /** @type {Point | null} */
  #pressedAt = null;
  #isPulling = false;
  /** @type {views.View} */
  #view = { scale: 1, x: 0, y: 0 };
  /** @type {Size} */
  #tree = { width: 1, height: 1 };

  /**
   * @param {HTMLElement} stage
   * @param {HTMLElement} plane what moves on it
   * @param {(scale: number) => void} changed
   */
  constructor(stage, plane, changed) {
    this.#stage = stage;
    this.#plane = plane;
    this.#changed = changed;
    stage.addEventListener("pointerdown", (event) => this.#pressed(event));
    stage.addEventListener("pointermove", (event) => this.#moved(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
      stage.addEventListener(end, (event) => this.#released(event));
    }
    // What a pull ends on was not meant.
    stage.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    stage.addEventListener("dragstart", (event) => event.preventDefault());
    stage.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
  }

  get size() {
    return { width: Math.max(1, this.#stage.clientWidth), height: Math.max(1, this.#stage.clientHeight) };
  }

  /** @param {Size} tree */
  set tree(tree) {
    this.#tree = { width: Math.max(1, tree.width), height: Math.max(1, tree.height) };
  }

  /** All of the tree, or as much as can be read of it around a card. @param {import("./layout.js").Place} [card] */
  open(card) {
    this.fit();
    if (!card || this.#view.scale >= LEAST_READABLE) return;
    const scale = this.size.width < 600 ? 0.7 : READABLE;
    const { width, height } = this.size;
    const middle = { x: card.x + card.width / 2, y: card.y + card.height / 2 };
    // What was made from a picture lies to its right: more room there.
    this.#show({ scale, x: width * 0.4 - middle.x * scale, y: height / 2 - middle.y * scale });
    this.#fill();
    this.reveal(card);
  }

  /** @param {Table} earlier */
  takeOver(earlier) {
    this.glide("no");
    this.#show(earlier.#view);
  }

  fit() {
    const view = views.fit(this.#tree, this.size);
    this.#show(views.centred(this.#tree, this.size, Math.min(1, view.scale)));
  }

  /**
   * @param {number} steps in or out
   * @param {Point} [point] what stays in place
   */
  zoomBy(steps, point) {
    this.zoomTo(this.#view.scale * STEP ** steps, point);
  }

  /**
   * @param {number} scale
   * @param {Point} [point]
   */
  zoomTo(scale, point = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.#show(views.zoomTo(this.#view, point, Math.min(MOST_SCALE, scale), this.#tree, this.size));
  }

  /** Moves only as far as it takes to see a card. @param {import("./layout.js").Place} card */
  reveal(card) {
    const { scale, x, y } = this.#view;
    const { width, height } = this.size;
    const dx = into(card.x * scale + x, card.width * scale, width);
    const dy = into(card.y * scale + y, card.height * scale, height);
    if (dx || dy) this.#show({ scale, x: x + dx, y: y + dy });
  }

  /** Keeps a place of the tree where it is on the table. @param {number} dx @param {number} dy in the tree's pixels */
  shift(dx, dy) {
    const { scale, x, y } = this.#view;
    this.#show({ scale, x: x + dx * scale, y: y + dy * scale });
  }

  /** @param {string} glide whether the change is seen as a movement */
  glide(glide) {
    this.#plane.dataset.glide = glide;
  }

  /** Leaves no empty half where the tree goes on at the other side. */
  #fill() {
    const { scale, x, y } = this.#view;
    const { width, height } = this.size;
    this.#show({ scale, x: filled(x, this.#tree.width * scale, width), y: filled(y, this.#tree.height * scale, height) });
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    if (event.button !== 0) return;
    if (!this.#down.size) {
      this.#pressedAt = this.#pointOf(event);
      this.#isPulling = false;
    }
    this.#down.set(event.pointerId, this.#pointOf(event));
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const before = this.#down.get(event.pointerId);
    if (!before || !this.#pressedAt) return;
    const point = this.#pointOf(event);
    if (!this.#isPulling) {
      if (this.#down.size < 2 && views.distance([this.#pressedAt, point]) < SLIP) return;
      this.#isPulling = true;
      for (const id of this.#down.keys()) this.#stage.setPointerCapture(id);
      this.#stage.toggleAttribute("data-pulling", true);
    }
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#down.set(event.pointerId, point);
    this.glide("no");
    if (other) {
      const view = views.pinch(this.#view, [other, before], [other, point], this.#tree, this.size);
      this.#show(view.scale > MOST_SCALE ? this.#view : view);
    } else {
      this.#show(views.panBy(this.#view, point.x - before.x, point.y - before.y, this.#tree, this.size));
    }
  }

  /** @param {PointerEvent} event */
  #released(event) {
    this.#down.delete(event.pointerId);
    if (!this.#down.size) this.#stage.removeAttribute("data-pulling");
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    if (!this.#isPulling || !event.detail) return;
    this.#isPulling = false;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {WheelEvent} event */
  #turned(event) {
    const intent = this.#wheel.read(event, false);
    event.preventDefault();
    this.glide("no");
    if (intent.kind === "zoom") this.zoomTo(this.#view.scale * intent.factor, this.#pointOf(event));
    else if (intent.kind === "pan") this.#show(views.panBy(this.#view, intent.dx, intent.dy, this.#tree, this.size));
  }

  /**
   * @param {{clientX: number, clientY: number}} event
   * @returns {Point}
   */
  #pointOf({ clientX, clientY }) {
    const { left, top } = this.#stage.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  /** @param {views.View} view */
  #show(view) {
    this.#view = view;
    this.#plane.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    this.#changed(view.scale);
  }
}

/**
 * @param {number} at
 * @param {number} length
 * @param {number} room
 * @returns {number} how far it has to move
 */
function into(at, length, room) {
  if (length + 2 * MARGIN > room) return at > MARGIN || at + length < room / 2 ? MARGIN - at : 0;
  if (at < MARGIN) return MARGIN - at;
  return Math.min(0, room - MARGIN - length - at);
}

/**
 * @param {number} at
 * @param {number} length
 * @param {number} room
 */
function filled(at, length, room) {
  if (length + 2 * MARGIN <= room) return (room - length) / 2;
  return Math.min(MARGIN, Math.max(room - length - MARGIN, at));
}
