/**
 * A canvas that is larger than its picture. Pure numbers, in picture pixels; the server computes
 * the caps in the same way.
 */

/** @typedef {import("./view.js").Size} Size */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Margins  none negative */
/** @typedef {{pixels: number, side: number}} Caps  of a whole canvas */
/** @typedef {"start" | "middle" | "end"} Place  of the picture along one direction */
/** @typedef {keyof Margins} Side */

/** @type {readonly Side[]} */
export const SIDES = ["left", "top", "right", "bottom"];
/** @type {Readonly<Margins>} */
export const NOTHING = { left: 0, top: 0, right: 0, bottom: 0 };

/** Ratios that can be chosen; A4 lies as the picture does. */
export const RATIOS = ["1:1", "4:3", "3:2", "16:9", "9:16", "A4"];

/** @type {Record<Side, Side>} */
const OPPOSITE = { left: "right", right: "left", top: "bottom", bottom: "top" };
const WHERE = { left: "on the left", top: "at the top", right: "on the right", bottom: "at the bottom" };

/**
 * @param {Size} picture
 * @param {Margins} margins
 * @returns {Size}
 */
export function canvasOf(picture, { left, top, right, bottom }) {
  return { width: left + picture.width + right, height: top + picture.height + bottom };
}

/**
 * @param {Size} picture
 * @param {Margins} margins
 * @param {Caps} caps
 */
export function fits(picture, margins, caps) {
  const { width, height } = canvasOf(picture, margins);
  return width * height <= caps.pixels && Math.max(width, height) <= caps.side;
}

/**
 * The largest margins between two that fit; `from` itself when nothing more does.
 * @param {Size} picture
 * @param {Margins} from
 * @param {Margins} to
 * @param {Caps} caps
 * @returns {Margins}
 */
export function largest(picture, from, to, caps) {
  const most = Math.max(...SIDES.map((side) => Math.abs(to[side] - from[side])));
  const at = (/** @type {number} */ steps) =>
    each((side) => from[side] + Math.trunc(((to[side] - from[side]) * steps) / Math.max(1, most)));
  let fitting = 0;
  let tooLarge = most + 1;
  while (tooLarge - fitting > 1) {
    const middle = Math.floor((fitting + tooLarge) / 2);
    if (fits(picture, at(middle), caps)) fitting = middle;
    else tooLarge = middle;
  }
  return at(fitting);
}

/**
 * Margins while some sides are pulled: each by so many pixels outward, as far as the caps allow.
 * @param {Size} picture
 * @param {Margins} start
 * @param {Partial<Margins>} pulled
 * @param {Caps} caps
 * @param {boolean} [both] the opposite side gets as much
 * @returns {Margins}
 */
export function pull(picture, start, pulled, caps, both = false) {
  const wanted = { ...start };
  for (const side of SIDES) {
    const by = pulled[side];
    if (by === undefined) continue;
    wanted[side] = Math.max(0, Math.round(start[side] + by));
    if (both) wanted[OPPOSITE[side]] = wanted[side];
  }
  // What lets go makes room for what grows.
  const least = each((side) => Math.min(start[side], wanted[side]));
  return largest(picture, least, wanted, caps);
}

/**
 * The margins that bring a picture to a ratio by extending one direction alone.
 * @param {Size} picture
 * @param {string} ratio one of RATIOS
 * @param {Place} place
 * @returns {Margins}
 */
export function marginsFor(picture, ratio, place) {
  const aspect = aspectOf(ratio, picture);
  const { width, height } = picture;
  const wider = Math.round(height * aspect) - width;
  if (wider > 0) return { ...NOTHING, ...split(wider, place, "left", "right") };
  const higher = Math.max(0, Math.round(width / aspect) - height);
  return { ...NOTHING, ...split(higher, place, "top", "bottom") };
}

/**
 * Moves the picture on its canvas along one direction.
 * @param {Margins} margins
 * @param {"across" | "down"} direction
 * @param {Place} place
 * @returns {Margins}
 */
