import assert from "node:assert/strict";
import { test } from "node:test";

import { capsule } from "../../static/js/studio/mask/capsule.js";
import { fillAll, stamp } from "../../static/js/studio/mask/raster.js";
import { Stroke } from "../../static/js/studio/mask/stroke.js";
import { FULL, TileMask } from "../../static/js/studio/mask/tiles.js";

/** @typedef {import("../../static/js/studio/mask/capsule.js").Dab} Dab */

/**
 * @param {TileMask} mask
 * @param {Dab[]} dabs
 * @param {{hardness?: number, erase?: boolean}} [brush]
 */
function paint(mask, dabs, { hardness = 1, erase = false } = {}) {
  const stroke = new Stroke(mask, { hardness, erase });
  for (const dab of dabs) stroke.add(dab);
  return stroke.finish().changes;
}

/**
 * What a stroke should look like, by its definition: no tiles, no shortcuts.
 * @param {Dab[]} dabs
 * @param {number} hardness
 * @param {number} x
 * @param {number} y
 */
function expected(dabs, hardness, x, y) {
  let most = 0;
  for (let i = 0; i < Math.max(1, dabs.length - 1); i++) {
    const from = dabs[i];
    const to = dabs[i + 1] ?? from;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const length2 = dx * dx + dy * dy;
    const px = x + 0.5 - from.x;
    const py = y + 0.5 - from.y;
    const along = length2 ? Math.min(1, Math.max(0, (px * dx + py * dy) / length2)) : 0;
    const distance = Math.hypot(px - along * dx, py - along * dy);
    const ramp = Math.max(1, from.radius * (1 - hardness));
    const depth = Math.min(1, Math.max(0, (from.radius + 0.5 - distance) / ramp));
    most = Math.max(most, 255 * (ramp > 2 ? depth * depth * (3 - 2 * depth) : depth));
  }
  return most;
}

/**
 * @param {TileMask} mask
 * @param {Dab[]} dabs
 * @param {number} hardness
 * @param {number} tolerance
 */
function assertAsDefined(mask, dabs, hardness, tolerance) {
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      const off = Math.abs(mask.at(x, y) - expected(dabs, hardness, x, y));
      if (off > tolerance) assert.fail(`pixel ${x},${y} is ${off} off`);
    }
  }
}

const ZIGZAG = [
  { x: 40, y: 50, radius: 14 },
  { x: 300, y: 90, radius: 14 },
  { x: 270, y: 280, radius: 14 },
  { x: 270, y: 40.5, radius: 14 },
];

for (const hardness of [1, 0.5, 0]) {
  test(`a stroke of hardness ${hardness} has the shape of its definition, across tiles`, () => {
    const mask = new TileMask(340, 320);
    paint(mask, ZIGZAG, { hardness });
    assertAsDefined(mask, ZIGZAG, hardness, 1);
  });
}

for (const radius of [0.5, 1, 3.25]) {
  test(`a dab of radius ${radius} has the shape of its definition`, () => {
    const mask = new TileMask(20, 20);
    const dabs = [{ x: 10.5, y: 9.5, radius }];
    paint(mask, dabs);
    assert.equal(mask.at(10, 9), 255);
    assertAsDefined(mask, dabs, 1, 1);
  });
}

test("a wide fade in blocks stays within a few grey levels of the exact one", () => {
  for (const radius of [60, 120, 400, 700]) {
    const mask = new TileMask(900, 600);
    const dabs = [{ x: 400, y: 300, radius }, { x: 450, y: 330, radius }];
    paint(mask, dabs, { hardness: 0 });
    assertAsDefined(mask, dabs, 0, 6);
  }
});

test("painting never lowers a value, erasing never raises one", () => {
  const mask = new TileMask(200, 200);
  paint(mask, [{ x: 100, y: 100, radius: 60 }]);
  paint(mask, [{ x: 100, y: 100, radius: 60 }], { hardness: 0 });
  assert.equal(mask.at(150, 100), 255);
  paint(mask, [{ x: 100, y: 100, radius: 60 }], { hardness: 0, erase: true });
  const faded = mask.at(130, 100);
  assert.ok(faded > 0 && faded < 255);
  paint(mask, [{ x: 130, y: 100, radius: 1 }], { hardness: 0, erase: true });
  assert.ok(mask.at(130, 100) <= faded);
  assert.equal(mask.at(100, 100), 0);
});

test("going over the same place again in one stroke changes nothing", () => {
  const once = new TileMask(200, 200);
  const thrice = new TileMask(200, 200);
  const there = [{ x: 40, y: 100, radius: 30 }, { x: 160, y: 100, radius: 30 }];
  paint(once, there, { hardness: 0.3 });
  paint(thrice, [...there, ...there.toReversed(), ...there], { hardness: 0.3 });
  for (let x = 0; x < 200; x++) assert.equal(thrice.at(x, 80), once.at(x, 80), `x ${x}`);
});

test("erasing is the mirror of painting", () => {
  const painted = new TileMask(340, 320);
  const erased = new TileMask(340, 320);
  erased.begin();
  fillAll(erased);
  erased.commit();
  paint(painted, ZIGZAG, { hardness: 0.4 });
  paint(erased, ZIGZAG, { hardness: 0.4, erase: true });
  for (let y = 0; y < 320; y += 3) {
    for (let x = 0; x < 340; x++) assert.equal(erased.at(x, y), 255 - painted.at(x, y));
  }
});

