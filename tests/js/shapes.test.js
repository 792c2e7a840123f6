import assert from "node:assert/strict";
import { test } from "node:test";

import { ellipsePoints, fillPolygon } from "../../static/js/studio/mask/polygon.js";
import { MaskSheet } from "../../static/js/studio/mask/sheet.js";
import { FULL, TileMask } from "../../static/js/studio/mask/tiles.js";
import { LassoTool } from "../../static/js/studio/tools/lasso.js";
import { PolygonTool } from "../../static/js/studio/tools/polygon.js";
import { boxBetween } from "../../static/js/studio/tools/pull.js";
import { ELLIPSE, RECTANGLE, ShapeTool } from "../../static/js/studio/tools/shape.js";

/** @typedef {{x: number, y: number}} Point */
/** @typedef {import("../../static/js/studio/tools/tool.js").Outline} Outline */

/** Samples per side of a pixel in the plain reference. */
const FINE = 16;
/** What so many samples may be off, on an edge. */
const ROUGH = 22;

/**
 * How often a closed line goes around a place.
 * @param {readonly Point[]} points
 * @param {number} x
 * @param {number} y
 */
function winding(points, x, y) {
  let turns = 0;
  let from = points[points.length - 1];
  for (const to of points) {
    const isDown = from.y <= y && to.y > y;
    const isUp = to.y <= y && from.y > y;
    if (isDown || isUp) {
      const at = from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x);
      if (at > x) turns += isDown ? 1 : -1;
    }
    from = to;
  }
  return turns;
}

/**
 * The share of a pixel that lies inside, as a mask value, by plain counting.
 * @param {(x: number, y: number) => boolean} isInside
 * @param {number} x
 * @param {number} y
 */
function counted(isInside, x, y) {
  let inside = 0;
  for (let i = 0; i < FINE; i++) {
    for (let j = 0; j < FINE; j++) {
      if (isInside(x + (i + 0.5) / FINE, y + (j + 0.5) / FINE)) inside++;
    }
  }
  return (255 * inside) / (FINE * FINE);
}

/**
 * @param {TileMask} mask
 * @param {(x: number, y: number) => boolean} isInside
 * @param {{erase?: boolean, crossings?: number}} [but] whether everything was painted before; in how
 *   many places the line crosses itself: the pixels there may be off
 */
function assertFilled(mask, isInside, { erase = false, crossings = 0 } = {}) {
  let left = crossings * 2;
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      /** @type {number} */
      const value = erase ? 255 - mask.at(x, y) : mask.at(x, y);
      const corners = [isInside(x, y), isInside(x + 1, y), isInside(x, y + 1), isInside(x + 1, y + 1)];
      const isPlain = (value === 0 || value === 255) && corners.every((corner) => corner === (value === 255));
      if (isPlain) continue;
      const off = Math.abs(value - counted(isInside, x, y));
      if (off > ROUGH && --left < 0) assert.fail(`pixel ${x},${y} is ${value}, ${off} off`);
    }
  }
}

const SHAPES = {
  "a slanted triangle": [{ x: 20.3, y: 11.7 }, { x: 331.2, y: 90.4 }, { x: 120.9, y: 280.1 }],
  "a star that crosses itself": Array.from({ length: 5 }, (_, i) => ({
    x: 170 + 140 * Math.sin((i * 4 * Math.PI) / 5),
    y: 150 - 140 * Math.cos((i * 4 * Math.PI) / 5),
  })),
  "a bow tie": [{ x: 30, y: 40 }, { x: 300, y: 250 }, { x: 300, y: 40 }, { x: 30, y: 250 }],
  "a line that leaves the picture on every side": [{ x: -80, y: 120 }, { x: 150, y: -90 }, { x: 500, y: 140 }, { x: 170, y: 420 }],
  "a sliver": [{ x: 100.2, y: 20 }, { x: 100.9, y: 20 }, { x: 101.4, y: 290 }, { x: 100.7, y: 290 }],
};

const CROSSINGS = new Map([["a star that crosses itself", 5], ["a bow tie", 1]]);

