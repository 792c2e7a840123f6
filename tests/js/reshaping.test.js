import assert from "node:assert/strict";
import { test } from "node:test";

import { reachesOf } from "../../static/js/studio/mask/blur.js";
import { ellipsePoints, fillPolygon } from "../../static/js/studio/mask/polygon.js";
import { invert } from "../../static/js/studio/mask/raster.js";
import { MOST_RADIUS, Reshaping } from "../../static/js/studio/mask/reshaping.js";
import { Stroke } from "../../static/js/studio/mask/stroke.js";
import { FULL, TILE, TileMask } from "../../static/js/studio/mask/tiles.js";
import { MASK_OPTIONS } from "../../static/js/studio/mask-commands.js";
import { isEvenRow } from "../../static/js/studio/mask-reshaper.js";

/** @typedef {import("../../static/js/studio/mask/reshaping.js").Manner} Manner */

/**
 * @param {TileMask} mask
 * @param {(mask: TileMask) => void} work
 */
function change(mask, work) {
  mask.begin();
  work(mask);
  return mask.commit();
}

/**
 * The mask reshaped, tile by tile, as the worker does it.
 * @param {TileMask} mask
 * @param {Manner} manner
 */
function reshaped(mask, manner) {
  const result = new TileMask(mask.width, mask.height);
  result.slots = mask.slots.slice();
  const reshaping = new Reshaping(mask, manner);
  let worked = 0;
  for (let row = 0; row < mask.rows; row++) {
    for (let column = 0; column < mask.columns; column++) {
      const slot = reshaping.tile(column, row);
      if (slot === undefined) continue;
      result.slots[row * mask.columns + column] = slot;
      worked++;
    }
  }
  return { result, worked };
}

/** @param {TileMask} mask */
function valuesOf(mask) {
  const values = new Uint8Array(mask.width * mask.height);
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) values[y * mask.width + x] = mask.at(x, y);
  }
  return values;
}

/**
 * The strongest value within the radius, by looking at every one.
 * @param {Uint8Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
function plainlyGrown(values, width, height, radius) {
  const grown = new Uint8Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let most = 0;
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++) {
          if (dx * dx + dy * dy > radius * radius) continue;
          const [px, py] = [x + dx, y + dy];
          if (px < 0 || py < 0 || px >= width || py >= height) continue;
          most = Math.max(most, values[py * width + px]);
        }
      }
      grown[y * width + x] = most;
    }
  }
  return grown;
}

/**
 * @param {Uint8Array} values
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
function plainlyFeathered(values, width, height, radius) {
  // What three means after each other weigh, one direction at a time.
  let weights = [1];
  for (const reach of reachesOf(radius)) {
    const next = new Array(weights.length + 2 * reach).fill(0);
    weights.forEach((weight, i) => {
      for (let k = 0; k <= 2 * reach; k++) next[i + k] += weight / (2 * reach + 1);
    });
    weights = next;
  }
  assert.equal(weights.length, 2 * radius + 1, "an edge fades as far as was asked for");
  const inside = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - 1, Math.max(0, at));
  const across = new Float64Array(values.length);
  const both = new Float64Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      weights.forEach((weight, i) => {
        across[y * width + x] += weight * values[y * width + inside(x + i - radius, width)];
      });
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      weights.forEach((weight, i) => {
        both[y * width + x] += weight * across[inside(y + i - radius, height) * width + x];
      });
    }
  }
  return both;
}

/** Smooth and soft paint over the corner of four tiles, and some at the picture's edges. */
function painted() {
  const mask = new TileMask(310, 290);
  change(mask, () => void fillPolygon(mask, ellipsePoints({ left: 190, top: 200, right: 290, bottom: 270 }), false));
  for (const [hardness, x, y] of [[0, 250, 60], [0.5, 4, 284], [1, 300, 130]]) {
    const stroke = new Stroke(mask, { hardness, erase: false, opacity: 0.9 });
    stroke.add({ x, y, radius: 26 });
    stroke.finish();
  }
  change(mask, () => (mask.writable(0)[40 * TILE + 30] = 200));
  return mask;
}

/**
 * @param {TileMask} mask
 * @param {ArrayLike<number>} expected
 * @param {number} tolerance
 */
function assertValues(mask, expected, tolerance) {
  valuesOf(mask).forEach((value, i) => {
    const off = Math.abs(value - expected[i]);
    if (off > tolerance) assert.fail(`pixel ${i % mask.width},${Math.floor(i / mask.width)} is ${value}, ${off} off`);
  });
}

