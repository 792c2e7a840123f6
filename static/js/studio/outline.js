/** The shape that is not filled yet, over the picture: white within dark, seen on every ground. */

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./tools/tool.js").Outline} Outline */

/** Radius of a marked point in CSS pixels. */
const HANDLE = 4;

export class OutlineView {
  #element;
  #moved;
  #paths;
  #handles;
  /** @type {Outline | null} */
  #outline = null;
  /** @type {View} */
  #view = { scale: 1, x: 0, y: 0 };

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.#element = /** @type {SVGElement} */ (stage.querySelector("[data-outline]"));
    this.#moved = /** @type {SVGGElement} */ (this.#element.querySelector("g"));
    this.#paths = [...this.#moved.querySelectorAll("path")];
    [this.#handles] = this.#paths.splice(2);
  }

  /** @param {Outline | null} outline */
  show(outline) {
    this.#outline = outline;
    this.#element.toggleAttribute("hidden", !outline);
    if (!outline) return;
    for (const path of this.#paths) path.setAttribute("d", outline.path);
    this.#element.dataset.erase = String(outline.erase);
    this.#place();
  }

  /** @param {View} view */
  follow(view) {
    this.#view = view;
    if (this.#outline) this.#place();
  }

  #place() {
    const { scale, x, y } = this.#view;
    this.#moved.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    const radius = HANDLE / scale;
    const rings = this.#outline?.handles?.map((point) => ring(point, radius)) ?? [];
    this.#handles.setAttribute("d", rings.join(""));
  }
}

/**
 * @param {{x: number, y: number}} middle
 * @param {number} r
 */
function ring({ x, y }, r) {
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}
