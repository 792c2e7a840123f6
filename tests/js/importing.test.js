import assert from "node:assert/strict";
import { test } from "node:test";

import { fitted, hasSameShape, readInto, readingsOf, swapped } from "../../static/js/studio/mask/importing.js";
import { emptyPlane, planeOf, reduced, tilesOf } from "../../static/js/studio/mask/plane.js";
import { partOf, roughFromBox, roughFromMask, roughFromScribble, roughWith } from "../../static/js/studio/mask/rough.js";
import { LIKELY, NEVER, SURE, UNLIKELY } from "../../static/js/studio/mask/snapping.js";
import { FULL, TileMask } from "../../static/js/studio/mask/tiles.js";

/** @typedef {import("../../static/js/studio/mask/tiles.js").Slot} Slot */

/** @param {number[][]} pixels */
function rgba(...pixels) {
  return Uint8ClampedArray.from(pixels.flat());
}

/**
 * @param {Slot[]} slots
 * @param {{width: number, height: number}} size
 */
function maskOf(slots, { width, height }) {
  const mask = new TileMask(width, height);
  mask.begin();
  slots.forEach((slot, index) => mask.put(index, slot));
  mask.commit();
  return mask;
}

const WHITE = [255, 255, 255, 255];
const BLACK = [0, 0, 0, 255];
const CLEAR = [0, 0, 0, 0];

test("sizes of one shape fit each other, others do not", () => {
  assert.ok(hasSameShape({ width: 6000, height: 4000 }, { width: 1500, height: 1000 }));
  assert.ok(hasSameShape({ width: 1001, height: 667 }, { width: 6000, height: 4000 }));
  assert.ok(!hasSameShape({ width: 4000, height: 6000 }, { width: 6000, height: 4000 }));
  assert.ok(!hasSameShape({ width: 6000, height: 4000 }, { width: 6000, height: 3900 }));
});

test("what a file means is told by what it holds", () => {
  assert.equal(readingsOf(rgba(WHITE, BLACK, BLACK))[0], "white");
  assert.equal(readingsOf(rgba(BLACK, CLEAR, BLACK))[0], "clear");
  assert.equal(readingsOf(rgba([200, 90, 40, 255], CLEAR, [10, 200, 40, 255]))[0], "clear");
  assert.equal(readingsOf(rgba(WHITE, CLEAR, CLEAR))[0], "opaque");
  assert.deepEqual(readingsOf(rgba(WHITE, CLEAR)), ["opaque", "clear"]);
});

test("each reading paints what it says, and the other one the rest", () => {
  const pixels = rgba(WHITE, BLACK, CLEAR, [128, 128, 128, 255]);
  /** @type {[import("../../static/js/studio/mask/importing.js").Reading, number[]][]} */
  const expected = [
    ["white", [255, 0, 0, 128]],
    ["black", [0, 255, 0, 127]],
    ["clear", [0, 0, 255, 0]],
    ["opaque", [255, 255, 0, 255]],
  ];
  for (const [reading, values] of expected) {
    const plane = emptyPlane(4, 1);
    readInto(plane, 0, pixels, reading, false);
    assert.deepEqual([...plane.data], values, reading);
  }
  const plane = { width: 2, height: 1, data: Uint8Array.of(0, 200) };
  assert.deepEqual([...swapped(plane).data], [255, 55]);
});

test("what a lossy file makes of black and white is black and white again", () => {
  const plane = emptyPlane(4, 1);
  const noisy = [[14, 14, 14, 255], [245, 245, 245, 255], [0, 0, 0, 255], [128, 128, 128, 255]];
  readInto(plane, 0, rgba(...noisy), "white", true);
  assert.deepEqual([...plane.data.slice(0, 3)], [0, 255, 0]);
  assert.ok(plane.data[3] > 110 && plane.data[3] < 150);
});

test("rows land where they belong", () => {
  const plane = emptyPlane(2, 3);
  readInto(plane, 2, rgba(WHITE, BLACK), "white", false);
  assert.deepEqual([...plane.data], [0, 0, 0, 0, 255, 0]);
});

test("a mask of the picture's size comes in as it is", () => {
  const size = { width: 530, height: 300 };
  const plane = emptyPlane(530, 300);
  plane.data.forEach((_, i) => (plane.data[i] = (i * 7) % 256));
  const mask = maskOf(fitted(plane, size), size);
  assert.deepEqual(planeOf(mask), plane);
});

