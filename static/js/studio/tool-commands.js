/** What takes a tool, sets the one in the hand, and closes what it has left open. */

import { TOOLS } from "./tools/registry.js";

/** @typedef {import("./toolbar.js").Commands} Commands */

/**
 * @param {import("./toolbelt.js").Toolbelt} tools
 * @param {(name: string) => void} take
 * @returns {Commands}
 */
export function toolCommands(tools, take) {
  /** @type {Commands} */
  const commands = {};
  for (const { name, next } of TOOLS) {
    commands[name] = { run: () => take(name), isPressed: () => tools.name === name };
    if (next) commands[name].again = () => take(next);
  }
  const hasSize = () => tools.settings.option("size") !== undefined;
  const hasHardness = () => tools.settings.option("hardness") !== undefined;
  const isOpen = () => tools.tool.isOpen === true;
  return {
    ...commands,
    swap: { run: () => take(tools.name === "eraser" ? "brush" : "eraser") },
    smaller: { run: () => tools.settings.resize(-1), isEnabled: hasSize },
    larger: { run: () => tools.settings.resize(1), isEnabled: hasSize },
    "much-smaller": { run: () => tools.settings.resize(-1, true), isEnabled: hasSize },
    "much-larger": { run: () => tools.settings.resize(1, true), isEnabled: hasSize },
    softer: { run: () => tools.settings.harden(-1), isEnabled: hasHardness },
    harder: { run: () => tools.settings.harden(1), isEnabled: hasHardness },
    finish: { run: () => tools.tool.finish?.(), isEnabled: isOpen },
    "take-back": { run: () => tools.tool.takeBack?.(), isEnabled: isOpen },
  };
}