test("a wide fade meets fine strokes below it pixel by pixel, painting and erasing", () => {
  const wide = [{ x: 450, y: 300, radius: 330 }, { x: 480, y: 310, radius: 330 }];
  const fine = [{ x: 100.3, y: 280, radius: 3 }, { x: 800, y: 313.7, radius: 3 }];
  const alone = new TileMask(900, 600);
  paint(alone, wide, { hardness: 0 });
  const thin = new TileMask(900, 600);
  paint(thin, fine);
  const both = new TileMask(900, 600);
  paint(both, fine);
  paint(both, wide, { hardness: 0 });
  const erased = new TileMask(900, 600);
  paint(erased, fine);
  paint(erased, wide, { hardness: 0, erase: true });
  for (let y = 0; y < 600; y++) {
    for (let x = 0; x < 900; x++) {
      const [a, b] = [alone.at(x, y), thin.at(x, y)];
      assert.equal(both.at(x, y), Math.max(a, b), `painted ${x},${y}`);
      assert.equal(erased.at(x, y), Math.min(255 - a, b), `erased ${x},${y}`);
    }
  }
});

test("a stroke past the rim of the picture paints what lies inside and nothing else", () => {
  const mask = new TileMask(300, 300);
  paint(mask, [{ x: -400, y: 10, radius: 20 }, { x: 700, y: 10, radius: 20 }]);
  assert.equal(mask.at(0, 10), 255);
  assert.equal(mask.at(299, 10), 255);
  assert.equal(mask.at(150, 40), 0);
  assert.equal(paint(mask, [{ x: -400, y: -400, radius: 20 }]), null);
});

test("samples that hardly move are dropped but the stroke ends where the hand ended", () => {
  const mask = new TileMask(400, 200);
  const stroke = new Stroke(mask, { hardness: 1, erase: false });
  stroke.add({ x: 100, y: 100, radius: 50 });
  assert.equal(stroke.add({ x: 102.4, y: 100, radius: 50 }), null);
  assert.equal(mask.at(151, 100), 0);
  stroke.finish();
  assert.equal(mask.at(151, 100), 255);
});

test("a pen pressed harder widens the stroke all around", () => {
  const mask = new TileMask(200, 200);
  paint(mask, [{ x: 100, y: 100, radius: 5 }, { x: 100.5, y: 100, radius: 40 }]);
  for (const [x, y] of [[65, 100], [135, 100], [100, 65], [100, 135]]) {
    assert.equal(mask.at(x, y), 255, `${x},${y}`);
  }
});

test("a stroke that is taken back leaves nothing", () => {
  const mask = new TileMask(200, 200);
  const stroke = new Stroke(mask, { hardness: 1, erase: false });
  stroke.add({ x: 100, y: 100, radius: 50 });
  stroke.cancel();
  assert.equal(mask.isEmpty, true);
  assert.equal(mask.isChanging, false);
});

test("painting over what is painted, or erasing nothing, copies no tile", () => {
  const mask = new TileMask(1024, 1024);
  mask.begin();
  fillAll(mask);
  mask.commit();
  const stroke = new Stroke(mask, { hardness: 0.2, erase: false });
  stroke.add({ x: 500, y: 500, radius: 300 });
  assert.ok(mask.slots.every((slot) => slot === FULL));
  stroke.finish();
  const blank = new TileMask(1024, 1024);
  const eraser = new Stroke(blank, { hardness: 0.2, erase: true });
  eraser.add({ x: 500, y: 500, radius: 300 });
  assert.ok(blank.slots.every((slot) => slot === null));
});

test("the middle of a big brush takes whole tiles without touching their pixels", () => {
  const mask = new TileMask(4000, 4000);
  mask.begin();
  const dab = { x: 2000, y: 2000, radius: 1500 };
  stamp(mask, capsule(dab, dab, 1, true), false);
  const full = mask.slots.filter((slot) => slot === FULL).length;
  const dense = mask.slots.filter((slot) => slot && slot !== FULL).length;
  assert.ok(full > 70 && full > dense, `${full} full, ${dense} dense`);
});

/**
 * Every sample as a soft disc over all pixels around it, which is the plain way to do it.
 * @param {Uint8Array} values
 * @param {number} side
 * @param {Dab[]} dabs
 */
function paintPlainly(values, side, dabs) {
  for (const { x, y, radius } of dabs) {
    for (let row = Math.floor(y - radius); row < y + radius; row++) {
      for (let column = Math.floor(x - radius); column < x + radius; column++) {
        const depth = Math.max(0, 1 - Math.hypot(column + 0.5 - x, row + 0.5 - y) / radius);
        const value = 255 * depth * depth * (3 - 2 * depth);
        if (value > values[row * side + column]) values[row * side + column] = value;
      }
    }
  }
}

/** @param {() => void} work */
function processorTime(work) {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1000;
}

test("a scribble with a huge soft brush costs a small part of painting each sample plainly", () => {
  const side = 4096;
  const radius = 900;
  const dabs = Array.from({ length: 400 }, (_, i) => {
    const angle = i / 40;
    return { x: side / 2 + 1100 * Math.cos(angle), y: side / 2 + 1000 * Math.sin(angle * 1.3), radius };
  });
  const mask = new TileMask(side, side);
  const stroke = new Stroke(mask, { hardness: 0, erase: false });
  let drawn = 0;
  const ours = processorTime(() => {
    for (const dab of dabs) if (stroke.add(dab)) drawn++;
    stroke.finish();
  });
  const few = dabs.filter((_, i) => i % 40 === 0);
  const values = new Uint8Array(side * side);
  const plain = processorTime(() => paintPlainly(values, side, few)) / few.length;
  assert.ok(drawn <= dabs.length * 0.3, `${drawn} of ${dabs.length} samples drawn`);
  // Measured 115 times. When every sample is drawn it is 31, without blocks in the fade 16.
  const times = plain / (ours / dabs.length);
  assert.ok(times > 50, `only ${times.toFixed(1)} times less work than the plain way`);
});
