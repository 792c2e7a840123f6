/** The tools: made from the registry, each with settings of its own, one of them in the hand. */

import { ToolSettings } from "./settings.js";
import { TOOLS } from "./tools/registry.js";

/** @typedef {import("./tools/tool.js").Desk} Desk */
/** @typedef {import("./tools/tool.js").Tool} Tool */
/** @typedef {import("./tools/registry.js").Entry} Entry */
/** @typedef {{entry: Entry, tool: Tool, settings: ToolSettings}} Held */

export class Toolbelt {
  /** @type {Map<string, Held>} */
  #tools = new Map();
  /** @type {Held} */
  #held;
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {Omit<Desk, "settings">} desk
   * @param {Storage | null} storage where settings are remembered
   */
  constructor(desk, storage) {
    for (const entry of TOOLS) {
      const settings = new ToolSettings(entry.name, entry.options, desk.picture, storage);
      settings.onChange(() => this.#tell());
      this.#tools.set(entry.name, { entry, settings, tool: entry.make({ ...desk, settings }) });
    }
    this.#held = /** @type {Held} */ (this.#tools.get(TOOLS[0].name));
  }

  /** @param {() => void} listener called when another tool is taken, or a setting has changed */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  get name() {
    return this.#held.entry.name;
  }

  get tool() {
    return this.#held.tool;
  }

  get settings() {
    return this.#held.settings;
  }

  /** @param {string} name */
  take(name) {
    const held = this.#tools.get(name);
    if (!held) throw new Error(`There is no tool ${name}.`);
    if (held === this.#held) return;
    this.#held.tool.cancel();
    this.#held = held;
    held.tool.take?.();
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
