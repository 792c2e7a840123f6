/**
 * What a tool can be set to, as the person left it. Sizes are kept as a share of the picture, so
 * that they fit the next one.
 */

/**
 * One setting of a tool.
 * @typedef {{kind: "size", start: number}
 *   | {kind: "amount", start: number, least: number, most: number, step: number, unit: string}
 *   | {kind: "switch", start: boolean}
 *   | {kind: "choice", start: string, among: readonly string[]}} Option  a size is a diameter in
 *   picture pixels, its start a share of the picture's short side; an amount with the unit "%" goes
 *   from 0 to 1 and is only said in per cent
 */

/** @typedef {Readonly<Record<string, Option>>} Options */
/** @typedef {number | boolean | string} Value */

/** @type {Options} */
export const BRUSH_OPTIONS = {
  size: { kind: "size", start: 0.06 },
  hardness: { kind: "amount", start: 0.8, least: 0, most: 1, step: 0.01, unit: "%" },
};

/** @type {Options} */
export const PAINT_OPTIONS = {
  ...BRUSH_OPTIONS,
  opacity: { kind: "amount", start: 1, least: 0.05, most: 1, step: 0.05, unit: "%" },
};

/** Diameters go from one pixel to this share of the picture's short side. */
const LARGEST_SHARE = 0.75;
const LEAST_LARGEST = 64;
const STEP = 1.12;
const BIG_STEP = 1.6;
const HARDNESS_STEP = 0.1;

export class ToolSettings {
  #key;
  #options;
  #storage;
  #shortSide;
  /** @type {Record<string, Value>} */
  #values = {};
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {string} tool
   * @param {Options} options
   * @param {{width: number, height: number}} picture
   * @param {Pick<Storage, "getItem" | "setItem"> | null} storage where it is remembered, if anywhere
   */
  constructor(tool, options, picture, storage) {
    this.#key = `nanoedit.${tool}`;
    this.#options = options;
    this.#storage = storage;
    this.#shortSide = Math.min(picture.width, picture.height);
    this.largest = Math.max(LEAST_LARGEST, Math.round(this.#shortSide * LARGEST_SHARE));
    const kept = read(storage, this.#key);
    for (const [name, option] of Object.entries(options)) {
      const value = fits(option, kept[name]) ? kept[name] : option.start;
      const whole = option.kind === "size" ? Number(value) * this.#shortSide : value;
      this.#values[name] = this.#allowed(option, whole);
    }
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {string} name */
  option(name) {
    return /** @type {Option | undefined} */ (this.#options[name]);
  }

  /** @param {string} name */
  number(name) {
    return Number(this.#values[name] ?? 0);
  }

  /** @param {string} name */
  isOn(name) {
    return this.#values[name] === true;
  }

  /** @param {string} name */
  choice(name) {
    return String(this.#values[name] ?? "");
  }

  /** The diameter in picture pixels. */
  get size() {
    return this.number("size");
  }

  /** From 0, soft, to 1, crisp; also for a tool that has no such setting. */
  get hardness() {
    return this.#options.hardness ? this.number("hardness") : 1;
  }

  /** @param {Record<string, Value>} change what this tool cannot be set to is left out */
  set(change) {
    for (const [name, value] of Object.entries(change)) {
      const option = this.#options[name];
      if (option) this.#values[name] = this.#allowed(option, value);
    }
    this.#keep();
    for (const listener of this.#listeners) listener();
  }

  /**
   * @param {number} steps positive = larger
   * @param {boolean} [big]
   */
  resize(steps, big = false) {
    const size = this.size * (big ? BIG_STEP : STEP) ** steps;
    // Small brushes would stand still under rounding.
    const moved = steps > 0 ? Math.max(size, this.size + 1) : Math.min(size, this.size - 1);
    this.set({ size: moved });
  }

  /** @param {number} steps positive = harder */
  harden(steps) {
    this.set({ hardness: this.hardness + steps * HARDNESS_STEP });
  }

  /**
   * A number as a place on its slider, from 0 to 1. The one for sizes is logarithmic: small ones
   * need finer steps.
   * @param {string} name
   */
  place(name) {
    const option = this.#options[name];
    if (option?.kind === "size") return Math.log(this.number(name)) / Math.log(this.largest);
    if (option?.kind !== "amount") return 0;
    return (this.number(name) - option.least) / (option.most - option.least);
  }

  /**
   * @param {string} name
   * @param {number} place
   */
  at(name, place) {
    const option = this.#options[name];
    if (option?.kind === "size") return this.largest ** place;
    if (option?.kind !== "amount") return 0;
    return option.least + place * (option.most - option.least);
  }

  /**
   * A number as people read it.
   * @param {string} name
   */
  words(name) {
    const option = this.#options[name];
    if (option?.kind === "size") return `${this.number(name)} px`;
    if (option?.kind !== "amount") return "";
    if (option.unit === "%") return `${Math.round(this.number(name) * 100)} %`;
    return option.unit ? `${this.number(name)} ${option.unit}` : String(this.number(name));
  }

  /**
   * @param {Option} option
   * @param {Value} value
   * @returns {Value}
   */
  #allowed(option, value) {
    if (option.kind === "size") return Math.round(within(Number(value), 1, this.largest));
    if (option.kind !== "amount") return value;
    const steps = Math.round(within(Number(value), option.least, option.most) / option.step);
    return Number((steps * option.step).toFixed(6));
  }

  #keep() {
    /** @type {Record<string, Value>} */
    const kept = {};
    for (const [name, option] of Object.entries(this.#options)) {
      kept[name] = option.kind === "size" ? this.number(name) / this.#shortSide : this.#values[name];
    }
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // A full or forbidden storage only means that the next page starts with the defaults.
    }
  }
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function within(value, least, most) {
  return Math.min(most, Math.max(least, value));
}

/**
 * Whether a kept value can be the option's.
 * @param {Option} option
 * @param {unknown} value
 */
function fits(option, value) {
  if (option.kind === "size") return typeof value === "number" && value > 0 && value <= 1;
  if (option.kind === "amount") return typeof value === "number" && value >= option.least && value <= option.most;
  if (option.kind === "switch") return typeof value === "boolean";
  return option.among.includes(/** @type {string} */ (value));
}

/**
 * @param {Pick<Storage, "getItem"> | null} storage
 * @param {string} key
 * @returns {Record<string, Value>}
 */
function read(storage, key) {
  try {
    const kept = JSON.parse(storage?.getItem(key) ?? "{}");
    if (kept && typeof kept === "object") return kept;
  } catch {
    // Whatever stands there are no settings.
  }
  return {};
}
