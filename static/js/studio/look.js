/** How the mask shows over the picture: colours, strength, pattern, outline. Pure choices, no page. */

/** @typedef {import("./preferences.js").KeptLook} KeptLook */
/** @typedef {{red: number, green: number, blue: number}} Rgb  0 to 255 each */

/** The first one is no colour that pictures often have. Tokens are `--color-mask-…`. */
export const COLOURS = [
  { name: "signal", label: "Magenta and yellow" },
  { name: "lime", label: "Lime" },
  { name: "cyan", label: "Cyan" },
  { name: "blue", label: "Blue" },
  { name: "red", label: "Red" },
  { name: "orange", label: "Orange" },
  { name: "white", label: "White" },
  { name: "black", label: "Black" },
  { name: "negative", label: "Negative of the picture" },
];
export const PATTERNS = [
  { name: "stripes", label: "Stripes" },
  { name: "hatch", label: "Hatch" },
  { name: "plain", label: "Plain" },
];
export const OUTLINES = [
  { name: "line", label: "Line" },
  { name: "moving", label: "Moving" },
  { name: "none", label: "None" },
];
export const LEAST_OPACITY = 10;
export const MOST_OPACITY = 100;

/** @type {KeptLook} */
export const FIRST_LOOK = { colour: "signal", opacity: 60, pattern: "stripes", outline: "line" };

/** How much of the darker stripe is black, and of the lighter one white. */
const DARKER = 0.6;
const LIGHTER = 0.65;

/**
 * What was kept, with the first look where it says nothing that is known.
 * @param {Partial<KeptLook>} kept
 * @returns {KeptLook}
 */
export function lookOf({ colour, opacity, pattern, outline }) {
  const known = (/** @type {{name: string}[]} */ list, /** @type {string | undefined} */ name) =>
    list.some((each) => each.name === name);
  return {
    colour: known(COLOURS, colour) ? /** @type {string} */ (colour) : FIRST_LOOK.colour,
    pattern: known(PATTERNS, pattern) ? /** @type {string} */ (pattern) : FIRST_LOOK.pattern,
    outline: known(OUTLINES, outline) ? /** @type {string} */ (outline) : FIRST_LOOK.outline,
    opacity:
      typeof opacity === "number" && opacity >= LEAST_OPACITY && opacity <= MOST_OPACITY
        ? Math.round(opacity)
        : FIRST_LOOK.opacity,
  };
}

/**
 * Two shades that differ in lightness, so that stripes are seen without telling hues apart.
 * @param {Rgb} main
 * @returns {{dark: Rgb, light: Rgb}}
 */
export function shadesOf(main) {
  const mix = (/** @type {number} */ to, /** @type {number} */ share) => ({
    red: Math.round(main.red + (to - main.red) * share),
    green: Math.round(main.green + (to - main.green) * share),
    blue: Math.round(main.blue + (to - main.blue) * share),
  });
  return { dark: mix(0, DARKER), light: mix(255, LIGHTER) };
}

/**
 * @param {string} token a colour token as written, "#rrggbb"
 * @returns {Rgb}
 */
export function readColour(token) {
  const value = Number.parseInt(token.trim().slice(1), 16) || 0;
  return { red: value >> 16, green: (value >> 8) & 255, blue: value & 255 };
}

/** @param {Rgb} colour */
export function written({ red, green, blue }) {
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
