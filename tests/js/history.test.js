import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { History } from "../../static/js/studio/mask/history.js";
import { Packed, pack, unpack } from "../../static/js/studio/mask/packing.js";
import { clear, fillBox, invert } from "../../static/js/studio/mask/raster.js";
import { Stroke } from "../../static/js/studio/mask/stroke.js";
import { FULL, TILE, TILE_AREA, TileMask } from "../../static/js/studio/mask/tiles.js";

const MIB = 1024 * 1024;

/** @param {number} seed */
function random(seed) {
  return () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
}

/**
 * @param {TileMask} mask
 * @param {() => number} next
 * @param {number} hardness
 * @param {number} [size] times that of an ordinary brush
 */
function randomStroke(mask, next, hardness, size = 1) {
  const stroke = new Stroke(mask, { hardness, erase: next() < 0.2 });
  const radius = size * (0.02 + 0.05 * next()) * mask.height;
  const [x, y] = [next() * mask.width, next() * mask.height];
  for (let i = 0; i < 3; i++) {
    stroke.add({ x: x + (next() - 0.5) * 0.3 * size * mask.width, y: y + (next() - 0.5) * 0.3 * size * mask.height, radius });
  }
  return stroke.finish().changes;
}

/** @param {TileMask} mask */
function fingerprint(mask) {
  let sum = 0;
  mask.slots.forEach((slot, index) => {
    for (let i = 0; slot && i < TILE_AREA; i += 5) sum = (sum * 31 + slot[i] * (i + index)) >>> 0;
  });
  return sum;
}

for (const hardness of [1, 0.2]) {
  test(`200 strokes of hardness ${hardness} can be undone and redone one by one`, async () => {
    const mask = new TileMask(700, 500);
    const history = new History(mask, { budget: 64 * MIB });
    const next = random(7);
    const seen = [fingerprint(mask)];
    for (let i = 0; i < 210; i++) {
      history.record(randomStroke(mask, next, hardness));
      if (fingerprint(mask) !== seen.at(-1)) seen.push(fingerprint(mask));
    }
    await history.settled();
    assert.ok(seen.length > 200, `${seen.length} strokes changed something`);
    assert.equal(history.length, seen.length - 1);
    for (let i = seen.length - 2; i >= 0; i--) {
      assert.equal(await history.undo(), true);
      assert.equal(fingerprint(mask), seen[i], `undo to ${i}`);
    }
    assert.equal(mask.isEmpty, true);
    assert.equal(await history.undo(), false);
    for (let i = 1; i < seen.length; i++) {
      assert.equal(await history.redo(), true);
      assert.equal(fingerprint(mask), seen[i], `redo to ${i}`);
    }
    assert.equal(history.canRedo, false);
  });
}

/** Tiles between steps never change, so each needs to be read once. @type {WeakMap<Uint8Array, string>} */
const digests = new WeakMap();

/**
 * Every byte of the mask, in short.
 * @param {TileMask} mask
 */
function digest(mask) {
  const whole = createHash("sha1");
  for (const slot of mask.slots) {
    let of = slot ? digests.get(slot) : "";
    if (slot && !of) digests.set(slot, (of = createHash("sha1").update(slot).digest("hex")));
    whole.update(`${of} `);
  }
  return whole.digest("hex");
}

test("220 steps on 50 megapixels stay within the budget and come back byte for byte, both ways", async () => {
  const budget = 16 * MIB;
  const mask = new TileMask(8660, 5774);
  const history = new History(mask, { budget });
  const next = random(3);
  const seen = [digest(mask)];
  while (seen.length <= 220) {
    const step = seen.length;
    let changes;
    if (step === 30) {
      mask.begin();
      invert(mask);
      changes = mask.commit();
    } else changes = randomStroke(mask, next, step % 3 ? 0.3 : 1, 0.25);
    history.record(changes);
    if (changes) seen.push(digest(mask));
    if (step % 8 === 7) await history.settled();
  }
  await history.settled();
  assert.equal(history.length, 220);
  assert.ok(history.bytes <= budget, `${history.bytes / MIB} MiB`);
  // Without a pause between them, as when the key is held down: raw, what is undone takes far more.
  let undone = 0;
  let most = 0;
  for (let i = 219; i >= 0; i--) {
    const before = mask.slots.slice();
    assert.equal(await history.undo(), true, `undo to ${i}`);
    assert.equal(digest(mask), seen[i], `undo to ${i}`);
    undone += before.filter((slot, at) => slot && slot !== FULL && slot !== mask.slots[at]).length * TILE_AREA;
    most = Math.max(most, history.bytes);
  }
  assert.ok(undone > 3 * budget, `${undone / MIB} MiB undone`);
  assert.ok(most < 2 * budget, `${most / MIB} MiB at most`);
  for (let i = 1; i <= 220; i++) {
    assert.equal(await history.redo(), true, `redo to ${i}`);
    assert.equal(digest(mask), seen[i], `redo to ${i}`);
  }
});

