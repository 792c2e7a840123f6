/**
 * The canvas to be, drawn over the stage: its new area, its size, and handles on every side and
 * corner for mouse, finger and keys.
 */

import { SIDES, canvasOf, isNothing, sizeWords } from "./extending.js";
import { toStage } from "./view.js";

/** @typedef {import("./extending.js").Margins} Margins */
/** @typedef {import("./extending.js").Side} Side */
/** @typedef {import("./view.js").Point} Point */
/** @typedef {import("./view.js").Size} Size */
/** @typedef {import("./view.js").View} View */

/**
 * What happens when handles are used.
 * @typedef {object} Hands
 * @property {() => void} begin
 * @property {(moved: Point, sides: Side[], both: boolean) => void} pull by so many CSS pixels since `begin`
 * @property {() => void} end
 * @property {(side: Side, pixels: number) => void} nudge by so many picture pixels outward
 */

const CORNERS = [
  ["left", "top"], ["right", "top"], ["left", "bottom"], ["right", "bottom"],
];
const NAMES = { left: "Left side", top: "Top side", right: "Right side", bottom: "Bottom side" };
/** Arrow keys that pull a side outward, and how they count. @type {Record<Side, Record<string, number>>} */
const ARROWS = {
  left: { ArrowLeft: 1, ArrowRight: -1 },
  top: { ArrowUp: 1, ArrowDown: -1 },
  right: { ArrowRight: 1, ArrowLeft: -1 },
  bottom: { ArrowDown: 1, ArrowUp: -1 },
};
const BIG_STEP = 10;
/** CSS pixels between the canvas and its size in words. */
const BELOW = 14;
/** Nothing of these reaches the stage below, which would paint or zoom. */
const KEPT_FROM_STAGE = [
  "pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave", "contextmenu", "wheel",
];

export class ExtendFrame {
  #element = part("extend-stage");
  #area = part("extend-stage__area");
  #size = part("extend-stage__size");
  /** @type {Map<Side, HTMLElement>} */
  #handles = new Map();
  /** Every handle with its sides. @type {[HTMLElement, Side[]][]} */
  #all = [];
  #hands;
  #picture;
  #pointer = -1;
  /** @type {Point} */
  #from = { x: 0, y: 0 };
  #isRebased = false;

