/**
 * What a tool is, what it is given, and what it may leave out. Every tool is a small module beside
 * this one and a line in registry.js; its settings show where a template says `data-for-tool`.
 */

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("../mask/tiles.js").TileMask} TileMask */
/** @typedef {{x: number, y: number}} Point  picture pixels with fractions */
/** @typedef {Point & {pressure: number}} Sample  pressure from 0 to 1 */

/**
 * How the hand holds the tool at this moment.
 * @typedef {object} Manner
 * @property {boolean} erase decided when the tool is put down: right button, pen eraser, Ctrl or Alt
 * @property {boolean} shift
 * @property {boolean} alt
 * @property {boolean} space
 */

/**
 * Everything a tool works with.
 * @typedef {object} Desk
 * @property {import("../types.js").Picture} picture with the addresses of its pixels
 * @property {import("../mask/sheet.js").MaskSheet} sheet
 * @property {import("../settings.js").ToolSettings} settings the tool's own
 * @property {() => number} scale CSS pixels per picture pixel
 * @property {(outline: Outline | null) => void} outline shows the unfinished shape
 * @property {(box: Box | null) => void} show draws this part of the mask anew
 * @property {Work} work
 * @property {import("../picture-pixels.js").PicturePixels} pixels
 * @property {import("../selecting.js").Selecting} selecting brings into the mask what is found in the picture
 * @property {import("../outlines.js").Outlines} outlines
 * @property {() => void} tell `isOpen` has changed
 */

/**
 * Long work, one at a time, in turn: the mask is held meanwhile, and the stage says why. What it
 * gives back runs as one undo step; null changes nothing. Esc aborts the signal.
 * @typedef {(words: string, prepare: (signal: AbortSignal) => Promise<((mask: TileMask) => void) | null>) => Promise<boolean>} Work
 */

/**
 * A shape that is not filled yet, in picture pixels.
 * @typedef {object} Outline
 * @property {string} path as in the `d` of an SVG path
 * @property {boolean} erase
 * @property {Point[]} [handles] marked points
 */

/**
 * `start`, `move` and `end` are one press of the pointer, and return the picture pixels to show anew.
 * @typedef {object} Tool
 * @property {"ring" | "cross" | "hand"} cursor what the pointer looks like; a ring has the size of the settings
 * @property {() => void} [take] it comes into the hand
 * @property {boolean} [erases] takes away whichever button is pressed
 * @property {(sample: Sample, manner: Manner) => Box | null} start
 * @property {(samples: Sample[], manner: Manner) => Box | null} move also, without samples, when a key changes the manner
 * @property {() => Box | null} end
 * @property {() => void} cancel takes back all that is unfinished
 * @property {(point: Point | null, manner: Manner) => void} [hover] the pointer moves with no button down
 * @property {boolean} [isOpen] something is unfinished although no button is down
 * @property {() => void} [finish] Enter, or a double click
 * @property {() => void} [takeBack] Backspace, or undo, while something is open
 * @property {Point | null} [lastEnd] where a straight line by Shift-click would begin
 */

export {};