for (const radius of [1, 2, 9]) {
  test(`growing by ${radius} px is a round dilation of every grey, across tiles`, () => {
    const mask = painted();
    const { result } = reshaped(mask, { kind: "grow", radius });
    assertValues(result, plainlyGrown(valuesOf(mask), mask.width, mask.height, radius), 0);
  });

  test(`shrinking by ${radius} px is growing turned over, and not from the picture's edges`, () => {
    const mask = painted();
    const turned = valuesOf(mask).map((value) => 255 - value);
    const { result } = reshaped(mask, { kind: "shrink", radius });
    const expected = plainlyGrown(turned, mask.width, mask.height, radius).map((value) => 255 - value);
    assertValues(result, expected, 0);
  });
}

for (const radius of [1, 2, 5, 20]) {
  test(`feathering by ${radius} px fades as three plain means do, across tiles`, () => {
    const mask = painted();
    const { result } = reshaped(mask, { kind: "feather", radius });
    assertValues(result, plainlyFeathered(valuesOf(mask), mask.width, mask.height, radius), 0.51);
  });
}

test("the largest radius grows one pixel to a disc of a tile's side", () => {
  const mask = new TileMask(1024, 1024);
  change(mask, () => (mask.writable(5)[100 * TILE + 100] = 77));
  const { result } = reshaped(mask, { kind: "grow", radius: MOST_RADIUS });
  const wrong = valuesOf(result).findIndex((value, i) => {
    const [dx, dy] = [(i % 1024) - 356, Math.floor(i / 1024) - 356];
    return value !== (dx * dx + dy * dy <= MOST_RADIUS * MOST_RADIUS ? 77 : 0);
  });
  assert.equal(wrong, -1);
});

test("empty and full areas cost nothing and stay the shared tiles", () => {
  const mask = new TileMask(8192, 6144);
  change(mask, () => void fillPolygon(mask, ellipsePoints({ left: 2100, top: 1500, right: 6000, bottom: 4700 }), false));
  for (const kind of /** @type {const} */ (["grow", "shrink", "feather"])) {
    const { result, worked } = reshaped(mask, { kind, radius: 6 });
    assert.ok(worked > 30 && worked < 90, `${worked} of ${mask.slots.length} tiles`);
    assert.equal(result.slots[12 * mask.columns + 16], FULL);
    assert.equal(result.slots[0], null);
  }
});

test("a mask that is empty, full or shrunk away is plainly so", () => {
  const mask = new TileMask(300, 280);
  for (const kind of /** @type {const} */ (["grow", "shrink", "feather"])) {
    assert.equal(reshaped(mask, { kind, radius: 30 }).worked, 0);
  }
  change(mask, invert);
  for (const kind of /** @type {const} */ (["grow", "shrink", "feather"])) {
    assert.equal(reshaped(mask, { kind, radius: 30 }).worked, 0);
  }
  const strip = new TileMask(300, 280);
  change(strip, () => void fillPolygon(strip, [{ x: 290, y: 0 }, { x: 300, y: 0 }, { x: 300, y: 280 }, { x: 290, y: 280 }], false));
  assert.ok(reshaped(strip, { kind: "shrink", radius: 30 }).result.isEmpty, "also where it reached the edge");
});

test("growing makes whole tiles the shared one", () => {
  const mask = new TileMask(700, 700);
  change(mask, () => void fillPolygon(mask, ellipsePoints({ left: 200, top: 200, right: 560, bottom: 560 }), false));
  assert.notEqual(mask.slots[4], FULL);
  assert.equal(reshaped(mask, { kind: "grow", radius: 120 }).result.slots[4], FULL);
});

test("the page offers no more than the worker can do", () => {
  for (const option of Object.values(MASK_OPTIONS)) {
    assert.ok(option.kind === "amount" && option.least === 1 && option.most <= MOST_RADIUS);
  }
});

test("rows of tiles that lie far from any edge are not even asked about", () => {
  const columns = 2;
  const painted = new Uint8Array(TILE * TILE).fill(9);
  const slots = [null, null, null, null, null, painted, FULL, FULL, FULL, FULL, FULL, FULL];
  const even = [0, 1, 2, 3, 4, 5].map((row) => isEvenRow(slots, columns, row));
  assert.deepEqual(even, [true, false, false, false, true, true]);
});
