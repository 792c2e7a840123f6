import assert from "node:assert/strict";
import { test } from "node:test";

import { fillAll } from "../../static/js/studio/mask/raster.js";
import { Stroke } from "../../static/js/studio/mask/stroke.js";
import { FULL, TileMask } from "../../static/js/studio/mask/tiles.js";

const BENT = [
  { x: 60, y: 60, radius: 40 },
  { x: 250, y: 90, radius: 40 },
  { x: 240, y: 250, radius: 40 },
  { x: 60, y: 60, radius: 40 },
];

/**
 * @param {TileMask} mask
 * @param {{hardness?: number, opacity: number, erase?: boolean}} brush
 * @param {{x: number, y: number, radius: number}[]} [dabs]
 */
function paint(mask, { hardness = 1, opacity, erase = false }, dabs = BENT) {
  const stroke = new Stroke(mask, { hardness, opacity, erase });
  for (const dab of dabs) stroke.add(dab);
  return stroke.finish().changes;
}

/**
 * @param {TileMask} mask
 * @param {(x: number, y: number) => void} look
 */
function everywhere(mask, look) {
  for (let y = 0; y < mask.height; y++) for (let x = 0; x < mask.width; x++) look(x, y);
}

for (const hardness of [1, 0.3]) {
  test(`a stroke of hardness ${hardness} is the full one, made weaker; going over itself adds nothing`, () => {
    const whole = new TileMask(320, 320);
    const weak = new TileMask(320, 320);
    paint(whole, { hardness, opacity: 1 });
    paint(weak, { hardness, opacity: 0.4 });
    let most = 0;
    everywhere(weak, (x, y) => {
      most = Math.max(most, weak.at(x, y));
      const off = Math.abs(weak.at(x, y) - 0.4 * whole.at(x, y));
      if (off > 1) assert.fail(`pixel ${x},${y} is ${off} off`);
    });
    assert.equal(most, 102);
    assert.equal(paint(weak, { hardness, opacity: 0.4 }), null, "the same stroke again changes nothing");
  });
}

test("a weak stroke lies over another as what is stronger of both", () => {
  const mask = new TileMask(320, 320);
  paint(mask, { opacity: 0.8 }, [{ x: 100, y: 100, radius: 50 }]);
  paint(mask, { opacity: 0.3 }, [{ x: 150, y: 100, radius: 50 }]);
  assert.deepEqual([80, 130, 190].map((x) => mask.at(x, 100)), [204, 204, 77]);
});

test("a weak eraser leaves the rest, and is the brush turned over", () => {
  const painted = new TileMask(320, 320);
  const erased = new TileMask(320, 320);
  erased.begin();
  fillAll(erased);
  erased.commit();
  paint(painted, { hardness: 0.5, opacity: 0.6 });
  paint(erased, { hardness: 0.5, opacity: 0.6, erase: true });
  everywhere(painted, (x, y) => assert.equal(painted.at(x, y), 255 - erased.at(x, y)));
});

test("a big weak brush shares one tile, and paint that is stronger stays inside of it", () => {
  const mask = new TileMask(2048, 2048);
  paint(mask, { opacity: 0.9 }, [{ x: 1000, y: 1000, radius: 20 }]);
  paint(mask, { opacity: 0.5 }, [{ x: 1024, y: 1024, radius: 900 }]);
  assert.deepEqual([mask.at(1000, 1000), mask.at(1100, 1000), mask.at(600, 600)], [230, 128, 128]);
  const even = mask.slots.filter((slot) => slot?.[0] === 128 && slot.every((value) => value === 128));
  assert.ok(even.length > 8);
  assert.equal(new Set(even).size, 1);
  paint(mask, { opacity: 1 }, [{ x: 600, y: 600, radius: 10 }]);
  assert.deepEqual([mask.at(600, 600), mask.at(700, 700)], [255, 128], "a shared tile is never written to");
  assert.ok(FULL.every((value) => value === 255));
});
