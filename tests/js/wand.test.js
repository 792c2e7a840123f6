import assert from "node:assert/strict";
import { test } from "node:test";

import { floodFrom, tidy } from "../../static/js/studio/mask/flood.js";
import { looksAt, selectLike } from "../../static/js/studio/mask/wand.js";

/** @typedef {import("../../static/js/studio/mask/wand.js").Pixels} Pixels */

/** @param {number} seed */
function dice(seed) {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
}

/**
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => number[]} colour
 * @returns {Pixels}
 */
function picture(width, height, colour) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([...colour(x, y), 255].slice(0, 4), (y * width + x) * 4);
  }
  return { width, height, data };
}

/**
 * The plain way: ask every pixel, and go from neighbour to neighbour.
 * @param {Pixels} pixels
 * @param {{x: number, y: number, tolerance: number, contiguous: boolean}} order
 */
function plainly(pixels, { x, y, tolerance, contiguous }) {
  const { width, height, data } = pixels;
  const wanted = looksAt(pixels, x, y, tolerance);
  const fits = (/** @type {number} */ i) => wanted.every((value, k) => Math.abs(data[i * 4 + k] - value) <= tolerance);
  const all = Array.from({ length: width * height }, (_, i) => fits(i));
  if (!contiguous) return all;
  const reached = all.map(() => false);
  const open = all[y * width + x] ? [y * width + x] : [];
  while (open.length) {
    const at = /** @type {number} */ (open.pop());
    if (reached[at]) continue;
    reached[at] = true;
    const column = at % width;
    if (column > 0 && all[at - 1]) open.push(at - 1);
    if (column < width - 1 && all[at + 1]) open.push(at + 1);
    if (all[at - width]) open.push(at - width);
    if (all[at + width]) open.push(at + width);
  }
  return reached;
}

test("the wand agrees with asking every pixel, on any picture", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const next = dice(seed);
    const width = 3 + Math.floor(next() * 40);
    const height = 3 + Math.floor(next() * 40);
    const levels = 2 + Math.floor(next() * 4);
    const pixels = picture(width, height, () => [0, 0, 0].map(() => Math.floor(next() * levels) * 30));
    for (const contiguous of [true, false]) {
      const order = {
        x: Math.floor(next() * width), y: Math.floor(next() * height),
        tolerance: Math.floor(next() * 60), contiguous,
      };
      const found = [...selectLike(pixels, order).data].map((value) => value === 255);
      assert.deepEqual(found, plainly(pixels, order), `seed ${seed}`);
    }
  }
});

test("a grain of noise under the pointer does not decide", () => {
  const pixels = picture(9, 9, (x, y) => (x === 4 && y === 4 ? [110, 100, 100] : [100, 100, 100]));
  assert.deepEqual(looksAt(pixels, 4, 4, 12), [101, 100, 100, 255]);
});

test("a thin line is taken for itself, not for what surrounds it", () => {
  const pixels = picture(9, 9, (x) => (x === 4 ? [255, 0, 0] : [0, 0, 255]));
  const { data } = selectLike(pixels, { x: 4, y: 4, tolerance: 10, contiguous: true });
  assert.equal(data.filter(Boolean).length, 9);
});

test("what is seen through differs from what is not", () => {
  const pixels = picture(8, 8, (x) => [90, 90, 90, x < 4 ? 255 : 0]);
  const { data } = selectLike(pixels, { x: 1, y: 1, tolerance: 20, contiguous: true });
  assert.equal(data.filter(Boolean).length, 32);
});

test("nothing is selected outside the area that was set", () => {
  const pixels = picture(8, 8, () => [90, 90, 90]);
  const within = new Uint8Array(64).fill(1, 0, 24);
  const order = { x: 1, y: 1, tolerance: 20, contiguous: true, within };
  assert.equal(selectLike(pixels, order).data.filter(Boolean).length, 24);
  assert.equal(selectLike(pixels, { ...order, y: 5 }).data.filter(Boolean).length, 0);
});

/** @param {string[]} rows */
function plane(...rows) {
  const data = Uint8Array.from(rows.join(""), (sign) => (sign === "#" ? 255 : 0));
  return { width: rows[0].length, height: rows.length, data };
}

test("a flood does not slip through corners", () => {
  const marks = plane("##..", "##..", "..##", "..##");
  assert.equal(floodFrom(marks, 0).data.filter(Boolean).length, 4);
});

test("pinholes close and specks go, and what is larger stays", () => {
  const noisy = plane(
    "########......",
    "#.####.#....#.",
    "########......",
    "##...###..##..",
    "##...###..##..",
    "########......",
  );
  tidy(noisy, 4);
  assert.deepEqual(noisy, plane(
    "########......",
    "########......",
    "########......",
    "##...###......",
    "##...###......",
    "########......",
  ));
});

test("the spot that was pointed at stays, however small", () => {
  const spot = plane("......", ".#..#.", "......");
  tidy(spot, 4, 7);
  assert.deepEqual(spot, plane("......", ".#....", "......"));
});

test("tidying agrees with counting every part", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const next = dice(seed);
    const width = 5 + Math.floor(next() * 30);
    const height = 5 + Math.floor(next() * 30);
    const data = Uint8Array.from({ length: width * height }, () => (next() < 0.55 ? 255 : 0));
    const expected = { width, height, data: data.slice() };
    for (const value of [0, 255]) {
      const marks = { width, height, data: expected.data.map((each) => (each === value ? 255 : 0)) };
      for (let at = marks.data.indexOf(255); at >= 0; at = marks.data.indexOf(255)) {
        const part = floodFrom(marks, at).data;
        if (part.filter(Boolean).length > 6) continue;
        part.forEach((inPart, i) => inPart && (expected.data[i] = 255 - value));
      }
    }
    const found = { width, height, data: data.slice() };
    tidy(found, 6);
    assert.deepEqual(found, expected, `seed ${seed}`);
  }
});
