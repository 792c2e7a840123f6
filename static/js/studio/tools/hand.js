/** Moves the view; the stage does that by itself, so nothing is left to do here. */

/** @typedef {import("./tool.js").Tool} Tool */

/** @implements {Tool} */
export class HandTool {
  cursor = /** @type {const} */ ("hand");

  start() {
    return null;
  }

  move() {
    return null;
  }

  end() {
    return null;
  }

  cancel() {}
}
