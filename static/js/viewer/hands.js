/** Mouse, pen and fingers in the viewer: they zoom and move; over a whole picture a finger turns the page. */

import { PointerInput } from "../studio/pointer.js";
import { distance } from "../studio/view.js";
import { swipeMeaning } from "./zooming.js";

/** @typedef {import("./looking.js").Looking} Looking */
/** @typedef {import("../studio/view.js").Point} Point */
/** @typedef {{previous: () => void, next: () => void, close: () => void}} Turns */

/** A tap is over within as many milliseconds, and moves no further than as many pixels. */
const TAP_TIME = 250;
const TAP_SLOP = 10;
/** Two taps in so many milliseconds, no further apart than so many pixels, are one double tap. */
const TWICE_WITHIN = 350;
const TWICE_SLOP = 40;

class Hands {
  #looking;
  #turns;
  /** The one finger that moves. */
  #move = { dx: 0, dy: 0, began: 0, isFinger: false, turns: false };
  /** @type {Point} */
  #at = { x: 0, y: 0 };
  /** @type {{at: Point, when: number} | null} */
  #tapped = null;

  /**
   * @param {Looking} looking
   * @param {Turns} turns
   */
  constructor(looking, turns) {
    this.#looking = looking;
    this.#turns = turns;
  }

  /** @param {PointerEvent} event before anything is made of it */
  begin(event) {
    const isFinger = event.pointerType === "touch" && event.isPrimary;
    const turns = isFinger && this.#looking.table.isFitted;
    this.#move = { dx: 0, dy: 0, began: event.timeStamp, isFinger, turns };
    this.#at = this.#looking.table.pointOf(event);
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  pan(dx, dy) {
    const { table } = this.#looking;
    this.#move.dx += dx;
    this.#move.dy += dy;
    if (this.#move.turns) this.#show();
    else if (!table.isFitted) table.panBy(dx, dy);
  }

  /**
   * @param {[Point, Point]} before
   * @param {[Point, Point]} after
   */
  pinch(before, after) {
    this.#move.isFinger = this.#move.turns = false;
    this.#show();
    this.#looking.table.pinch(before, after);
  }

  rest() {
    const { dx, dy, began, isFinger, turns } = this.#move;
    const milliseconds = performance.now() - began;
    this.#move.isFinger = this.#move.turns = false;
    this.#show();
    if (isFinger && milliseconds < TAP_TIME && Math.hypot(dx, dy) < TAP_SLOP) this.#tap();
    const meant = turns ? swipeMeaning({ dx, dy, milliseconds }, this.#looking.table.size) : null;
    if (meant) this.#turns[meant]();
  }

  #tap() {
    const now = performance.now();
    const before = this.#tapped;
    const isSecond = before && now - before.when < TWICE_WITHIN && distance([before.at, this.#at]) < TWICE_SLOP;
    this.#tapped = isSecond ? null : { at: this.#at, when: now };
    if (isSecond) this.#looking.table.toggleZoom(this.#at);
  }

  /** The picture goes with the finger that may turn the page. */
  #show() {
    const { dx, dy, turns } = this.#move;
    const goesDown = Math.abs(dy) > Math.abs(dx);
    this.#looking.element.style.translate = turns ? (goesDown ? `0 ${Math.max(0, dy)}px` : `${dx}px 0`) : "";
  }
}

/**
 * @param {Looking} looking
 * @param {Turns} turns
 */
export function armHands(looking, turns) {
  const { element, table } = looking;
  const hands = new Hands(looking, turns);
  element.addEventListener("pointerdown", (event) => hands.begin(event), { capture: true });
  // Everything is made of pointers here. A browser that also took it for a fling would swallow the next tap.
  element.addEventListener("touchstart", (event) => isControl(event) || event.preventDefault(), { passive: false });
  const nothing = () => {};
  new PointerInput(element, {
    pointOf: (event) => table.pointOf(event),
    movesView: () => true,
    controlHeld: () => false,
    begin: () => false,
    go: nothing,
    end: nothing,
    cancel: nothing,
    hover: nothing,
    pan: (dx, dy) => hands.pan(dx, dy),
    rest: () => hands.rest(),
    pinch: (before, after) => hands.pinch(before, after),
    zoom: (factor, point) => table.zoomTo(table.zoom * factor, point),
    twice: (point) => table.toggleZoom(point),
    shapeBrush: nothing,
    resizeBrush: nothing,
    undo: nothing,
    redo: nothing,
  });
}

/** @param {TouchEvent} event */
function isControl({ target }) {
  return target instanceof Element && target.closest("input, label, [role=slider]") !== null;
}
