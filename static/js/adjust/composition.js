/**
 * The edit as it will be, at the preview's size: one layer per result over the original. What a change
 * of the settings leaves as it was is not computed again.
 */

import { blend, matched } from "./blending.js";
import { boundsOf, changedAt, enlarge, numberAreas } from "./planes.js";
import { cut, grow, soften, widened, without } from "./shaping.js";

/** @typedef {import("../studio/mask/box.js").Box} Box */
/** @typedef {import("./blending.js").Pixels} Pixels */
/** @typedef {import("./planes.js").Areas} Areas */
/** @typedef {import("./planes.js").Plane} Plane */
/** @typedef {import("./types.js").Layers} Layers */
/** @typedef {import("./types.js").Settings} Settings */

/** What is softened depends on the paint this many feathers around it. */
const FEATHERS_AROUND = 2.7;

/**
 * @typedef {object} Shaped
 * @property {number} id of the result
 * @property {Plane} mask where it shows, grown, before anything is painted back
 * @property {Box} box around that mask
 */

export class Composition {
  #original;
  #scale;
  #mostAreas;
  /** @type {Map<number, Layers>} */
  #layers = new Map();
  /** @type {{key: string, areas: Areas, plane: Plane} | null} */
  #chosenFrom = null;
  /** @type {{key: string, shaped: Shaped[]}} */
  #shaped = { key: "", shaped: [] };
  /** @type {Map<string, Pixels>} */
  #matched = new Map();
  /** What was painted back: 255 = the original again. */
  restored;
  /** The picture as it will be. */
  pixels;

  /**
   * @param {Pixels} original at the preview's size
   * @param {number} scale preview pixels per picture pixel
   * @param {number} mostAreas
   */
  constructor(original, scale, mostAreas) {
    this.#original = original;
    this.#scale = scale;
    this.#mostAreas = mostAreas;
    const { width, height, data } = original;
    this.restored = new Uint8Array(width * height);
    this.pixels = { width, height, data: new Uint8ClampedArray(data) };
  }

  get original() {
    return this.#original;
  }

  /**
   * @param {number} id
   * @param {Layers} layers
   */
  add(id, layers) {
    this.#layers.set(id, layers);
    this.#shaped.key = "";
  }

  /**
   * The areas to choose from, and where they lie.
   * @param {Settings} settings
   * @returns {{areas: Areas, plane: Plane} | null} null when there is nothing to choose from
   */
  areas(settings) {
    const layers = this.#layers.get(settings.result);
    if (layers?.areas) {
      const { mask, numbers, sizes, gathersRest } = layers.areas;
      return { areas: { numbers, sizes, gathersRest }, plane: mask };
    }
    if (!layers?.found) return null;
    const level = settings.level ?? layers.found.usual;
    const key = `${settings.result} ${level}`;
    if (this.#chosenFrom?.key !== key) {
      const plane = changedAt(layers.found.levels, level);
      this.#chosenFrom = { key, plane, areas: numberAreas(plane, this.#mostAreas) };
    }
    return this.#chosenFrom;
  }

  /**
   * Computes the picture anew.
   * @param {Settings} settings
   * @param {Box | null} [changed] preview pixels in which something was painted back; left out when
   *   the settings have changed
   * @returns {Box | null} what has to be drawn anew; null = everything
   */
  update(settings, changed = null) {
    const shaped = this.#shapes(settings);
    const feather = settings.feather * this.#scale;
    const reach = Math.ceil(feather * FEATHERS_AROUND) + 3;
    const whole = { left: 0, top: 0, right: this.pixels.width, bottom: this.pixels.height };
    const dirty = changed ? widened(changed, reach, this.pixels) : whole;
    this.#reset(dirty);
    for (const layer of shaped) this.#lay(layer, settings, dirty, reach);
    return changed ? dirty : null;
  }

