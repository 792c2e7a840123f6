import assert from "node:assert/strict";
import { test } from "node:test";

import { clear, fillAll, fillBox, invert } from "../../static/js/studio/mask/raster.js";
import { FULL, TILE, TileMask } from "../../static/js/studio/mask/tiles.js";

/**
 * @param {TileMask} mask
 * @param {() => void} work
 */
function step(mask, work) {
  mask.begin();
  work();
  return mask.commit();
}

test("an untouched mask keeps every pixel and holds no memory", () => {
  const mask = new TileMask(1000, 700);
  assert.equal(mask.isEmpty, true);
  assert.equal(mask.at(999, 699), 0);
  assert.equal(mask.slots.length, 4 * 3);
});

test("a rectangle covers exactly its pixels, across tiles", () => {
  const mask = new TileMask(700, 600);
  step(mask, () => fillBox(mask, { left: 250, top: 100, right: 530, bottom: 300 }, false));
  for (const [x, y, value] of [
    [250, 100, 255], [249, 100, 0], [529, 299, 255], [530, 299, 0], [400, 99, 0], [400, 300, 0],
  ]) assert.equal(mask.at(x, y), value, `${x},${y}`);
});

test("erasing a rectangle leaves the rest painted", () => {
  const mask = new TileMask(600, 600);
  step(mask, () => fillAll(mask));
  step(mask, () => fillBox(mask, { left: 10, top: 10, right: 300, bottom: 20 }, true));
  assert.equal(mask.at(10, 10), 0);
  assert.equal(mask.at(299, 19), 0);
  assert.equal(mask.at(300, 19), 255);
});

test("a rectangle over a whole tile costs no memory of its own", () => {
  const mask = new TileMask(TILE * 2, TILE);
  step(mask, () => fillBox(mask, { left: 0, top: 0, right: TILE, bottom: TILE }, false));
  assert.equal(mask.slots[0], FULL);
});

test("a step writes to copies, so an older snapshot stays what it was", () => {
  const mask = new TileMask(300, 300);
  step(mask, () => fillBox(mask, { left: 0, top: 0, right: 10, bottom: 10 }, false));
  const snapshot = mask.slots.slice();
  step(mask, () => fillBox(mask, { left: 20, top: 20, right: 30, bottom: 30 }, false));
  assert.equal(snapshot[0]?.[25 * TILE + 25], 0);
  assert.equal(mask.at(25, 25), 255);
});

test("the shared full tile is never written to", () => {
  const mask = new TileMask(TILE, TILE);
  step(mask, () => {
    mask.writable(0)[9] = 9;
    fillAll(mask);
    mask.writable(0)[5] = 7;
  });
  assert.equal(FULL[5], 255);
  assert.equal(mask.at(5, 0), 7);
});

test("a step that changes nothing leaves nothing to undo", () => {
  const mask = new TileMask(300, 300);
  const area = { left: 0, top: 0, right: 10, bottom: 10 };
  assert.notEqual(step(mask, () => fillBox(mask, area, false)), null);
  assert.equal(step(mask, () => fillBox(mask, area, false)), null);
  assert.equal(step(mask, () => fillBox(mask, { ...area, left: 50, right: 60 }, true)), null);
});

test("emptied tiles are given back", () => {
  const mask = new TileMask(300, 300);
  const area = { left: 0, top: 0, right: 10, bottom: 10 };
  step(mask, () => fillBox(mask, area, false));
  step(mask, () => fillBox(mask, area, true));
  assert.equal(mask.isEmpty, true);
});

test("a step taken back leaves the mask as it was", () => {
  const mask = new TileMask(600, 300);
  step(mask, () => fillBox(mask, { left: 0, top: 0, right: 300, bottom: 100 }, false));
  const before = mask.slots.slice();
  mask.begin();
  invert(mask);
  mask.rollback();
  assert.deepEqual(mask.slots, before);
});

test("inverting twice gives the same mask, soft values too", () => {
  const mask = new TileMask(600, 300);
  step(mask, () => {
    fillBox(mask, { left: 0, top: 0, right: 300, bottom: 100 }, false);
    mask.writable(0)[3] = 77;
  });
  step(mask, () => invert(mask));
  assert.equal(mask.at(3, 0), 178);
  assert.equal(mask.at(599, 299), 255);
  step(mask, () => invert(mask));
  assert.equal(mask.at(3, 0), 77);
  assert.equal(mask.at(299, 99), 255);
  assert.equal(mask.at(300, 99), 0);
});

test("clearing empties everything in one step", () => {
  const mask = new TileMask(600, 300);
  step(mask, () => fillAll(mask));
  const changes = step(mask, () => clear(mask));
  assert.equal(mask.isEmpty, true);
  assert.equal(changes?.size, 6);
});

test("changing the mask outside a step is refused", () => {
  const mask = new TileMask(10, 10);
  assert.throws(() => fillAll(mask), /Open a step/);
  mask.begin();
  assert.throws(() => mask.begin(), /open already/);
});
