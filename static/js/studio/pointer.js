/**
 * Mouse, pen and fingers on the stage, turned into what they mean.
 *
 * One finger paints and two move the view, until a pen was seen: then fingers only move it, so a
 * resting hand leaves no marks. The second finger takes back the stroke that the first one has just
 * begun; a stroke that is on its way already is kept. A pen goes before every finger.
 */

import { WheelReader } from "./wheel.js";
import { distance } from "./view.js";

/** @typedef {import("./view.js").Point} Point */
/** @typedef {{point: Point, pressure: number}} Touch  on the stage */
/** @typedef {{shift: boolean, alt: boolean, control: boolean}} Held  the keys that change what a hand does */

/**
 * What the studio does when hands do something.
 * @typedef {object} Hands
 * @property {(event: {clientX: number, clientY: number}) => Point} pointOf
 * @property {() => boolean} movesView whether a plain drag moves the view (hand tool, space held)
 * @property {() => boolean} [dragsZoom] whether a plain drag zooms
 * @property {() => boolean} controlHeld
 * @property {(touch: Touch, manner: Held & {erase: boolean}) => boolean} begin
 * @property {(touches: Touch[], held: Held) => void} go
 * @property {() => void} end
 * @property {() => void} cancel
 * @property {(point: Point | null, held: Held) => void} hover
 * @property {(point: Point) => void} [twice] the same place was pressed twice
 * @property {() => void} [rest] what moved the view was let go of
 * @property {(dx: number, dy: number) => void} pan
 * @property {(before: [Point, Point], after: [Point, Point]) => void} pinch
 * @property {(factor: number, point: Point) => void} zoom
 * @property {(dx: number, dy: number) => void} shapeBrush
 * @property {(steps: number) => void} resizeBrush
 * @property {() => void} undo
 * @property {() => void} redo
 */

const MIDDLE = 1;
const RIGHT = 2;
const PEN_ERASER = 5;
/** Of `buttons`: the right one, which is a pen's on its barrel, and a pen's other end. */
const ERASING_BUTTONS = 2 | 32;
/** @type {Held} */
const NOTHING_HELD = { shift: false, alt: false, control: false };
/** A tap is over within this many milliseconds and moves no further than this many pixels. */
const TAP_TIME = 300;
const TAP_SLOP = 12;
/** A finger that has painted for as many milliseconds means it. */
const MEANT_AFTER = 500;
/** Pixels of a drag that double the zoom, and how far a click zooms. */
const DRAG_TO_DOUBLE = 100;
const CLICK_ZOOM = 1.5;

export class PointerInput {
  #element;
  #hands;
  #wheel = new WheelReader();
  /** @type {"idle" | "tool" | "pan" | "zoom" | "brush" | "fingers"} */
  #doing = "idle";
  #pointer = -1;
  /** @type {Point} */
  #last = { x: 0, y: 0 };
  /** @type {Map<number, Point>} */
  #fingers = new Map();
  #penSeen = false;
  #tap = { began: 0, fingers: 0, moved: 0 };
  /** Where a drag that zooms was begun, and how far it has gone. */
  #drag = { at: { x: 0, y: 0 }, gone: 0 };
  /** The last reading of a trackpad's pinch in Safari. */
  #gestureScale = 1;

