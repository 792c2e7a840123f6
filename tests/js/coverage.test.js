import assert from "node:assert/strict";
import { test } from "node:test";

import { findAreas } from "../../static/js/studio/mask/areas.js";
import { CoverageMeter, coverageWords, percentText } from "../../static/js/studio/mask/coverage.js";
import { ExtentFinder } from "../../static/js/studio/mask/extent.js";
import { fillAll, fillBox } from "../../static/js/studio/mask/raster.js";
import { MaskSheet } from "../../static/js/studio/mask/sheet.js";
import { Stroke } from "../../static/js/studio/mask/stroke.js";
import { TileMask } from "../../static/js/studio/mask/tiles.js";

/**
 * @param {TileMask} mask
 * @param {number[][]} boxes left, top, right, bottom
 */
function fill(mask, boxes) {
  mask.begin();
  for (const [left, top, right, bottom] of boxes) fillBox(mask, { left, top, right, bottom }, false);
  mask.commit();
}

test("the painted share counts every pixel, rim tiles and odd sizes included", () => {
  const mask = new TileMask(1003, 777);
  const meter = new CoverageMeter(mask);
  assert.deepEqual(meter.measure(), { share: 0, areas: 0 });
  fill(mask, [[990, 700, 1003, 777], [3, 5, 10, 6]]);
  assert.equal(meter.measure().share, (13 * 77 + 7) / (1003 * 777));
});

test("a mask painted all over is the whole picture, not 99.9 %", () => {
  const mask = new TileMask(1003, 777);
  mask.begin();
  fillAll(mask);
  mask.commit();
  assert.deepEqual(new CoverageMeter(mask).measure(), { share: 1, areas: 1 });
});

test("faint pixels count, because they may change", () => {
  const mask = new TileMask(300, 300);
  for (let x = 0; x < 4; x++) {
    mask.begin();
    mask.put(0, null);
    mask.writable(0)[x] = 1;
    mask.commit();
    assert.deepEqual(new CoverageMeter(mask).measure(), { share: 1 / 90_000, areas: 1 });
  }
});

test("areas that touch are one, areas apart are several, also across tiles", () => {
  const mask = new TileMask(1000, 800);
  const meter = new CoverageMeter(mask);
  fill(mask, [[200, 100, 300, 200], [300, 150, 600, 160]]);
  assert.equal(meter.measure().areas, 1);
  fill(mask, [[10, 700, 20, 710], [900, 10, 910, 20]]);
  assert.equal(meter.measure().areas, 3);
  fill(mask, [[15, 15, 905, 18], [15, 15, 18, 705]]);
  assert.equal(meter.measure().areas, 2);
});

test("a line along the left rim does not join with the right rim", () => {
  for (const [left, right] of [[0, 50], [50, 0]]) {
    const mask = new TileMask(512, 300);
    fill(mask, [[0, left, 4, 200], [508, right, 512, 200]]);
    assert.equal(new CoverageMeter(mask).measure().areas, 2);
  }
});

test("the meter sees tiles that changed after it measured them", () => {
  const mask = new TileMask(300, 300);
  const meter = new CoverageMeter(mask);
  fill(mask, [[0, 0, 10, 10]]);
  meter.measure();
  fill(mask, [[0, 0, 20, 10]]);
  assert.equal(meter.measure().share, 200 / 90_000);
});

test("what is counted in the middle of a stroke does not stick", () => {
  const mask = new TileMask(300, 300);
  const meter = new CoverageMeter(mask);
  const extent = new ExtentFinder(mask);
  const stroke = new Stroke(mask, { hardness: 1, erase: false });
  stroke.add({ x: 50, y: 50, radius: 10 });
  const early = meter.measure().share;
  assert.equal(extent.find()?.right, 60);
  stroke.add({ x: 150, y: 50, radius: 10 });
  assert.ok(meter.measure().share > 3 * early);
  stroke.finish();
  assert.ok(meter.measure().share > 3 * early);
  assert.equal(extent.find()?.right, 160);
});

/**
 * The same areas cell by cell, as everybody would find them.
 * @param {Uint8Array} grid emptied
 * @param {number} width
 */
