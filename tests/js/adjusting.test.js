import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { shortened, toggled } from "../../static/js/adjust/areas.js";
import { blend, matched } from "../../static/js/adjust/blending.js";
import { Composition } from "../../static/js/adjust/composition.js";
import { heatColour, heatPixels, middles, outlinePixels } from "../../static/js/adjust/marking.js";
import { boundsOf, changedAt, enlarge, numberAreas, unpack } from "../../static/js/adjust/planes.js";
import { shrinkInto } from "../../static/js/adjust/restoring.js";
import { cut, grow, soften, without } from "../../static/js/adjust/shaping.js";
import { TileMask } from "../../static/js/studio/mask/tiles.js";

/** @typedef {import("../../static/js/adjust/planes.js").Plane} Plane */
/** @typedef {import("../../static/js/adjust/types.js").Layers} Layers */
/** @typedef {import("../../static/js/adjust/types.js").Settings} Settings */

/**
 * @param {...string} rows "#" is 255, "+" is 120, "." is 0
 * @returns {Plane}
 */
function drawn(...rows) {
  const values = Uint8Array.from(rows.join(""), (letter) => ({ "#": 255, "+": 120 })[letter] ?? 0);
  return { width: rows[0].length, height: rows.length, values };
}

/** @param {Plane} plane */
function rowsOf({ width, height, values }) {
  return Array.from({ length: height }, (_, y) =>
    Array.from(values.subarray(y * width, (y + 1) * width), (value) =>
      value === 255 ? "#" : value ? "+" : ".",
    ).join(""),
  );
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number[]} colour red, green, blue, alpha
 */
function flat(width, height, colour) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < data.length; at++) data[at] = colour[at % 4];
  return { width, height, data };
}

/** What Pillow and numpy make of the same mask (editor/imaging/growing.py). */
const SPOTS = drawn(
  "..............", "..............", "...........+..", "..............", ".....####.....", ".....####.....",
  ".....####.....", "..............", "..............", ".#............", "..............",
);
const GROWN = new Map([
  [1, [
    "..............", "...........+..", "..........+++.", ".....####..+..", "....######....", "....######....",
    "....######....", ".....####.....", ".#............", "###...........", ".#............",
  ]],
  [3, [
    ".........+++++", "....######++++", "...########+++", "..##########++", "..##########++", "..##########+.",
    "############..", "############..", "###########...", "##########....", "#####.........",
  ]],
  [5, [
    "..##########++", ".############+", "##############", "##############", "##############", "##############",
    "##############", "##############", "##############", "#############.", "############..",
  ]],
  [-1, [
    "..............", "..............", "..............", "..............", "..............", "......##......",
    "..............", "..............", "..............", "..............", "..............",
  ]],
]);

test("a mask grows and shrinks as it does on the server", () => {
  for (const [pixels, rows] of GROWN) assert.deepEqual(rowsOf(grow(SPOTS, pixels)), rows, String(pixels));
  assert.equal(grow(SPOTS, 0), SPOTS);
});

test("a small mask is enlarged as it is on the server", () => {
  const small = drawn("#.....", "..###.", "..###.", "......");
  assert.deepEqual(rowsOf(enlarge(small, { width: 18, height: 12 })), [
    "##................", "##................", "..................", ".........###......", ".......#######....",
    ".......#######....", ".......#######....", ".......#######....", ".........###......", "..................",
    "..................", "..................",
  ]);
});

test("areas are numbered in reading order, corners count, and rows do not run on", () => {
  const { numbers, sizes, gathersRest } = numberAreas(drawn("..#..#", ".#....", "....+.", "#....."), 40);
  assert.deepEqual([...numbers], [0, 0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0]);
  assert.deepEqual(sizes, [2, 1, 1, 1]);
  assert.equal(gathersRest, false);
});

test("of very many areas the smallest count as one, the last", () => {
  const plane = drawn("##.#.##.#.#", "...........");
  const { numbers, sizes, gathersRest } = numberAreas(plane, 3);
  assert.deepEqual([...numbers.subarray(0, 11)], [1, 1, 0, 3, 0, 2, 2, 0, 3, 0, 3]);
  assert.deepEqual(sizes, [2, 2, 3]);
  assert.ok(gathersRest);
});

test("a packed plane comes back, and one of another size is refused", async () => {
  const packed = deflateSync(Uint8Array.of(1, 2, 3, 4, 5, 6)).toString("base64");
  const plane = await unpack(packed, { width: 3, height: 2 });
  assert.deepEqual([...plane.values], [1, 2, 3, 4, 5, 6]);
  await assert.rejects(unpack(packed, { width: 3, height: 3 }), /another size/);
});

test("a finer level holds all that a stricter one does", () => {
  const levels = { width: 4, height: 1, values: Uint8Array.of(0, 1, 8, 16) };
  assert.deepEqual(rowsOf(changedAt(levels, 1)), [".#.."]);
  assert.deepEqual(rowsOf(changedAt(levels, 8)), [".##."]);
  assert.deepEqual(rowsOf(changedAt(levels, 16)), [".###"]);
});