test("a mask of another size is scaled to the picture, larger or smaller", () => {
  const picture = { width: 900, height: 600 };
  for (const factor of [0.25, 0.5, 2, 3, 2.5]) {
    const plane = emptyPlane(900 * factor, 600 * factor);
    for (let y = 0; y < plane.height; y++) {
      for (let x = 0; x < plane.width; x++) {
        if (Math.hypot((x + 0.5) / factor - 450, (y + 0.5) / factor - 300) < 200) plane.data[y * plane.width + x] = 255;
      }
    }
    const mask = maskOf(fitted(plane, picture), picture);
    let wrong = 0;
    for (let y = 0; y < 600; y += 3) {
      for (let x = 0; x < 900; x += 3) {
        const depth = 200 - Math.hypot(x + 0.5 - 450, y + 0.5 - 300);
        if (Math.abs(depth) > 3 / Math.min(1, factor) && mask.at(x, y) !== (depth > 0 ? 255 : 0)) wrong++;
      }
    }
    assert.equal(wrong, 0, `factor ${factor}`);
  }
});

test("reducing keeps every grey's share, also at the rim", () => {
  const plane = { width: 3, height: 2, data: Uint8Array.of(0, 255, 100, 0, 255, 200) };
  assert.deepEqual([...reduced(plane, 2).data], [128, 150]);
});

test("a scribble is sure, its surroundings are open, and the rim is outside but where the picture ends", () => {
  const picture = { width: 4000, height: 3000 };
  const dabs = [{ x: 300, y: 1500, radius: 40 }, { x: 900, y: 1500, radius: 40 }];
  const { box, known } = roughFromScribble(dabs, picture);
  assert.equal(box.left, 0);
  assert.ok(box.right > 1200 && box.right < 1500, `${box.right}`);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => {
    const scale = known.width / (box.right - box.left);
    return known.data[Math.floor((y - box.top) * scale) * known.width + Math.floor((x - box.left) * scale)];
  };
  assert.equal(at(600, 1500), SURE);
  assert.equal(at(600, 1600), UNLIKELY);
  assert.equal(at(1, 1500), UNLIKELY);
  assert.equal(at(box.right - 2, 1500), NEVER);
  assert.ok(known.width * known.height <= 325_000);
});

test("a box is likely inside and never outside", () => {
  const { box, known } = roughFromBox({ left: 100, top: 100, right: 300, bottom: 200 }, { width: 1000, height: 800 });
  assert.equal(known.width, box.right - box.left);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => known.data[(y - box.top) * known.width + x - box.left];
  assert.equal(at(100, 100), LIKELY);
  assert.equal(at(299, 199), LIKELY);
  assert.equal(at(99, 150), NEVER);
  assert.equal(at(200, 200), NEVER);
});

test("a mask is sure in its depth, and undecided only near its outline", () => {
  const size = { width: 800, height: 600 };
  const plane = emptyPlane(800, 600);
  for (let y = 200; y < 400; y++) plane.data.fill(255, y * 800 + 200, y * 800 + 500);
  const mask = maskOf(tilesOf(plane, size), size);
  const { box, known } = roughFromMask(mask, { left: 200, top: 200, right: 500, bottom: 400 });
  const at = (/** @type {number} */ x, /** @type {number} */ y) => known.data[(y - box.top) * known.width + x - box.left];
  assert.equal(at(350, 300), SURE);
  assert.equal(at(202, 300), LIKELY);
  assert.equal(at(197, 300), UNLIKELY);
  assert.equal(at(box.left + 1, 300), NEVER);
});

test("who looks more closely keeps what was sure and gets what was found", () => {
  const known = { width: 4, height: 1, data: Uint8Array.of(SURE, NEVER, UNLIKELY, LIKELY) };
  const found = { width: 4, height: 1, data: Uint8Array.of(0, 255, 255, 0) };
  const box = { left: 0, top: 0, right: 4, bottom: 1 };
  assert.deepEqual([...roughWith({ box, known }, found).known.data], [SURE, NEVER, LIKELY, UNLIKELY]);
});

test("a part of the pixels is taken where the box lies, also from a smaller copy", () => {
  const pixels = { width: 200, height: 100, data: new Uint8ClampedArray(200 * 100 * 4) };
  for (let i = 0; i < 20_000; i++) pixels.data.set([i % 200, Math.floor(i / 200), 7, 255], i * 4);
  const part = partOf(pixels, { width: 400, height: 200 }, { left: 100, top: 60, right: 300, bottom: 160 }, { width: 50, height: 25 });
  assert.ok(Math.abs(part.data[0] - 50.5) <= 1);
  assert.ok(Math.abs(part.data[1] - 30.5) <= 1);
  const last = part.data.length - 4;
  assert.ok(Math.abs(part.data[last] - 148.5) <= 1.5);
  assert.ok(Math.abs(part.data[last + 1] - 78.5) <= 1.5);
});

test("a mask that covers the whole picture costs no memory when it comes in", () => {
  const plane = emptyPlane(512, 512);
  plane.data.fill(255);
  assert.ok(fitted(plane, { width: 1024, height: 1024 }).every((slot) => slot === FULL));
});