  /**
   * @param {HTMLElement} stage
   * @param {Size} picture
   * @param {Hands} hands
   */
  constructor(stage, picture, hands) {
    this.#hands = hands;
    this.#picture = picture;
    this.#element.hidden = true;
    this.#element.append(this.#area, this.#size);
    for (const sides of CORNERS) this.#addHandle(/** @type {Side[]} */ (sides));
    for (const side of SIDES) this.#addHandle([side]);
    for (const name of KEPT_FROM_STAGE) {
      this.#element.addEventListener(name, (event) => event.stopPropagation());
    }
    this.#element.addEventListener("wheel", (event) => event.preventDefault(), { passive: false });
    this.#element.addEventListener("contextmenu", (event) => event.preventDefault());
    stage.append(this.#element);
  }

  /** @param {boolean} visible */
  show(visible) {
    this.#element.hidden = !visible;
    if (visible) return;
    // A pull that Escape ended must not go on unseen, nor begin again by itself.
    this.#pointer = -1;
    this.#isRebased = false;
    delete this.#element.dataset.pulling;
  }

  /** Starts the running pull anew from where the pointer is: the view has changed under it. */
  rebase() {
    this.#isRebased = true;
  }

  /**
   * @param {Margins} margins
   * @param {View} view
   */
  draw(margins, view) {
    const canvas = canvasOf(this.#picture, margins);
    const from = toStage(view, { x: -margins.left, y: -margins.top });
    const width = canvas.width * view.scale;
    const height = canvas.height * view.scale;
    place(this.#area, from, { width, height });
    this.#cutPicture(margins, view.scale, width, height);
    const { size, share } = sizeWords(this.#picture, margins);
    this.#size.textContent = isNothing(margins) ? size : `${size} · ${share}`;
    const below = from.y + height + BELOW;
    this.#size.style.transform = `translate(${from.x + width / 2}px, ${below}px) translate(-50%, 0)`;
    for (const [handle, sides] of this.#all) {
      const x = sides.includes("left") ? 0 : sides.includes("right") ? width : width / 2;
      const y = sides.includes("top") ? 0 : sides.includes("bottom") ? height : height / 2;
      handle.style.transform = `translate(${from.x + x}px, ${from.y + y}px)`;
    }
    for (const [side, handle] of this.#handles) {
      handle.setAttribute("aria-valuenow", String(margins[side]));
      handle.setAttribute("aria-valuetext", `${margins[side]} pixels`);
    }
  }

  /**
   * Leaves the picture itself uncovered.
   * @param {Margins} margins
   * @param {number} scale
   * @param {number} width
   * @param {number} height
   */
  #cutPicture({ left, top, right, bottom }, scale, width, height) {
    const [l, t, r, b] = [left * scale, top * scale, width - right * scale, height - bottom * scale];
    const px = (/** @type {number} */ x, /** @type {number} */ y) => `${x}px ${y}px`;
    const corners = [
      px(0, 0), px(width, 0), px(width, height), px(0, height), px(0, 0),
      px(l, t), px(l, b), px(r, b), px(r, t), px(l, t),
    ];
    this.#area.style.clipPath = `polygon(evenodd, ${corners.join(", ")})`;
  }

  /** @param {Side[]} sides */
  #addHandle(sides) {
    const handle = part("extend-handle");
    handle.dataset.sides = sides.join(" ");
    handle.addEventListener("pointerdown", (event) => this.#down(event, handle));
    handle.addEventListener("pointermove", (event) => this.#moved(event, sides));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      handle.addEventListener(name, (event) => this.#up(event));
    }
    this.#all.push([handle, sides]);
    this.#element.append(handle);
    const [side, another] = sides;
    if (another) return; // a corner does nothing that two sides could not: keys need only those
    this.#handles.set(side, handle);
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", NAMES[side]);
    handle.setAttribute("aria-valuemin", "0");
    handle.setAttribute("aria-orientation", side === "left" || side === "right" ? "horizontal" : "vertical");
    handle.addEventListener("keydown", (event) => this.#pressed(event, side));
  }

  /**
   * @param {PointerEvent} event
   * @param {HTMLElement} handle
   */
  #down(event, handle) {
    event.preventDefault();
    if (this.#pointer !== -1 || event.button !== 0) return;
    this.#pointer = event.pointerId;
    this.#from = { x: event.clientX, y: event.clientY };
    handle.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    this.#element.dataset.pulling = handle.dataset.sides;
    this.#hands.begin();
  }

  /**
   * @param {PointerEvent} event
   * @param {Side[]} sides
   */
  #moved(event, sides) {
    if (event.pointerId !== this.#pointer) return;
    const moved = { x: event.clientX - this.#from.x, y: event.clientY - this.#from.y };
    this.#hands.pull(moved, sides, event.altKey);
    if (!this.#isRebased) return;
    this.#isRebased = false;
    this.#from = { x: event.clientX, y: event.clientY };
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = -1;
    delete this.#element.dataset.pulling;
    this.#hands.end();
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Side} side
   */
  #pressed(event, side) {
    const step = ARROWS[side][event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#hands.nudge(side, step * (event.shiftKey ? BIG_STEP : 1));
  }
}

/** @param {string} name */
function part(name) {
  const element = document.createElement("div");
  element.className = name;
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {Point} at
 * @param {Size} size
 */
function place({ style }, at, { width, height }) {
  style.width = `${width}px`;
  style.height = `${height}px`;
  style.transform = `translate(${at.x}px, ${at.y}px)`;
}