for (const [name, points] of Object.entries(SHAPES)) {
  test(`${name} is filled as plain counting fills it, across tiles, both ways around`, () => {
    for (const line of [points, points.toReversed()]) {
      const mask = new TileMask(340, 300);
      mask.begin();
      fillPolygon(mask, line, false);
      mask.commit();
      assertFilled(mask, (x, y) => winding(line, x, y) !== 0, { crossings: CROSSINGS.get(name) });
    }
  });
}

test("taking a shape away leaves the rest exactly as it was", () => {
  const mask = new TileMask(340, 300);
  mask.begin();
  mask.slots.fill(FULL);
  fillPolygon(mask, SHAPES["a slanted triangle"], true);
  mask.commit();
  assertFilled(mask, (x, y) => winding(SHAPES["a slanted triangle"], x, y) !== 0, { erase: true });
  assert.equal(mask.at(2, 2), 255);
});

test("an ellipse is one, to the pixel, and tiles inside it are the shared full one", () => {
  const mask = new TileMask(1400, 1100);
  mask.begin();
  fillPolygon(mask, ellipsePoints({ left: 30, top: 20, right: 1370, bottom: 1080 }), false);
  mask.commit();
  assert.equal(mask.slots[mask.columns * 2 + 2], FULL);
  const small = new TileMask(120, 90);
  small.begin();
  fillPolygon(small, ellipsePoints({ left: 10, top: 8, right: 111, bottom: 79 }), false);
  small.commit();
  assertFilled(small, (x, y) => ((x - 60.5) / 50.5) ** 2 + ((y - 43.5) / 35.5) ** 2 < 1);
});

test("painting a shape over softer paint keeps what is stronger", () => {
  const mask = new TileMask(40, 40);
  mask.begin();
  mask.writable(0).fill(90);
  mask.commit();
  mask.begin();
  fillPolygon(mask, [{ x: 10.5, y: 10 }, { x: 20.25, y: 10 }, { x: 20.25, y: 20 }, { x: 10.5, y: 20 }], false);
  mask.commit();
  assert.deepEqual([9, 10, 15, 20, 21].map((x) => mask.at(x, 15)), [90, 128, 255, 90, 90]);
});

test("a line of fewer than three corners, or outside of the picture, paints nothing", () => {
  const mask = new TileMask(40, 40);
  mask.begin();
  assert.equal(fillPolygon(mask, [{ x: 1, y: 1 }, { x: 30, y: 30 }], false), null);
  assert.equal(fillPolygon(mask, [{ x: 50, y: 1 }, { x: 90, y: 1 }, { x: 70, y: 30 }], false), null);
  assert.equal(mask.commit(), null);
});

test("a box may be pulled in any direction, alike with Shift, around its middle with Alt", () => {
  assert.deepEqual(boxBetween({ x: 10, y: 20 }, { x: 4, y: 50 }, false), { left: 4, top: 20, right: 10, bottom: 50 });
  assert.deepEqual(boxBetween({ x: 10, y: 20 }, { x: 4, y: 50 }, true), { left: -20, top: 20, right: 10, bottom: 50 });
  assert.deepEqual(boxBetween({ x: 10, y: 20 }, { x: 14, y: 50 }, false, true), { left: 6, top: -10, right: 14, bottom: 50 });
  const square = boxBetween({ x: 10.4, y: 20.3 }, { x: 17.2, y: 21 }, true, true);
  assert.ok(square && square.right - square.left === square.bottom - square.top, "rounding keeps a square square");
  assert.equal(boxBetween({ x: 3, y: 3 }, { x: 3, y: 3 }, true), null);
});

const PLAIN = { erase: false, shift: false, alt: false, space: false };

/** @param {Point} point */
function sample({ x, y }) {
  return { x, y, pressure: 1 };
}

