/**
 * What a turn of the wheel means. Mouse wheels, trackpads and pinches all arrive as the same event;
 * they differ in how large their steps are and whether Ctrl is really held.
 */

/**
 * @typedef {object} Turn the part of a WheelEvent that matters
 * @property {number} deltaX
 * @property {number} deltaY
 * @property {number} deltaMode 0 = pixels, 1 = lines, 2 = pages
 * @property {boolean} ctrlKey
 * @property {boolean} shiftKey
 * @property {boolean} altKey zooms on every device
 * @property {number} timeStamp milliseconds
 */

/** @typedef {{kind: "zoom", factor: number} | {kind: "pan", dx: number, dy: number} | {kind: "size", steps: number}} Intent */

/** Turns further apart than this many milliseconds belong to different gestures. */
const GESTURE_GAP = 250;
/** Mouse wheels step at least this far at once; a trackpad begins gently. */
const MOUSE_STEP = 50;
const PIXELS_PER_LINE = 16;
const PIXELS_PER_PAGE = 400;
const ZOOM_PER_PIXEL = 0.0022;
/** A pinch sends small steps; they count for more. */
const PINCH_PER_PIXEL = 0.01;
/** No single event zooms further than this, whatever its driver says. */
const MOST_FACTOR = 1.6;

export class WheelReader {
  #lastTime = -Infinity;
  #isTrackpad = false;

  /**
   * @param {Turn} turn
   * @param {boolean} controlHeld whether the Ctrl key is down: a pinch only pretends so
   * @returns {Intent}
   */
  read(turn, controlHeld) {
    const unit = [1, PIXELS_PER_LINE, PIXELS_PER_PAGE][turn.deltaMode] ?? 1;
    const dx = turn.deltaX * unit;
    const dy = turn.deltaY * unit;
    if (turn.timeStamp - this.#lastTime > GESTURE_GAP) {
      this.#isTrackpad = turn.deltaMode === 0 && (dx !== 0 || Math.abs(dy) < MOUSE_STEP);
    }
    this.#lastTime = turn.timeStamp;
    if (turn.altKey) return { kind: "zoom", factor: factor(dy * ZOOM_PER_PIXEL) };
    if (turn.ctrlKey && controlHeld) return { kind: "size", steps: -Math.sign(dy || dx) };
    if (turn.ctrlKey) return { kind: "zoom", factor: factor(dy * PINCH_PER_PIXEL) };
    if (turn.shiftKey) return { kind: "pan", dx: -(dx || dy), dy: 0 };
    if (this.#isTrackpad) return { kind: "pan", dx: -dx, dy: -dy };
    return { kind: "zoom", factor: factor(dy * ZOOM_PER_PIXEL) };
  }
}

/** @param {number} turned */
function factor(turned) {
  return Math.min(MOST_FACTOR, Math.max(1 / MOST_FACTOR, Math.exp(-turned)));
}