test("bounds hold all that is painted", () => {
  assert.deepEqual(boundsOf(SPOTS), { left: 1, top: 2, right: 12, bottom: 10 });
  assert.equal(boundsOf(drawn("....", "....")), null);
});

test("softened paint is never stronger than it was, and full in the middle", () => {
  const square = { width: 60, height: 60, values: new Uint8Array(3600) };
  for (let y = 10; y < 50; y++) square.values.fill(255, y * 60 + 10, y * 60 + 50);
  const soft = soften(square, 8);
  soft.forEach((value, at) => assert.ok(value <= square.values[at]));
  assert.equal(soft[30 * 60 + 30], 255);
  const ramp = Array.from({ length: 8 }, (_, step) => soft[30 * 60 + 10 + step]);
  ramp.reduce((before, value) => (assert.ok(value > before), value), 0);
  assert.ok(ramp[0] < 40, "it begins faintly at the edge");
  assert.equal(soften(square, 0.2), square.values);
});

test("a stroke thinner than the feather is still full along its middle", () => {
  const line = { width: 80, height: 40, values: new Uint8Array(3200) };
  for (let y = 18; y < 23; y++) line.values.fill(255, y * 80 + 5, y * 80 + 75);
  const soft = soften(line, 20);
  assert.equal(soft[20 * 80 + 40], 255);
  assert.ok(soft[18 * 80 + 40] < 120);
});

test("paint that ends where the picture ends has no edge there", () => {
  const half = { width: 40, height: 30, values: new Uint8Array(1200) };
  for (let y = 0; y < 30; y++) half.values.fill(255, y * 40, y * 40 + 20);
  const soft = soften(half, 6);
  assert.equal(soft[0], 255);
  assert.ok(soft[15 * 40 + 19] < 60);
});

test("what is painted back is gone from the mask, softly where the brush was soft", () => {
  const values = Uint8Array.of(255, 255, 255, 100, 0);
  assert.deepEqual([...without(values, Uint8Array.of(0, 255, 128, 128, 9))], [255, 0, 127, 50, 0]);
});

test("colours mix by weight and opacity, and transparency stays", () => {
  const target = flat(3, 1, [0, 0, 0, 200]);
  const soft = { box: { left: 0, top: 0, right: 3, bottom: 1 }, weights: Uint8Array.of(0, 128, 255) };
  blend(target, flat(3, 1, [200, 100, 50, 255]), { x: 0, y: 0 }, soft, 0.5, false);
  assert.deepEqual([...target.data.subarray(0, 4)], [0, 0, 0, 200]);
  assert.deepEqual([...target.data.subarray(8)], [100, 50, 25, 200]);
});

test("transparent pixels give no fringe where alpha is mixed as well", () => {
  const target = flat(1, 1, [0, 0, 0, 0]);
  const soft = { box: { left: 0, top: 0, right: 1, bottom: 1 }, weights: Uint8Array.of(128) };
  blend(target, flat(1, 1, [200, 100, 50, 255]), { x: 0, y: 0 }, soft, 1, true);
  assert.deepEqual([...target.data], [200, 100, 50, 128]);
});

test("an answer is laid where it belongs and nowhere else", () => {
  const target = flat(4, 1, [0, 0, 0, 255]);
  const soft = { box: { left: 0, top: 0, right: 4, bottom: 1 }, weights: new Uint8Array(4).fill(255) };
  blend(target, flat(2, 1, [9, 9, 9, 255]), { x: 1, y: 0 }, soft, 1, false);
  assert.deepEqual([0, 1, 2, 3].map((x) => target.data[x * 4]), [0, 9, 9, 0]);
});

test("matched colours follow gain and offset within their range", () => {
  const { data } = matched(flat(1, 1, [100, 200, 10, 77]), { gain: [1.1, 1.5, 1], offset: [5, 0, -20] });
  assert.deepEqual([...data], [115, 255, 0, 77]);
});

/** The composition of a black picture with a red and a green answer over two areas. */
function twoAreas() {
  const size = { width: 40, height: 10 };
  const mask = { ...size, values: new Uint8Array(400) };
  for (let y = 2; y < 8; y++) {
    mask.values.fill(255, y * 40 + 4, y * 40 + 14);
    mask.values.fill(255, y * 40 + 24, y * 40 + 34);
  }
  const { numbers, sizes } = numberAreas(mask, 40);
  /** @param {number[]} colour @returns {Layers} */
  const layers = (colour) => ({
    size,
    box: { left: 0, top: 0, right: 40, bottom: 10 },
    came: { pixels: flat(40, 10, colour), colour: null },
    undone: null,
    driftSentence: "",
    fadesAlpha: false,
    areas: { mask, numbers, sizes, gathersRest: false },
    found: null,
  });
  const composition = new Composition(flat(40, 10, [0, 0, 0, 255]), 1, 40);
  composition.add(7, layers([255, 0, 0, 255]));
  composition.add(8, layers([0, 255, 0, 255]));
  return composition;
}

