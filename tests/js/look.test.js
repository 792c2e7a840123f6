import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { COLOURS, FIRST_LOOK, OUTLINES, PATTERNS, lookOf, readColour, shadesOf, written } from "../../static/js/studio/look.js";
import { Ants } from "../../static/js/studio/mask/ants.js";
import { OverlayPainter, makePalette } from "../../static/js/studio/mask/overlay.js";
import { fillBox } from "../../static/js/studio/mask/raster.js";
import { TileMask } from "../../static/js/studio/mask/tiles.js";

/** @param {string} path */
const text = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const ALL = { left: 0, top: 0, right: 100, bottom: 100 };
const PLACING = { scale: 1, x: 3, y: 5 };
const paint = { red: 200, green: 30, blue: 60, alpha: 255 };
const pale = { red: 255, green: 255, blue: 255, alpha: 255 };

/**
 * @param {import("../../static/js/studio/mask/overlay.js").Palette} palette
 * @param {number} [value]
 */
function drawn(palette, value = 255) {
  const mask = new TileMask(90, 90);
  mask.begin();
  fillBox(mask, { left: 20, top: 20, right: 70, bottom: 60 }, false);
  if (value < 255) mask.writable(0).forEach((old, i, tile) => (tile[i] = old && value));
  mask.commit();
  const pixels = new Uint32Array(100 * 100);
  new OverlayPainter().draw(mask, pixels, 100, ALL, PLACING, palette, 4);
  return pixels;
}

test("every colour has a token, and the server knows all that can be chosen", () => {
  const tokens = text("static/css/tokens.css");
  const server = text("editor/preferences.py");
  for (const { name } of COLOURS) assert.match(tokens, new RegExp(`--color-mask-${name}: #[0-9a-f]{6};`), name);
  for (const { name } of [...COLOURS, ...PATTERNS, ...OUTLINES]) assert.ok(server.includes(`"${name}"`), name);
});

test("the stripes of every colour differ in lightness", () => {
  const luma = (/** @type {{red: number, green: number, blue: number}} */ { red, green, blue }) =>
    0.299 * red + 0.587 * green + 0.114 * blue;
  for (const main of ["#39ff14", "#00c8ff", "#2b5cff", "#ff2a1a", "#ff8a00", "#ffffff", "#000000"]) {
    const { dark, light } = shadesOf(readColour(main));
    assert.ok(luma(light) - luma(dark) > 120, main);
  }
  assert.equal(written(readColour("#0a80ff")), "#0a80ff");
});

test("a look that was kept is taken as far as it is known", () => {
  assert.deepEqual(lookOf({}), FIRST_LOOK);
  assert.deepEqual(lookOf({ colour: "lime", opacity: 45, pattern: "tartan" }), {
    ...FIRST_LOOK, colour: "lime", opacity: 45,
  });
  assert.equal(lookOf({ opacity: 1000 }).opacity, FIRST_LOOK.opacity);
});

test("plain is one colour, a hatch leaves most of the picture to be seen", () => {
  const plain = drawn(makePalette(paint, pale, paint, { pattern: "plain" }));
  assert.equal(new Set(plain.slice(40 * 100 + 30, 40 * 100 + 60)).size, 1);
  const hatch = drawn(makePalette(paint, pale, paint, { pattern: "hatch" }));
  const row = [...hatch.slice(40 * 100 + 30, 40 * 100 + 62)];
  const faint = row.filter((pixel) => pixel >>> 24 < 80).length;
  assert.equal(row.length - faint, 8, "two lines, each of a dark and a light half");
});

test("the rim is opaque and nothing else is, also at full opacity", () => {
  for (const pattern of /** @type {const} */ (["stripes", "hatch", "plain"])) {
    const pixels = drawn(makePalette(paint, pale, paint, { pattern }));
    const opaque = pixels.filter((pixel) => pixel >>> 24 === 255).length;
    assert.equal(opaque, 2 * (50 + 40) - 1, pattern);
  }
});

test("without an outline there is no rim", () => {
  const pixels = drawn(makePalette(paint, pale, paint, { gap: null }));
  assert.equal(pixels.filter((pixel) => pixel >>> 24 === 255).length, 0);
});

test("the dashes move on, and look as if all had been drawn anew", () => {
  const palette = makePalette(paint, pale, { ...paint, red: 0 }, { gap: pale });
  const pixels = drawn(palette);
  const before = pixels.slice();
  const ants = new Ants();
  ants.find(pixels, 100, PLACING.x + PLACING.y);
  assert.deepEqual(ants.box, { left: 23, top: 25, right: 74, bottom: 66 });
  for (let march = 1; march <= 8; march++) {
    ants.step(pixels, march & 7, palette);
    if (march === 3) {
      assert.notDeepEqual(pixels, before);
      palette.march = 3;
      assert.deepEqual(pixels, drawn(palette));
    }
  }
  assert.deepEqual(pixels, before, "eight steps are one round");
});

test("where nothing is painted nothing marches", () => {
  const ants = new Ants();
  ants.find(new Uint32Array(100 * 100), 100, 0);
  assert.equal(ants.box, null);
});

test("an outline longer than the room for it is kept whole", () => {
  const pixels = new Uint32Array(100 * 100).fill(0xff000000);
  const palette = makePalette(paint, pale, paint, { gap: pale });
  const ants = new Ants();
  ants.find(pixels, 100, 0);
  ants.step(pixels, 0, palette);
  assert.ok(pixels.every((pixel) => pixel === palette.rim || pixel === palette.gap));
});
