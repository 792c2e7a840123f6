import assert from "node:assert/strict";
import { test } from "node:test";

import { OverlayPainter, makePalette } from "../../static/js/studio/mask/overlay.js";
import { fillAll, fillBox } from "../../static/js/studio/mask/raster.js";
import { TileMask } from "../../static/js/studio/mask/tiles.js";

const dark = { red: 138, green: 15, blue: 92, alpha: 150 };
const light = { red: 255, green: 230, blue: 128, alpha: 150 };
const palette = makePalette(dark, light, { ...dark, alpha: 255 });
const RIM = palette.rim;

/**
 * @param {TileMask} mask
 * @param {{scale: number, x: number, y: number}} placing
 * @param {import("../../static/js/studio/mask/box.js").Box} box
 * @param {Uint32Array} pixels
 */
function draw(mask, placing, box, pixels = new Uint32Array(100 * 100)) {
  new OverlayPainter().draw(mask, pixels, 100, box, placing, palette, 4);
  return pixels;
}

const ALL = { left: 0, top: 0, right: 100, bottom: 100 };

/** @param {number[]} box */
function masked([left, top, right, bottom]) {
  const mask = new TileMask(1000, 1000);
  mask.begin();
  fillBox(mask, { left, top, right, bottom }, false);
  mask.commit();
  return mask;
}

test("unpainted places are clear, painted ones are striped dark and light", () => {
  const pixels = draw(masked([20, 20, 80, 80]), { scale: 1, x: 0, y: 0 }, ALL);
  assert.equal(pixels[10 * 100 + 10], 0);
  const seen = new Set();
  for (let x = 30; x < 70; x++) seen.add(pixels[50 * 100 + x]);
  assert.deepEqual(seen, new Set([palette.dark[255], palette.light[255]]));
});

test("the stripes differ in lightness, so they are seen without telling hues apart", () => {
  /** @param {{red: number, green: number, blue: number}} colour */
  const luma = ({ red, green, blue }) => 0.299 * red + 0.587 * green + 0.114 * blue;
  assert.ok(luma(light) - luma(dark) > 120);
});

test("an area has a rim all around", () => {
  const pixels = draw(masked([20, 20, 80, 80]), { scale: 1, x: 0, y: 0 }, ALL);
  for (let i = 20; i < 80; i++) {
    for (const at of [20 * 100 + i, 80 * 100 + i, i * 100 + 20, i * 100 + 80]) assert.equal(pixels[at], RIM);
  }
});

test("soft values are fainter", () => {
  const mask = new TileMask(100, 100);
  mask.begin();
  mask.writable(0).fill(100);
  mask.commit();
  const alpha = draw(mask, { scale: 1, x: 0, y: 0 }, ALL)[50 * 100 + 50] >>> 24;
  assert.equal(alpha, Math.round((150 * 100) / 255));
});

test("zoomed in, one picture pixel becomes a square", () => {
  const pixels = draw(masked([3, 3, 4, 4]), { scale: 10, x: 5, y: 0 }, ALL);
  const painted = (/** @type {number} */ x, /** @type {number} */ y) => pixels[y * 100 + x] !== 0;
  assert.equal(painted(35, 30), true);
  assert.equal(painted(44, 39), true);
  assert.equal(painted(34, 35), false);
  assert.equal(painted(40, 29), false);
});

test("zoomed out, the overlay lies where the picture lies", () => {
  const pixels = draw(masked([500, 0, 1000, 1000]), { scale: 0.05, x: 20, y: 10 }, ALL);
  assert.equal(pixels[30 * 100 + 44], 0);
  assert.notEqual(pixels[30 * 100 + 46], 0);
  assert.notEqual(pixels[30 * 100 + 69], 0);
  assert.equal(pixels[30 * 100 + 72], 0);
  assert.equal(pixels[5 * 100 + 60], 0);
});

test("what a rim tile holds beyond the picture is never shown", () => {
  const mask = new TileMask(700, 500);
  mask.begin();
  fillAll(mask);
  mask.commit();
  const pixels = draw(mask, { scale: 0.1, x: 10, y: 10 }, ALL);
  assert.notEqual(pixels[40 * 100 + 78], 0);
  assert.equal(pixels[40 * 100 + 83], 0);
  assert.equal(pixels[63 * 100 + 40], 0);
});

test("the stripes travel with the picture when it is moved", () => {
  const mask = masked([0, 0, 1000, 1000]);
  const before = draw(mask, { scale: 1, x: -500, y: -500 }, ALL);
  const after = draw(mask, { scale: 1, x: -497, y: -501 }, ALL);
  for (let x = 10; x < 60; x++) assert.equal(after[49 * 100 + x + 3], before[50 * 100 + x]);
});

test("a part drawn anew looks exactly like the same part of the whole", () => {
  const mask = masked([130, 140, 777, 600]);
  for (const placing of [{ scale: 0.13, x: 3.4, y: -7.7 }, { scale: 1.7, x: -300.2, y: -280 }]) {
    const whole = draw(mask, placing, ALL);
    const pieces = new Uint32Array(100 * 100);
    for (const left of [0, 33, 71]) {
      for (const top of [0, 50]) {
        const right = left === 71 ? 100 : left === 33 ? 71 : 33;
        draw(mask, placing, { left, top, right, bottom: top + 50 }, pieces);
      }
    }
    assert.deepEqual(pieces, whole);
  }
});