export function placed(margins, direction, place) {
  const [start, end] = ends(direction);
  return { ...margins, ...split(margins[start] + margins[end], place, start, end) };
}

/**
 * Where the picture lies along one direction; null where it is none of the three places.
 * @param {Margins} margins
 * @param {"across" | "down"} direction
 * @returns {Place | null}
 */
export function placeOf(margins, direction) {
  const [start, end] = ends(direction);
  const total = margins[start] + margins[end];
  /** @type {readonly Place[]} */
  const places = ["start", "middle", "end"];
  if (total === 0) return null;
  return places.find((place) => split(total, place, start, end)[start] === margins[start]) ?? null;
}

/**
 * The chosen ratio that margins amount to, wherever the picture lies.
 * @param {Size} picture
 * @param {Margins} margins
 * @returns {string | null}
 */
export function ratioOf(picture, margins) {
  const { width, height } = canvasOf(picture, margins);
  const found = RATIOS.find((ratio) => {
    const canvas = canvasOf(picture, marginsFor(picture, ratio, "middle"));
    return canvas.width === width && canvas.height === height;
  });
  return found ?? null;
}

/** @param {Margins} margins */
export function isNothing(margins) {
  return SIDES.every((side) => margins[side] === 0);
}

/**
 * @param {Margins} one
 * @param {Margins} other
 */
export function areSame(one, other) {
  return SIDES.every((side) => one[side] === other[side]);
}

/**
 * What to say of margins that are too large.
 * @param {Size} picture
 * @param {Margins} margins
 * @param {Caps} caps
 */
export function roomSentence(picture, margins, caps) {
  const room = largest(picture, NOTHING, margins, caps);
  const { width, height } = canvasOf(picture, margins);
  const parts = SIDES.filter((side) => room[side]).map(
    (side, i) => `${grouped(room[side])}${i ? "" : " pixels"} ${WHERE[side]}`,
  );
  const last = parts.pop();
  const rest = parts.length ? `${parts.join(", ")} and ${last}` : last;
  return (
    `${grouped(width)} × ${grouped(height)} is too large: the limit is ${caps.pixels / 1e6} megapixels, ` +
    `and ${grouped(caps.side)} pixels a side. There is ${last ? `room for ${rest}` : "no room for more"}.`
  );
}

/**
 * A canvas in words, and how much of it is new.
 * @param {Size} picture
 * @param {Margins} margins
 */
export function sizeWords(picture, margins) {
  const { width, height } = canvasOf(picture, margins);
  const share = 1 - (picture.width * picture.height) / (width * height);
  const percent = share > 0 && share < 0.01 ? "under 1" : Math.round(share * 100);
  return { size: `${grouped(width)} × ${grouped(height)}`, share: `${percent} % new` };
}

/** @param {number} value */
function grouped(value) {
  return value.toLocaleString("en").replaceAll(",", "\u202f");
}

/**
 * @param {string} ratio
 * @param {Size} picture
 */
function aspectOf(ratio, picture) {
  if (ratio === "A4") return picture.width > picture.height ? Math.SQRT2 : Math.SQRT1_2;
  const [width, height] = ratio.split(":").map(Number);
  return width / height;
}

/** @param {"across" | "down"} direction @returns {[Side, Side]} */
function ends(direction) {
  return direction === "across" ? ["left", "right"] : ["top", "bottom"];
}

/**
 * Shares a total out; the picture lies where `place` says, so the margin is on the other end.
 * @param {number} total
 * @param {Place} place
 * @param {Side} start
 * @param {Side} end
 * @returns {Partial<Margins>}
 */
function split(total, place, start, end) {
  const before = { start: 0, middle: Math.floor(total / 2), end: total }[place];
  return { [start]: before, [end]: total - before };
}

/**
 * @param {(side: Side) => number} margin
 * @returns {Margins}
 */
function each(margin) {
  return { left: margin("left"), top: margin("top"), right: margin("right"), bottom: margin("bottom") };
}