/** A table with a sheet of its own, on which the outlines are kept. */
function table() {
  /** @type {(Outline | null)[]} */
  const outlines = [];
  const sheet = new MaskSheet(300, 200);
  return {
    sheet,
    outlines,
    desk: {
      sheet,
      outline: (/** @type {Outline | null} */ outline) => void outlines.push(outline),
      scale: () => 1,
      show: () => {},
      tell: () => {},
    },
  };
}

test("Shift and Alt may come and go while a shape is pulled, and Space moves it", () => {
  const { sheet, desk, outlines } = table();
  const tool = new ShapeTool(desk, RECTANGLE);
  tool.start(sample({ x: 50, y: 50 }), PLAIN);
  tool.move([sample({ x: 90, y: 70 })], { ...PLAIN, shift: true });
  assert.equal(outlines.at(-1)?.path, "M50 50H90V90H50Z");
  tool.move([], PLAIN);
  assert.equal(outlines.at(-1)?.path, "M50 50H90V70H50Z");
  tool.move([], { ...PLAIN, alt: true });
  assert.equal(outlines.at(-1)?.path, "M10 30H90V70H10Z");
  tool.move([], PLAIN);
  tool.move([sample({ x: 120, y: 75 })], { ...PLAIN, space: true });
  tool.move([sample({ x: 125, y: 80 })], PLAIN);
  tool.end();
  assert.deepEqual(sheet.boxes().painted, { left: 80, top: 55, right: 125, bottom: 80 });
  assert.equal(sheet.history.length, 1);
  assert.equal(outlines.at(-1), null);
});

test("Alt at the start takes away, and only pressed anew it means the middle", () => {
  const { sheet, desk } = table();
  sheet.change((mask) => mask.slots.fill(FULL));
  const alt = { ...PLAIN, alt: true, erase: true };
  const tool = new ShapeTool(desk, ELLIPSE);
  tool.start(sample({ x: 100, y: 100 }), alt);
  tool.move([sample({ x: 140, y: 120 })], alt);
  tool.end();
  assert.deepEqual([sheet.mask.at(120, 110), sheet.mask.at(90, 95)], [0, 255]);
  tool.start(sample({ x: 100, y: 100 }), alt);
  tool.move([sample({ x: 130, y: 110 })], { ...alt, alt: false });
  tool.move([sample({ x: 140, y: 120 })], alt);
  tool.end();
  assert.equal(sheet.mask.at(90, 95), 0);
});

test("a shape that is given up leaves no trace", () => {
  const { sheet, desk, outlines } = table();
  const tool = new ShapeTool(desk, RECTANGLE);
  tool.start(sample({ x: 5, y: 5 }), PLAIN);
  tool.move([sample({ x: 50, y: 50 })], PLAIN);
  tool.cancel();
  assert.equal(tool.end(), null);
  assert.ok(sheet.mask.isEmpty && !sheet.history.canUndo);
  assert.equal(outlines.at(-1), null);
});

test("a freehand lasso closes by itself; moved by Space it is filled where it lies", () => {
  const { sheet, desk, outlines } = table();
  const tool = new LassoTool(desk);
  const corners = [{ x: 20, y: 20 }, { x: 80, y: 20 }, { x: 80, y: 80 }];
  tool.start(sample(corners[0]), PLAIN);
  tool.move(corners.slice(1).map(sample), PLAIN);
  tool.move([sample({ x: 180, y: 100 })], { ...PLAIN, space: true });
  tool.move([sample({ x: 120, y: 100 })], PLAIN);
  assert.match(outlines.at(-1)?.path ?? "", /^M120 40L180 40L180 100L120 100Z$/);
  tool.end();
  assert.deepEqual(sheet.boxes().painted, { left: 120, top: 40, right: 180, bottom: 100 });
  tool.start(sample({ x: 5, y: 5 }), PLAIN);
  tool.end();
  assert.equal(sheet.history.length, 1, "a click is no shape");
});

/**
 * @param {PolygonTool} tool
 * @param {Point} point
 * @param {Partial<typeof PLAIN>} [manner]
 */
function click(tool, point, manner = {}) {
  tool.start(sample(point), { ...PLAIN, ...manner });
  tool.end();
}