  /**
   * @param {HTMLElement} element
   * @param {Hands} hands
   */
  constructor(element, hands) {
    this.#element = element;
    this.#hands = hands;
    const on = element.addEventListener.bind(element);
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#moved(event));
    on("pointerup", (event) => this.#up(event, true));
    on("pointercancel", (event) => this.#up(event, false));
    // The up event of a pointer that was taken away by another window never comes.
    on("lostpointercapture", (event) => this.#up(event, true));
    on("pointerleave", () => this.#doing === "idle" && hands.hover(null, NOTHING_HELD));
    on("blur", () => delete element.dataset.byHand);
    on("dblclick", (event) => event.button === 0 && hands.twice?.(hands.pointOf(event)));
    on("contextmenu", (event) => event.preventDefault());
    on("wheel", (event) => this.#turned(event), { passive: false });
    for (const name of ["gesturestart", "gesturechange"]) {
      on(name, (/** @type {Event} */ event) => this.#gestured(event));
    }
  }

  /** Whether something is being dragged. */
  get isBusy() {
    return this.#doing !== "idle";
  }

  /** Takes the running stroke back. */
  cancel() {
    if (this.#doing === "tool") this.#hands.cancel();
    this.#doing = this.#fingers.size ? "fingers" : "idle";
  }

  /** @param {PointerEvent} event */
  #down(event) {
    event.preventDefault();
    // Who points at the stage needs no ring that says where the keyboard is.
    this.#element.dataset.byHand = "yes";
    this.#element.focus({ preventScroll: true });
    if (event.pointerType === "pen") this.#penDown();
    if (event.pointerType === "touch") {
      this.#fingerDown(event);
      return;
    }
    if (this.#doing !== "idle") return;
    this.#capture(event);
    this.#last = this.#hands.pointOf(event);
    this.#pointer = event.pointerId;
    if (event.button === MIDDLE || (event.button === 0 && this.#hands.movesView())) {
      this.#doing = "pan";
    } else if (event.button === 0 && this.#hands.dragsZoom?.()) {
      this.#doing = "zoom";
      this.#drag = { at: this.#last, gone: 0 };
    } else if (event.button === RIGHT && event.altKey) this.#doing = "brush";
    else this.#beginTool(event);
    this.#hands.hover(this.#doing === "pan" ? null : this.#last, heldBy(event));
  }

  /** The hand that holds the pen may have come down first: what it did is taken back. */
  #penDown() {
    this.#penSeen = true;
    if (!this.#fingers.size) return;
    if (this.#doing === "tool") this.#hands.cancel();
    this.#fingers.clear();
    this.#doing = "idle";
  }

  /** @param {PointerEvent} event */
  #beginTool(event) {
    const byButton = event.button === RIGHT || event.button === PEN_ERASER;
    const byPen = event.pointerType === "pen" && (event.buttons & ERASING_BUTTONS) !== 0;
    const erase = byButton || byPen || event.ctrlKey || event.metaKey || event.altKey;
    const began = this.#hands.begin(this.#touch(event), { erase, ...heldBy(event) });
    if (began) this.#doing = "tool";
    this.#pointer = event.pointerId;
  }

  /** @param {PointerEvent} event */
  #fingerDown(event) {
    // The hand that holds the pen may rest on the glass.
    if (this.#doing !== "idle" && this.#fingers.size === 0) return;
    const point = this.#hands.pointOf(event);
    this.#capture(event);
    this.#fingers.set(event.pointerId, point);
    if (this.#fingers.size === 1) {
      this.#tap = { began: event.timeStamp, fingers: 1, moved: 0 };
      this.#last = point;
      if (this.#penSeen || this.#hands.movesView()) this.#doing = "fingers";
      else if (this.#doing === "idle") this.#beginTool(event);
      return;
    }
    this.#tap.fingers = Math.max(this.#tap.fingers, this.#fingers.size);
    if (this.#doing === "tool") {
      if (event.timeStamp - this.#tap.began < MEANT_AFTER) this.#hands.cancel();
      else this.#hands.end();
    }
    this.#hands.hover(null, NOTHING_HELD);
    this.#doing = "fingers";
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const point = this.#hands.pointOf(event);
    if (this.#fingers.has(event.pointerId) && this.#doing === "fingers") {
      this.#fingersMoved(event.pointerId, point);
      return;
    }
    if (this.#doing === "idle") {
      if (event.pointerType !== "touch") this.#hands.hover(point, heldBy(event));
      return;
    }
    if (event.pointerId !== this.#pointer) return;
    const dx = point.x - this.#last.x;
    const dy = point.y - this.#last.y;
    this.#last = point;
    if (this.#fingers.size) this.#fingers.set(event.pointerId, point);
    if (this.#doing === "pan") this.#hands.pan(dx, dy);
    else if (this.#doing === "brush") this.#hands.shapeBrush(dx, dy);
    else if (this.#doing === "zoom") {
      this.#drag.gone += Math.abs(dx);
      this.#hands.zoom(2 ** (dx / DRAG_TO_DOUBLE), this.#drag.at);
    } else {
      const parts = event.getCoalescedEvents?.() ?? [];
      const samples = parts.length ? parts : [event];
      this.#hands.go(samples.map((part) => this.#touch(part)), heldBy(event));
      this.#hands.hover(event.pointerType === "touch" ? null : point, NOTHING_HELD);
    }
  }

  /**
   * @param {number} id
   * @param {Point} point
   */
  #fingersMoved(id, point) {
    const others = [...this.#fingers].filter(([finger]) => finger !== id);
    const before = /** @type {Point} */ (this.#fingers.get(id));
    this.#tap.moved += distance([before, point]);
    this.#fingers.set(id, point);
    const [other] = others;
    if (!other) this.#hands.pan(point.x - before.x, point.y - before.y);
    else if (others.length === 1) this.#hands.pinch([other[1], before], [other[1], point]);
  }

  /**
   * @param {PointerEvent} event
   * @param {boolean} wanted false when the browser took the pointer away
   */
  #up(event, wanted) {
    const wasFinger = this.#fingers.delete(event.pointerId);
    if (this.#doing === "fingers") {
      if (wasFinger && this.#fingers.size === 0) {
        this.#doing = "idle";
        if (wanted) this.#finishTap(event.timeStamp);
        this.#hands.rest?.();
      }
      return;
    }
    if (event.pointerId !== this.#pointer || this.#doing === "idle") return;
    const was = this.#doing;
    this.#doing = "idle";
    if (was === "tool" && wanted) this.#hands.end();
    else if (was === "tool") this.#hands.cancel();
    else if (was === "pan") this.#hands.rest?.();
    const { at, gone } = this.#drag;
    if (was === "zoom" && gone < TAP_SLOP / 3) this.#hands.zoom(event.altKey ? 1 / CLICK_ZOOM : CLICK_ZOOM, at);
    if (event.pointerType !== "touch") this.#hands.hover(this.#hands.pointOf(event), heldBy(event));
  }

  /** @param {number} now */
  #finishTap(now) {
    const { began, fingers, moved } = this.#tap;
    if (now - began > TAP_TIME || moved > TAP_SLOP) return;
    if (fingers === 2) this.#hands.undo();
    if (fingers === 3) this.#hands.redo();
  }

  /** @param {WheelEvent} event */
  #turned(event) {
    event.preventDefault();
    const intent = this.#wheel.read(event, this.#hands.controlHeld());
    const point = this.#hands.pointOf(event);
    if (intent.kind === "size") this.#hands.resizeBrush(intent.steps);
    if (this.#doing === "tool") return;
    if (intent.kind === "pan") this.#hands.pan(intent.dx, intent.dy);
    if (intent.kind === "zoom") this.#hands.zoom(intent.factor, point);
    this.#hands.hover(point, heldBy(event));
  }

  /**
   * A pinch on a trackpad in Safari, which tells its whole spread. Fingers on glass are pointers already.
   * @param {Event & {scale?: number, clientX?: number, clientY?: number}} event
   */
  #gestured(event) {
    event.preventDefault();
    const { type, scale = 1, clientX = 0, clientY = 0 } = event;
    if (type === "gesturechange" && !this.#fingers.size && this.#doing !== "tool") {
      this.#hands.zoom(scale / this.#gestureScale, this.#hands.pointOf({ clientX, clientY }));
    }
    this.#gestureScale = type === "gesturestart" ? 1 : scale;
  }

  /**
   * @param {PointerEvent} event
   * @returns {Touch}
   */
  #touch(event) {
    const pressed = event.pointerType === "pen" && event.pressure > 0;
    return { point: this.#hands.pointOf(event), pressure: pressed ? event.pressure : 1 };
  }

  /** @param {PointerEvent} event */
  #capture(event) {
    try {
      this.#element.setPointerCapture(event.pointerId);
    } catch {
      // The pointer has gone already; its up event comes anyway or the next down starts anew.
    }
  }
}

/**
 * @param {MouseEvent} event
 * @returns {Held}
 */
function heldBy({ shiftKey, altKey, ctrlKey, metaKey }) {
  return { shift: shiftKey, alt: altKey, control: ctrlKey || metaKey };
}