test("over the budget the oldest steps go first, the newest stays", async () => {
  const mask = new TileMask(2000, 2000);
  const history = new History(mask, { budget: 200_000 });
  const next = random(11);
  for (let i = 0; i < 60; i++) history.record(randomStroke(mask, next, 0.3));
  const last = fingerprint(mask);
  await history.settled();
  assert.ok(history.length >= 1 && history.length < 60, `${history.length} kept`);
  assert.ok(history.bytes <= 200_000 || history.length === 1, `${history.bytes} bytes`);
  await history.undo();
  assert.notEqual(fingerprint(mask), last);
  await history.redo();
  assert.equal(fingerprint(mask), last);
});

test("painting after an undo forgets what could have been redone", async () => {
  const mask = new TileMask(300, 300);
  const history = new History(mask);
  const box = { left: 0, top: 0, right: 10, bottom: 10 };
  mask.begin();
  fillBox(mask, box, false);
  history.record(mask.commit());
  await history.undo();
  assert.equal(history.canRedo, true);
  mask.begin();
  invert(mask);
  history.record(mask.commit());
  assert.equal(history.canRedo, false);
  assert.equal(await history.redo(), false);
});

test("clear and invert are one step each", async () => {
  const mask = new TileMask(900, 900);
  const history = new History(mask);
  for (const change of [invert, clear]) {
    mask.begin();
    change(mask);
    history.record(mask.commit());
  }
  assert.equal(history.length, 2);
  await history.undo();
  assert.equal(mask.at(899, 899), 255);
  await history.undo();
  assert.equal(mask.isEmpty, true);
});

test("a tile that is undone while it is being packed stays right", async () => {
  const mask = new TileMask(700, 500);
  /** @type {(() => void)[]} */
  const waiting = [];
  const history = new History(mask, { later: (work) => void waiting.push(work) });
  const next = random(23);
  const seen = [fingerprint(mask)];
  for (let i = 0; i < 14; i++) {
    history.record(randomStroke(mask, next, 0));
    if (fingerprint(mask) !== seen.at(-1)) seen.push(fingerprint(mask));
  }
  waiting.shift()?.();
  while (history.canUndo) await history.undo();
  assert.equal(fingerprint(mask), seen[0]);
  for (let i = 0; i < 400; i++) {
    waiting.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  for (let i = 1; i < seen.length; i++) {
    await history.redo();
    assert.equal(fingerprint(mask), seen[i], `redo to ${i}`);
  }
});

test("undo presses faster than unpacking are all obeyed, in order", async () => {
  const mask = new TileMask(1400, 1000);
  const history = new History(mask, { budget: 64 * MIB });
  const next = random(5);
  for (let i = 0; i < 30; i++) history.record(randomStroke(mask, next, 0.2));
  await history.settled();
  const steps = history.length;
  const presses = Array.from({ length: steps + 3 }, () => history.undo());
  assert.equal(history.isBusy, true);
  const done = await Promise.all(presses);
  assert.equal(done.filter(Boolean).length, steps);
  assert.equal(mask.isEmpty, true);
  assert.equal(history.isBusy, false);
});

test("a packed tile comes back byte for byte, and smaller", async () => {
  const soft = new Uint8Array(TILE_AREA);
  for (let i = 0; i < TILE_AREA; i++) soft[i] = ((i % TILE) * 3 + (i >> 8) * 2) % 256;
  const hard = new Uint8Array(TILE_AREA).fill(255, 5000, 40_000);
  for (const [tile, kind] of /** @type {const} */ ([[soft, "deflated"], [hard, "runs"]])) {
    const packed = await pack(tile);
    assert.ok(packed instanceof Packed);
    assert.equal(packed.kind, kind);
    assert.ok(packed.bytes.length < TILE_AREA / 3);
    assert.deepEqual(await unpack(packed), tile);
  }
});