test("a polygon takes corners by clicks and closes on its first one", () => {
  const { sheet, desk } = table();
  const tool = new PolygonTool(desk);
  for (const point of [{ x: 20, y: 20 }, { x: 120, y: 20 }, { x: 120, y: 150 }]) click(tool, point);
  assert.ok(tool.isOpen && sheet.mask.isEmpty);
  click(tool, { x: 24, y: 17 });
  assert.ok(!tool.isOpen);
  assert.deepEqual([sheet.mask.at(100, 60), sheet.mask.at(30, 100)], [255, 0]);
  assert.equal(sheet.history.length, 1);
});

test("Backspace takes corners back to none, Enter closes, Esc gives up", () => {
  const { sheet, desk, outlines } = table();
  const tool = new PolygonTool(desk);
  click(tool, { x: 20, y: 20 });
  click(tool, { x: 120, y: 20 });
  click(tool, { x: 250, y: 190 });
  tool.takeBack();
  click(tool, { x: 120, y: 150 });
  tool.finish();
  assert.deepEqual([sheet.mask.at(100, 60), sheet.mask.at(200, 150)], [255, 0]);
  click(tool, { x: 20, y: 20 }, { erase: true });
  tool.takeBack();
  assert.ok(!tool.isOpen);
  assert.equal(outlines.at(-1), null);
  for (const point of [{ x: 5, y: 5 }, { x: 200, y: 5 }, { x: 200, y: 190 }]) click(tool, point);
  tool.cancel();
  assert.ok(!tool.isOpen && sheet.history.length === 1);
  click(tool, { x: 5, y: 5 });
  click(tool, { x: 90, y: 5 });
  tool.finish();
  assert.equal(sheet.history.length, 1, "two corners enclose nothing");
});

test("a second finger beside the last corner leaves all corners where they are", () => {
  const { sheet, desk } = table();
  const tool = new PolygonTool(desk);
  for (const point of [{ x: 20, y: 20 }, { x: 120, y: 20 }, { x: 120, y: 150 }]) click(tool, point);
  tool.start(sample({ x: 121, y: 150 }), PLAIN);
  tool.cancel();
  assert.ok(tool.isOpen);
  tool.finish();
  assert.equal(sheet.mask.at(100, 60), 255);
  for (const point of [{ x: 20, y: 20 }, { x: 120, y: 20 }]) click(tool, point);
  tool.cancel();
  assert.ok(!tool.isOpen, "Esc gives all of them up as before");
});

test("a polygon that began as taking away stays so, whatever is held later", () => {
  const { sheet, desk } = table();
  sheet.change((mask) => mask.slots.fill(FULL));
  const tool = new PolygonTool(desk);
  click(tool, { x: 20, y: 20 }, { erase: true });
  click(tool, { x: 120, y: 20 });
  click(tool, { x: 120, y: 150 });
  tool.finish();
  assert.deepEqual([sheet.mask.at(100, 60), sheet.mask.at(30, 100)], [0, 255]);
});

test("with Shift a polygon's edges run straight, and a second finger takes only its own corner back", () => {
  const { desk, outlines } = table();
  const tool = new PolygonTool(desk);
  click(tool, { x: 20, y: 20 });
  click(tool, { x: 120, y: 26 }, { shift: true });
  assert.equal(outlines.at(-1)?.path, "M20 20L120 20");
  tool.start(sample({ x: 60, y: 90 }), PLAIN);
  tool.cancel();
  assert.equal(outlines.at(-1)?.path, "M20 20L120 20");
  assert.ok(tool.isOpen);
});

test("an open polygon waits while long work holds the mask", async () => {
  const { sheet, desk } = table();
  const tool = new PolygonTool(desk);
  for (const point of [{ x: 20, y: 20 }, { x: 120, y: 20 }, { x: 120, y: 150 }]) click(tool, point);
  const held = sheet.changeLater(async () => null);
  tool.finish();
  assert.ok(tool.isOpen);
  await held;
  tool.finish();
  assert.equal(sheet.mask.at(100, 60), 255);
});