function floodedAreas(grid, width) {
  const height = grid.length / width;
  const areas = [];
  for (let start = grid.indexOf(1); start >= 0; start = grid.indexOf(1)) {
    const area = { left: width, top: height, right: 0, bottom: 0 };
    const open = [start];
    while (open.length) {
      const at = Number(open.pop());
      const [x, y] = [at % width, Math.floor(at / width)];
      if (!grid[at]) continue;
      grid[at] = 0;
      area.left = Math.min(area.left, x);
      area.top = Math.min(area.top, y);
      area.right = Math.max(area.right, x + 1);
      area.bottom = Math.max(area.bottom, y + 1);
      for (const [dx, dy] of [[-1, -1], [0, -1], [1, -1], [-1, 0], [1, 0], [-1, 1], [0, 1], [1, 1]]) {
        if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) open.push(at + dy * width + dx);
      }
    }
    areas.push(area);
  }
  return areas;
}

test("areas found row by row are those that flooding finds, in the same order", () => {
  let seed = 5;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let round = 0; round < 400; round++) {
    const [width, height] = [1 + Math.floor(next() * 14), 1 + Math.floor(next() * 14)];
    const density = next();
    const grid = new Uint8Array(width * height).map(() => Number(next() < density));
    assert.deepEqual(findAreas(grid.slice(), width), floodedAreas(grid, width), `round ${round}`);
  }
});

test("coverage reads like a sentence", () => {
  assert.deepEqual(coverageWords({ share: 0.12, areas: 2 }),
    { amount: "2 areas, 12\u00a0%", of: " of the picture" });
  assert.equal(coverageWords({ share: 0.034, areas: 1 }).amount, "1 area, 3.4\u00a0%");
  assert.equal(coverageWords({ share: 0, areas: 0 }).amount, "Nothing painted");
  assert.equal(coverageWords({ share: 1, areas: 1 }).amount, "The whole picture");
});

test("a share is never rounded to nothing or to everything", () => {
  assert.equal(percentText(0.0001), "under 0.1\u00a0%");
  assert.equal(percentText(0.9999), "99\u00a0%");
  assert.equal(percentText(1), "100\u00a0%");
});

test("the sheet tells about changes, undo and redo, and not about nothing", async () => {
  const sheet = new MaskSheet(300, 300);
  let told = 0;
  sheet.onChange(() => told++);
  const box = { left: 0, top: 0, right: 30, bottom: 30 };
  assert.equal(sheet.change((mask) => void fillBox(mask, box, false)), true);
  assert.equal(sheet.change((mask) => void fillBox(mask, box, false)), false);
  assert.equal(sheet.measure().areas, 1);
  await sheet.undo();
  assert.equal(sheet.measure().areas, 0);
  await sheet.undo();
  await sheet.redo();
  assert.equal(told, 3);
  assert.equal(sheet.revision, 3);
  assert.equal(sheet.measure().share, 0.01);
});

test("the sheet says which tiles are others now: of a step, of its undo, and of no more", async () => {
  const sheet = new MaskSheet(1000, 700);
  /** @type {unknown[]} */
  const said = [];
  sheet.onChange((replaced) => said.push(replaced));
  const first = { left: 256, top: 256, right: 512, bottom: 512 };
  const corner = { left: 768, top: 512, right: 1000, bottom: 700 };
  const box = (/** @type {number} */ x, /** @type {number} */ y) => ({ left: x, top: y, right: x + 9, bottom: y + 9 });
  sheet.change((mask) => void fillBox(mask, box(300, 300), false));
  sheet.change((mask) => void fillBox(mask, box(900, 690), false));
  await sheet.undo();
  await sheet.undo();
  await sheet.redo();
  const stroke = new Stroke(sheet.mask, { hardness: 1, erase: false });
  stroke.add({ x: 10, y: 10, radius: 300 });
  stroke.cancel();
  sheet.change((mask) => void fillBox(mask, box(900, 690), false));
  assert.deepEqual(said, [first, corner, corner, first, first, corner]);
});

test("no step begins while a stroke is open", () => {
  const sheet = new MaskSheet(300, 300);
  sheet.mask.begin();
  assert.equal(sheet.isFree, false);
  assert.equal(sheet.change(fillAll), false);
  sheet.mask.rollback();
  assert.equal(sheet.mask.isEmpty, true);
});