  /**
   * Where each result shows.
   * @param {Settings} settings
   */
  #shapes(settings) {
    const { result, areas, level, grow: pixels } = settings;
    const key = JSON.stringify([result, areas, level, pixels, [...this.#layers.keys()]]);
    if (this.#shaped.key !== key) this.#shaped = { key, shaped: this.#shape(settings) };
    return this.#shaped.shaped;
  }

  /**
   * @param {Settings} settings
   * @returns {Shaped[]}
   */
  #shape(settings) {
    const from = this.areas(settings);
    if (!from) return [];
    const chosen = settings.areas.length ? settings.areas : from.areas.sizes.map(() => settings.result);
    // In the order in which they are first chosen, as the server lays them.
    const used = [...new Set(chosen)].filter((id) => id && this.#layers.has(id));
    const pixels = Math.round(settings.grow * this.#scale);
    return used.flatMap((id) => {
      const mask = this.#maskOf(id, chosen, from);
      const box = boundsOf(mask);
      if (!box) return [];
      const around = widened(box, Math.max(0, pixels), mask);
      if (!pixels) return [{ id, mask, box }];
      const grown = grow(cut(mask, widened(box, Math.abs(pixels) + 1, mask)), pixels);
      const whole = pasted(grown, widened(box, Math.abs(pixels) + 1, mask), mask);
      return [{ id, mask: this.#withinFrame(id, whole), box: boundsOf(whole) ?? around }];
    });
  }

  /**
   * @param {number} id
   * @param {number[]} chosen
   * @param {{areas: Areas, plane: Plane}} from
   * @returns {Plane} at the preview's size
   */
  #maskOf(id, chosen, { areas, plane }) {
    const { numbers } = areas;
    const values = plane.values.map((value, at) => (chosen[numbers[at] - 1] === id ? value : 0));
    const mask = { width: plane.width, height: plane.height, values };
    const { width, height } = this.pixels;
    if (plane.width === width && plane.height === height && this.#layers.get(id)?.areas) {
      return this.#withinFrame(id, mask);
    }
    const box = this.#layers.get(id)?.box ?? { left: 0, top: 0, right: width, bottom: height };
    const size = { width: box.right - box.left, height: box.bottom - box.top };
    return pasted(enlarge(mask, size), box, this.pixels);
  }

  /**
   * Nothing shows where the answer does not reach.
   * @param {number} id
   * @param {Plane} mask
   * @returns {Plane}
   */
  #withinFrame(id, mask) {
    const box = this.#layers.get(id)?.box;
    if (!box || (box.right - box.left === mask.width && box.bottom - box.top === mask.height)) return mask;
    return pasted(cut(mask, box), box, mask);
  }

  /** @param {Box} box */
  #reset({ left, top, right, bottom }) {
    const { width, data } = this.#original;
    for (let y = top; y < bottom; y++) {
      const from = (y * width + left) * 4;
      this.pixels.data.set(data.subarray(from, (y * width + right) * 4), from);
    }
  }

  /**
   * @param {Shaped} layer
   * @param {Settings} settings
   * @param {Box} dirty
   * @param {number} reach
   */
  #lay({ id, mask, box }, settings, dirty, reach) {
    const layers = /** @type {Layers} */ (this.#layers.get(id));
    const part = meeting(box, dirty);
    if (!part) return;
    const around = widened(part, reach, mask);
    const paint = cut(mask, around);
    const back = cut({ width: mask.width, height: mask.height, values: this.restored }, around);
    paint.values = without(paint.values, back.values);
    const weights = soften(paint, settings.feather * this.#scale);
    const inner = { left: part.left - around.left, top: part.top - around.top, right: part.right - around.left, bottom: part.bottom - around.top };
    const soft = cut({ width: paint.width, height: paint.height, values: weights }, inner);
    const place = { x: layers.box.left, y: layers.box.top };
    const answer = this.#answer(id, layers, settings);
    blend(this.pixels, answer, place, { box: part, weights: soft.values }, settings.opacity / 100, layers.fadesAlpha);
  }

  /**
   * @param {number} id
   * @param {Layers} layers
   * @param {Settings} settings
   */
  #answer(id, layers, settings) {
    const undone = settings.undo_drift && layers.undone;
    const laid = undone || layers.came;
    if (!settings.match_colour || !laid.colour) return laid.pixels;
    const key = `${id} ${undone ? "undone" : "came"}`;
    const known = this.#matched.get(key) ?? matched(laid.pixels, laid.colour);
    this.#matched.set(key, known);
    return known;
  }

  /**
   * Whether nothing of the edit is left.
   * @param {Settings} settings
   */
  isEmpty(settings) {
    return this.#shapes(settings).every(({ mask }) =>
      mask.values.every((value, at) => !value || this.restored[at] === 255),
    );
  }
}

/**
 * @param {Box} one
 * @param {Box} other
 * @returns {Box | null}
 */
function meeting(one, other) {
  const box = {
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  };
  return box.left < box.right && box.top < box.bottom ? box : null;
}

/**
 * A plane of a size that holds another one in a box and 0 elsewhere.
 * @param {Plane} part
 * @param {Box} box
 * @param {{width: number, height: number}} size
 * @returns {Plane}
 */
function pasted(part, { left, top }, { width, height }) {
  const values = new Uint8Array(width * height);
  for (let y = 0; y < part.height; y++) {
    values.set(part.values.subarray(y * part.width, (y + 1) * part.width), (top + y) * width + left);
  }
  return { width, height, values };
}
