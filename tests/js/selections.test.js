import assert from "node:assert/strict";
import { test } from "node:test";

import { areaAt } from "../../static/js/studio/mask/bucket.js";
import { capsule } from "../../static/js/studio/mask/capsule.js";
import { combine, shareOf } from "../../static/js/studio/mask/combining.js";
import { tilesOf } from "../../static/js/studio/mask/plane.js";
import { fillAll, fillBox, stamp } from "../../static/js/studio/mask/raster.js";
import { FULL, TILE, TileMask } from "../../static/js/studio/mask/tiles.js";

/** @typedef {import("../../static/js/studio/mask/tiles.js").Slot} Slot */

/**
 * @param {TileMask} mask
 * @param {(mask: TileMask) => void} work
 */
function step(mask, work) {
  mask.begin();
  work(mask);
  mask.commit();
  return mask;
}

/**
 * A mask that holds tiles, to look at them by place.
 * @param {Slot[]} slots
 * @param {{width: number, height: number}} size
 */
function maskOf(slots, { width, height }) {
  return step(new TileMask(width, height), (mask) => combine(mask, slots, "replace"));
}

/**
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => boolean} inside
 */
function plane(width, height, inside) {
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = inside(i % width, Math.floor(i / width)) ? 255 : 0;
  return { width, height, data };
}

test("a plane of the picture's size is laid down pixel by pixel", () => {
  const size = { width: 600, height: 300 };
  const disc = plane(600, 300, (x, y) => Math.hypot(x - 280, y - 150) < 120);
  const mask = maskOf(tilesOf(disc, size), size);
  for (let y = 0; y < 300; y += 7) {
    for (let x = 0; x < 600; x += 3) assert.equal(mask.at(x, y), disc.data[y * 600 + x], `${x},${y}`);
  }
});

test("a smaller plane covers the whole picture, its outline in place and without stairs", () => {
  const size = { width: 1500, height: 1000 };
  const disc = plane(300, 200, (x, y) => Math.hypot(x + 0.5 - 150, y + 0.5 - 100) < 60);
  const mask = maskOf(tilesOf(disc, size, { smooth: true }), size);
  let wrong = 0;
  let soft = 0;
  for (let y = 0; y < 1000; y++) {
    for (let x = 0; x < 1500; x++) {
      const depth = 300 - Math.hypot(x + 0.5 - 750, y + 0.5 - 500);
      if (Math.abs(depth) > 12 && mask.at(x, y) !== (depth > 0 ? 255 : 0)) wrong++;
      if (mask.at(x, y) > 0 && mask.at(x, y) < 255) soft++;
      if (Math.abs(depth) < 0.5) assert.ok(Math.abs(mask.at(x, y) - 127) < 115, `${x},${y} ${mask.at(x, y)}`);
    }
  }
  assert.equal(wrong, 0);
  assert.ok(soft > 5000, `${soft} soft pixels`);
});

test("a plane of one part of the picture leaves the rest alone", () => {
  const size = { width: 700, height: 700 };
  const box = { left: 200, top: 230, right: 520, bottom: 550 };
  const mask = maskOf(tilesOf(plane(80, 80, () => true), size, { box }), size);
  for (const [x, y, value] of [[200, 230, 255], [519, 549, 255], [199, 300, 0], [520, 300, 0], [300, 229, 0], [300, 550, 0]]) {
    assert.equal(mask.at(x, y), value, `${x},${y}`);
  }
});

test("what is selected all over costs no memory", () => {
  const slots = tilesOf(plane(100, 100, () => true), { width: 1024, height: 1024 });
  assert.ok(slots.every((slot) => slot === FULL));
});

test("masks are joined pixel by pixel in all four ways", () => {
  const values = [0, 1, 90, 128, 254, 255];
  const old = new Uint8Array(TILE * TILE);
  const other = new Uint8Array(TILE * TILE);
  for (let i = 0; i < old.length; i++) {
    old[i] = values[Math.floor(i / 6) % 6];
    other[i] = i < 4000 ? values[i % 6] : i < 9000 ? 0 : 255;
  }
  /** @type {[import("../../static/js/studio/mask/combining.js").Way, (a: number, b: number) => number][]} */
  const ways = [
    ["replace", (_, b) => b],
    ["add", Math.max],
    ["subtract", (a, b) => Math.max(0, a - b)],
    ["intersect", Math.min],
  ];
  for (const [way, rule] of ways) {
    for (const [mine, theirs] of [[old, other], [old, null], [old, FULL], [null, other], [FULL, other], [FULL, FULL]]) {
      const mask = step(new TileMask(TILE, TILE), (made) => made.put(0, mine));
      step(mask, () => combine(mask, [theirs], way));
      for (let i = 0; i < old.length; i += 1) {
        const wanted = rule(mine?.[i] ?? 0, theirs?.[i] ?? 0);
        if (mask.at(i % TILE, i >> 8) !== wanted) assert.fail(`${way}: ${mine?.[i]} and ${theirs?.[i]} gave ${mask.at(i % TILE, i >> 8)}`);
      }
    }
  }
});