/** @type {Settings} */
const PLAIN = {
  feather: 0, grow: 0, opacity: 100, match_colour: true, undo_drift: true, result: 7, areas: [], level: null,
};

/**
 * @param {Composition} composition
 * @param {number} x
 */
function colourAt(composition, x) {
  return [...composition.pixels.data.subarray((5 * 40 + x) * 4, (5 * 40 + x) * 4 + 3)];
}

test("each area shows the result that was chosen for it, or the original", () => {
  const composition = twoAreas();
  composition.update(PLAIN);
  assert.deepEqual([8, 18, 28].map((x) => colourAt(composition, x)), [[255, 0, 0], [0, 0, 0], [255, 0, 0]]);
  composition.update({ ...PLAIN, areas: [8, 0] });
  assert.deepEqual([8, 28].map((x) => colourAt(composition, x)), [[0, 255, 0], [0, 0, 0]]);
  assert.ok(!composition.isEmpty({ ...PLAIN, areas: [8, 0] }));
  assert.ok(composition.isEmpty({ ...PLAIN, areas: [0, 0] }));
});

test("what is painted back shows the original, and only its surroundings are computed", () => {
  const composition = twoAreas();
  composition.update(PLAIN);
  composition.restored.fill(255, 5 * 40 + 8, 5 * 40 + 10);
  const drawn = composition.update(PLAIN, { left: 8, top: 5, right: 10, bottom: 6 });
  assert.ok(drawn && drawn.right - drawn.left < 20);
  assert.deepEqual([6, 8, 28].map((x) => colourAt(composition, x)), [[255, 0, 0], [0, 0, 0], [255, 0, 0]]);
  composition.restored.fill(0);
  composition.update(PLAIN, { left: 8, top: 5, right: 10, bottom: 6 });
  assert.deepEqual(colourAt(composition, 8), [255, 0, 0]);
});

test("growing reaches farther and opacity shows both", () => {
  const composition = twoAreas();
  composition.update({ ...PLAIN, grow: 3, opacity: 50 });
  assert.deepEqual(colourAt(composition, 2), [128, 0, 0]);
  composition.update({ ...PLAIN, grow: -3 });
  assert.deepEqual(colourAt(composition, 5), [0, 0, 0]);
});

test("a press on a badge goes back and forth, and the usual choice is said short", () => {
  assert.deepEqual(toggled([7, 7], 1, 7), [7, 0]);
  assert.deepEqual(toggled([7, 0], 1, 7), [7, 7]);
  assert.deepEqual(toggled([8, 0], 0, 7), [0, 0]);
  assert.deepEqual(shortened([7, 7], 7), []);
  assert.deepEqual(shortened([7, 8], 7), [7, 8]);
});

test("more difference is always lighter, so hue carries nothing", () => {
  const lightness = Array.from({ length: 21 }, (_, step) => {
    const [red, green, blue] = heatColour(step / 20).map((value) => (value / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  lightness.reduce((before, value) => (assert.ok(value > before), value), -1);
  const { data } = heatPixels({ width: 3, height: 1, values: Uint8Array.of(0, 120, 255) });
  assert.equal(data[3], 0, "what is the same stays clear");
  assert.ok(data[11] > data[7]);
});

test("an area's outline is drawn only where it is asked for", () => {
  const numbers = numberAreas(drawn("......", ".####.", ".####.", ".####.", "......"), 40).numbers;
  const size = { width: 6, height: 5 };
  const shown = outlinePixels(size, numbers, () => true, () => false);
  assert.equal(shown.data[(1 * 6 + 1) * 4 + 3], 255);
  assert.equal(shown.data[3], 0);
  const hidden = outlinePixels(size, numbers, () => false, () => false);
  assert.ok(hidden.data.every((value) => value === 0));
});

test("the middle of an area lies in it, also when it is a ring", () => {
  const ring = drawn("#####", "#...#", "#...#", "#####");
  const { numbers } = numberAreas(ring, 40);
  const [place] = middles(ring, numbers, 1);
  assert.ok(place);
  assert.ok(numbers[Math.floor(place.y * 4) * 5 + Math.floor(place.x * 5)]);
  assert.deepEqual(middles(ring, new Uint8Array(20), 1), [null]);
});

test("the brush's mask is averaged into small pixels, across tiles too", () => {
  const mask = new TileMask(600, 300);
  mask.begin();
  for (const index of [0, 1]) mask.writable(index).fill(200);
  mask.commit();
  const small = new Uint8Array(60 * 30);
  shrinkInto(small, 60, { left: 0, top: 0, right: 60, bottom: 30 }, mask, 10, 10);
  assert.equal(small[5 * 60 + 25], 200, "over the seam of two tiles");
  assert.equal(small[5 * 60 + 51], Math.round((200 * 2) / 10), "two of ten columns are painted");
  assert.equal(small[27 * 60 + 5], 0);
});

test("a box is cut out as it is", () => {
  assert.deepEqual(rowsOf(cut(SPOTS, { left: 4, top: 3, right: 8, bottom: 6 })), ["....", ".###", ".###"]);
});
