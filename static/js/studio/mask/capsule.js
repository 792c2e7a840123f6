/**
 * The shape one brush movement covers: a disc pulled along a line, its radius changing evenly
 * (pen pressure), its rim fading inwards by hardness. Positions are picture pixels with fractions;
 * the middle of the first pixel is 0.5.
 */

/** @typedef {{x: number, y: number, radius: number}} Dab */

/**
 * @typedef {object} Capsule
 * @property {number} ax start
 * @property {number} ay
 * @property {number} bx end
 * @property {number} by
 * @property {number} dx end minus start
 * @property {number} dy
 * @property {number} perLength2 1 / squared length, 0 for a single dab
 * @property {number} rim distance at which nothing is covered any more, at the start
 * @property {number} rimGrowth how much the rim grows until the end
 * @property {number} outer largest rim
 * @property {number} core distance up to which everything is covered fully; negative = no core
 * @property {number} ramp width of the fade in pixels
 * @property {Uint8Array} fade coverage by depth, FADE_STEPS + 1 entries over the ramp
 * @property {number} full coverage of the core, 255 unless the brush is weaker
 * @property {boolean} startCap whether the half disc behind the start is wanted
 */

const FADE_STEPS = 1024;
/** @typedef {{linear: Uint8Array, smooth: Uint8Array}} Fades */
/** By the coverage they end at. @type {Map<number, Fades>} */
const fades = new Map();

/**
 * @param {number} full
 * @returns {Fades}
 */
function fadesTo(full) {
  const known = fades.get(full);
  if (known) return known;
  const linear = new Uint8Array(FADE_STEPS + 1);
  const smooth = new Uint8Array(FADE_STEPS + 1);
  for (let i = 0; i <= FADE_STEPS; i++) {
    const depth = i / FADE_STEPS;
    linear[i] = Math.round(full * depth);
    smooth[i] = Math.round(full * depth * depth * (3 - 2 * depth));
  }
  const made = { linear, smooth };
  fades.set(full, made);
  return made;
}

/**
 * @param {Dab} from
 * @param {Dab} to
 * @param {number} hardness 1 = a crisp rim (one pixel of antialiasing), 0 = fades from the middle
 * @param {boolean} startCap false leaves out what the movement before has painted already
 * @param {number} [full] coverage of the core, from 1 to 255
 * @returns {Capsule}
 */
export function capsule(from, to, hardness, startCap, full = 255) {
  const radius = Math.max(from.radius, to.radius);
  const ramp = Math.max(1, radius * (1 - hardness));
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length2 = dx * dx + dy * dy;
  const { linear, smooth } = fadesTo(full);
  return {
    ax: from.x,
    ay: from.y,
    bx: to.x,
    by: to.y,
    dx,
    dy,
    perLength2: length2 ? 1 / length2 : 0,
    rim: from.radius + 0.5,
    rimGrowth: to.radius - from.radius,
    outer: radius + 0.5,
    core: Math.min(from.radius, to.radius) + 0.5 - ramp,
    ramp,
    fade: ramp > 2 ? smooth : linear,
    full,
    startCap: startCap || !length2,
  };
}

/**
 * Distance from a point to the capsule's line.
 * @param {Capsule} shape
 * @param {number} x
 * @param {number} y
 */
export function distance(shape, x, y) {
  const px = x - shape.ax;
  const py = y - shape.ay;
  const along = Math.min(1, Math.max(0, (px * shape.dx + py * shape.dy) * shape.perLength2));
  return Math.hypot(px - along * shape.dx, py - along * shape.dy);
}

/** Where the last `findChord` began and ended; kept out of an object, it is called per row. */
export const chord = { from: 0, to: 0 };

/**
 * Finds the stretch of a row that lies within a radius of the capsule's line.
 * @param {Capsule} shape
 * @param {number} radius
 * @param {number} y
 * @returns {boolean} false when the row misses it
 */
export function findChord(shape, radius, y) {
  chord.from = Infinity;
  chord.to = -Infinity;
  if (radius < 0) return false;
  widenByDisc(shape.ax, shape.ay, radius, y);
  if (shape.perLength2) {
    widenByDisc(shape.bx, shape.by, radius, y);
    const reach = radius * Math.sqrt(shape.perLength2);
    widenByEdge(shape, -shape.dy * reach, shape.dx * reach, y);
    widenByEdge(shape, shape.dy * reach, -shape.dx * reach, y);
  }
  return chord.from <= chord.to;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {number} row
 */
function widenByDisc(x, y, radius, row) {
  const half2 = radius * radius - (row - y) * (row - y);
  if (half2 < 0) return;
  const half = Math.sqrt(half2);
  if (x - half < chord.from) chord.from = x - half;
  if (x + half > chord.to) chord.to = x + half;
}

/**
 * @param {Capsule} shape
 * @param {number} nx from the line to its long edge
 * @param {number} ny
 * @param {number} row
 */
function widenByEdge(shape, nx, ny, row) {
  const top = shape.ay + ny;
  const bottom = shape.by + ny;
  if (top <= row === bottom <= row) return;
  const x = shape.ax + nx + ((row - top) * shape.dx) / shape.dy;
  if (x < chord.from) chord.from = x;
  if (x > chord.to) chord.to = x;
}

/**
 * Writes the fading coverage of one row of blocks.
 * @param {Uint8Array} line the pixels of the row; every block fills as many as it is wide
 * @param {Capsule} shape
 * @param {number} left where the line begins in the picture
 * @param {number} y the row's middle in the picture
 * @param {number} from first block
 * @param {number} to block after the last
 * @param {number} grain pixels per block
 */
export function fadeInto(line, shape, left, y, from, to, grain) {
  const { ax, dx, dy, perLength2, rim, rimGrowth, ramp, fade, full, startCap } = shape;
  const py = y - shape.ay;
  const stepsPerPixel = FADE_STEPS / ramp;
  for (let block = from; block < to; block++) {
    const px = left + (block + 0.5) * grain - ax;
    let along = (px * dx + py * dy) * perLength2;
    const isBehind = along < 0 && !startCap;
    along = along < 0 ? 0 : along > 1 ? 1 : along;
    const ex = px - along * dx;
    const ey = py - along * dy;
    const depth = isBehind ? 0 : rim + along * rimGrowth - Math.sqrt(ex * ex + ey * ey);
    const value = depth <= 0 ? 0 : depth >= ramp ? full : fade[(depth * stepsPerPixel) | 0];
    const end = (block + 1) * grain;
    for (let x = block * grain; x < end; x++) line[x] = value;
  }
}
