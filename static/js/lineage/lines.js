/** The lines of a tree: from each card to what hangs on it, and dashed from what was lent to an edit. */

import { lineBetween } from "./layout.js";

/** @typedef {import("./layout.js").Layout} Layout */

const SVG = "http://www.w3.org/2000/svg";

export class Lines {
  #svg = document.createElementNS(SVG, "svg");
  /** By the key of the card that a line leads to. @type {Map<string, SVGPathElement>} */
  #paths = new Map();

  /** @param {HTMLElement} plane */
  constructor(plane) {
    this.#svg.classList.add("lineage__lines");
    this.#svg.setAttribute("aria-hidden", "true");
    plane.prepend(this.#svg);
  }

  /**
   * @param {Layout} layout
   * @param {(key: string) => string | null} parentOf
   * @param {[string, string][]} lent from which picture to which edit
   */
  draw({ places, width, height }, parentOf, lent) {
    this.#svg.setAttribute("width", String(width));
    this.#svg.setAttribute("height", String(height));
    this.#paths.clear();
    const drawn = [];
    for (const [from, to] of lent) {
      const [a, b] = [places.get(from), places.get(to)];
      if (a && b) drawn.push(pathOf(lineBetween(a, b), "lineage__line lineage__line--lent"));
    }
    for (const [key, place] of places) {
      const from = places.get(parentOf(key) ?? "");
      if (!from) continue;
      const path = pathOf(lineBetween(from, place), "lineage__line");
      this.#paths.set(key, path);
      drawn.push(path);
    }
    this.#svg.replaceChildren(...drawn);
  }

  /** @param {string[]} keys of the cards on the way */
  light(keys) {
    const way = new Set(keys);
    for (const [key, path] of this.#paths) {
      path.classList.toggle("lineage__line--way", way.has(key));
      // What is drawn last lies on top.
      if (way.has(key)) this.#svg.append(path);
    }
  }
}

/**
 * @param {string} line
 * @param {string} kind
 */
function pathOf(line, kind) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", line);
  path.setAttribute("class", kind);
  return path;
}