test("a selection's share counts what lies in the picture alone", () => {
  const mask = new TileMask(300, 200);
  assert.equal(shareOf([FULL, FULL], mask), 1);
  assert.equal(shareOf([null, FULL], mask), (44 * 200) / (300 * 200));
});

/**
 * @param {TileMask} mask
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {number} thickness
 * @param {number} [hardness]
 */
function ring(mask, x, y, radius, thickness, hardness = 1) {
  for (let angle = 0; angle < 360; angle += 2) {
    const [from, to] = [angle, angle + 2].map((degrees) => ({
      x: x + radius * Math.cos((degrees * Math.PI) / 180),
      y: y + radius * Math.sin((degrees * Math.PI) / 180),
      radius: thickness / 2,
    }));
    stamp(mask, capsule(from, to, hardness, true), false);
  }
}

test("a click into a painted ring fills it to the paint, and nothing beside it", () => {
  for (const hardness of [1, 0.5, 0]) {
    const mask = step(new TileMask(1400, 1200), (made) => ring(made, 700, 600, 400, 60, hardness));
    const outside = mask.at(700, 150);
    step(mask, () => combine(mask, areaAt(mask, 700, 600), "add"));
    for (let x = 700; x < 1100; x++) assert.ok(mask.at(x, 600) > 252, `${hardness}: ${x} is ${mask.at(x, 600)}`);
    assert.equal(mask.at(700, 150), outside);
    assert.equal(mask.at(5, 5), 0);
    assert.equal(mask.at(1135, 600), 0);
  }
});

test("the flood agrees with going from pixel to pixel, across tiles and at the rim", () => {
  for (const [seed, chance] of [[1, 0.3], [2, 0.42], [3, 0.5], [4, 0.6], [5, 0.75]]) {
    let state = seed;
    const next = () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
    const width = 530;
    const height = 300;
    const cells = Array.from({ length: 54 * 31 }, () => next() < chance);
    const painted = (/** @type {number} */ x, /** @type {number} */ y) => cells[Math.floor(y / 10) * 54 + Math.floor(x / 10)];
    const mask = maskOf(tilesOf(plane(width, height, painted), { width, height }), { width, height });
    const [x, y] = [Math.floor(next() * width), Math.floor(next() * height)];
    const ofPaint = painted(x, y);
    const reached = new Set();
    const open = [[x, y]];
    for (let at = open.pop(); at; at = open.pop()) {
      const [px, py] = at;
      if (px < 0 || py < 0 || px >= width || py >= height || painted(px, py) !== ofPaint || reached.has(py * width + px)) continue;
      reached.add(py * width + px);
      // Paint hangs together by corners too; what is unpainted does not.
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) open.push([px + dx, py + dy]);
      if (ofPaint) for (const [dx, dy] of [[1, 1], [-1, 1], [1, -1], [-1, -1]]) open.push([px + dx, py + dy]);
    }
    const found = maskOf(areaAt(mask, x, y), { width, height });
    for (let py = 0; py < height; py++) {
      for (let px = 0; px < width; px++) {
        if (found.at(px, py) > 0 !== reached.has(py * width + px)) assert.fail(`seed ${seed}: ${px},${py}`);
      }
    }
  }
});

test("emptying takes the area that was pointed at with its faint rim, and no other", () => {
  const mask = step(new TileMask(900, 600), (made) => {
    stamp(made, capsule({ x: 250, y: 300, radius: 150 }, { x: 250, y: 300, radius: 150 }, 0, true), false);
    fillBox(made, { left: 600, top: 100, right: 800, bottom: 500 }, false);
  });
  step(mask, () => combine(mask, areaAt(mask, 250, 300), "subtract"));
  for (let x = 0; x < 500; x++) assert.equal(mask.at(x, 300), 0, String(x));
  assert.equal(mask.at(700, 300), 255);
});

test("a large half-painted area is not swallowed from outside", () => {
  const mask = new TileMask(600, 400);
  const half = new Uint8Array(TILE * TILE).fill(120);
  step(mask, (made) => made.put(0, half));
  step(mask, () => combine(mask, areaAt(mask, 500, 300), "add"));
  assert.equal(mask.at(100, 100), 120);
  assert.equal(mask.at(400, 100), 255);
});

test("fifty megapixels around an outline fill in a moment", () => {
  const mask = step(new TileMask(8660, 5774), (made) => ring(made, 4000, 2800, 2200, 90));
  const before = process.cpuUsage();
  const slots = areaAt(mask, 10, 10);
  const { user } = process.cpuUsage(before);
  assert.ok(slots.includes(FULL));
  assert.ok(user < 900_000, `${user / 1000} ms of the processor`);
  const whole = step(new TileMask(8660, 5774), fillAll);
  assert.ok(areaAt(whole, 100, 100).every((slot) => slot === FULL));
});
