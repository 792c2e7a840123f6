/** The frame as it lies over the picture: a thin line, what is outside dimmed, handles to pull. */

import { HANDLES, moved, resized, sizeOf } from "./geometry.js";
import { toStage } from "../view.js";

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("../stage.js").Stage} Stage */
/** @typedef {import("../view.js").Size} Size */
/** @typedef {import("./geometry.js").Handle} Handle */

/** Frames shorter than this on the screen keep only the handles at their corners. */
const ROOM_FOR_EDGES = 72;

export class FrameOverlay {
  #root;
  #stage;
  #picture;
  #drag;
  #dim = element("stage__dim");
  #frame = element("stage__frame");
  #tab = element("stage__frame-tab");
  #areas = [element("stage__area"), element("stage__area")];
  /** @type {Box | null} */
  #box = null;
  /** @type {(Box | null)[]} */
  #offered = [];
  /** The shape that resizing keeps. @type {number | null} */
  shape = null;
  /** @type {{id: number, x: number, y: number, box: Box, handle: Handle | null} | null} */
  #held = null;

  /**
   * @param {HTMLElement} root
   * @param {Stage} stage
   * @param {Size} picture
   * @param {{moved: (box: Box) => void, dropped: () => void, cancelled: (box: Box) => void,
   *   touched: () => void, picked: (number: number) => void}} drag
   */
  constructor(root, stage, picture, drag) {
    this.#root = root;
    this.#stage = stage;
    this.#picture = picture;
    this.#drag = drag;
    this.#tab.hidden = false;
    this.#areas.forEach((area, i) => area.append(this.#picker(i)));
    this.#frame.append(this.#tab, ...HANDLES.map(handleElement));
    root.append(this.#dim, ...this.#areas, this.#frame);
    this.#arm();
    stage.onChange(() => this.#place());
  }

  /** Whether a hand holds the frame. */
  get isHeld() {
    return this.#held !== null;
  }

  /**
   * @param {Box | null} box null = nothing is dimmed, no line
   * @param {{words: string, soft: boolean}} [label]
   */
  show(box, label) {
    this.#box = box;
    if (label) {
      this.#tab.textContent = label.words;
      this.#frame.dataset.soft = String(label.soft);
    }
    this.#place();
  }

  /** @param {number} number of an offered area, from 0 */
  #picker(number) {
    const picker = element("stage__area-pick");
    picker.hidden = false;
    picker.dataset.number = String(number + 1);
    picker.addEventListener("pointerdown", (event) => event.stopPropagation());
    picker.addEventListener("pointermove", (event) => {
      event.stopPropagation();
      this.#drag.touched();
    });
    picker.addEventListener("click", () => this.#drag.picked(number));
    return picker;
  }

  /** @param {(Box | null)[]} boxes the frames of two edits in place of one; null = not drawn */
  offer(boxes) {
    this.#offered = boxes;
    this.#place();
  }

  /** @param {boolean} isVisible */
  reveal(isVisible) {
    this.#root.hidden = !isVisible;
  }

  #place() {
    const box = this.#box;
    this.#frame.hidden = this.#dim.hidden = !box;
    this.#areas.forEach((area, i) => this.#lay(area, this.#offered[i] ?? null));
    if (!box) return;
    const { width, height, top } = this.#lay(this.#frame, box);
    this.#frame.dataset.narrow = String(width < ROOM_FOR_EDGES);
    this.#frame.dataset.flat = String(height < ROOM_FOR_EDGES);
    this.#frame.dataset.high = String(top < 32);
    this.#dim.style.clipPath = `path(evenodd, "${this.#outline(this.#whole())}${this.#outline(box)}")`;
  }

  /**
   * @param {HTMLElement} part
   * @param {Box | null} box
   */
  #lay(part, box) {
    part.hidden = !box;
    if (!box) return { width: 0, height: 0, top: 0 };
    const from = toStage(this.#stage.view, { x: box.left, y: box.top });
    const to = toStage(this.#stage.view, { x: box.right, y: box.bottom });
    const [width, height] = [to.x - from.x, to.y - from.y];
    part.style.width = `${width}px`;
    part.style.height = `${height}px`;
    part.style.transform = `translate(${from.x}px, ${from.y}px)`;
    return { width, height, top: from.y };
  }

  /** @param {Box} box */
  #outline({ left, top, right, bottom }) {
    const from = toStage(this.#stage.view, { x: left, y: top });
    const to = toStage(this.#stage.view, { x: right, y: bottom });
    return `M${from.x} ${from.y}H${to.x}V${to.y}H${from.x}Z`;
  }

  #whole() {
    const { width, height } = this.#picture;
    return { left: 0, top: 0, right: width, bottom: height };
  }

  #arm() {
    const on = this.#frame.addEventListener.bind(this.#frame);
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#moved(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#cancel(event.pointerId));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#held) this.#cancel(this.#held.id);
    });
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const grip = /** @type {HTMLElement} */ (event.target);
    // The stage below would paint.
    event.stopPropagation();
    event.preventDefault();
    if (this.#held || event.button !== 0 || !this.#box) return;
    const handle = /** @type {Handle | undefined} */ (grip.dataset.handle) ?? null;
    this.#held = { id: event.pointerId, x: event.clientX, y: event.clientY, box: this.#box, handle };
    grip.setPointerCapture(event.pointerId);
    this.#root.dataset.held = "yes";
    this.#drag.touched();
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    event.stopPropagation();
    const held = this.#held;
    if (!held) this.#drag.touched();
    if (!held || event.pointerId !== held.id) return;
    const { scale } = this.#stage.view;
    const [dx, dy] = [(event.clientX - held.x) / scale, (event.clientY - held.y) / scale];
    this.#box = held.handle
      ? resized(held.box, held.handle, dx, dy, this.#picture, this.shape)
      : moved(held.box, dx, dy, this.#picture);
    const { width, height } = sizeOf(this.#box);
    this.#tab.textContent = `${width} × ${height}`;
    this.#place();
    this.#drag.moved(this.#box);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    event.stopPropagation();
    const held = this.#held;
    if (!held || event.pointerId !== held.id) return;
    this.#letGo();
    if (this.#box !== held.box) this.#drag.dropped();
  }

  /** @param {number} id */
  #cancel(id) {
    const held = this.#held;
    if (!held || held.id !== id) return;
    this.#letGo();
    if (this.#box === held.box) return;
    this.show(held.box);
    this.#drag.cancelled(held.box);
  }

  #letGo() {
    this.#held = null;
    delete this.#root.dataset.held;
  }
}

/** @param {string} className */
function element(className) {
  const made = document.createElement("div");
  made.className = className;
  made.hidden = true;
  return made;
}

/** @param {Handle} handle */
function handleElement(handle) {
  const made = element("stage__handle");
  made.hidden = false;
  made.dataset.handle = handle;
  return made;
}
