import assert from "node:assert/strict";
import { test } from "node:test";

import { boxOf, converted, fillByNumbers } from "../../static/js/studio/mask/numbers.js";
import { fillAll, fillBox } from "../../static/js/studio/mask/raster.js";
import { MaskSheet } from "../../static/js/studio/mask/sheet.js";
import { TileMask } from "../../static/js/studio/mask/tiles.js";
import { CentreFinder, spokenCoverage, whereWords } from "../../static/js/studio/mask/where.js";

const PICTURE = { width: 1000, height: 600 };

/** @param {number[][]} boxes left, top, right, bottom in picture pixels */
function painted(...boxes) {
  const sheet = new MaskSheet(PICTURE.width, PICTURE.height);
  sheet.change((mask) => {
    for (const [left, top, right, bottom] of boxes) fillBox(mask, { left, top, right, bottom }, false);
  });
  return sheet;
}

/** @param {MaskSheet} sheet */
function where(sheet) {
  const { painted: box } = sheet.boxes();
  assert.ok(box);
  return whereWords(box, new CentreFinder(sheet.mask).find(), PICTURE);
}

test("where the paint lies is said as people would", () => {
  /** @type {[number[][], string][]} */
  const cases = [
    [[[50, 40, 250, 150]], "upper left"],
    [[[450, 20, 550, 120]], "upper centre"],
    [[[800, 40, 950, 150]], "upper right"],
    [[[20, 250, 200, 350]], "left side"],
    [[[450, 250, 550, 350]], "centre"],
    [[[800, 250, 950, 350]], "right side"],
    [[[50, 450, 250, 580]], "lower left"],
    [[[450, 450, 550, 590]], "lower centre"],
    [[[800, 450, 990, 590]], "lower right"],
    [[[0, 0, 1000, 300]], "upper half"],
    [[[0, 300, 1000, 600]], "lower half"],
    [[[0, 0, 500, 600]], "left half"],
    [[[500, 0, 1000, 600]], "right half"],
    [[[0, 0, 1000, 60]], "along the top"],
    [[[100, 550, 900, 600]], "along the bottom"],
    [[[0, 0, 60, 600]], "along the left"],
    [[[0, 200, 1000, 400]], "across the middle"],
    [[[400, 0, 600, 600]], "down the middle"],
    [[[0, 0, 1000, 600]], "all over the picture"],
    [[[0, 0, 30, 30], [970, 570, 1000, 600]], "all over the picture"],
    [[[100, 60, 900, 540]], "over most of the picture"],
  ];
  for (const [boxes, words] of cases) assert.equal(where(painted(...boxes)), words, boxes.join(" | "));
});

test("the heavier of two areas decides where the paint is", () => {
  assert.equal(where(painted([600, 400, 690, 500], [300, 300, 320, 320])), "lower right");
});

test("a few pixels have no centre of their own, their box has", () => {
  const sheet = painted([1, 1, 3, 3]);
  assert.equal(new CentreFinder(sheet.mask).find(), null);
  assert.equal(where(sheet), "upper left");
});

test("the centre of full tiles is theirs, cut at the picture's rim", () => {
  const mask = new TileMask(1000, 600);
  mask.begin();
  fillAll(mask);
  mask.commit();
  const centre = new CentreFinder(mask).find();
  assert.ok(centre && Math.abs(centre.x - 500) < 1 && Math.abs(centre.y - 300) < 1, JSON.stringify(centre));
});

test("the mask is spoken in one sentence", () => {
  assert.equal(spokenCoverage({ share: 0.12, areas: 2 }, "upper left"), "Mask: 2 areas, 12 percent, upper left");
  assert.equal(spokenCoverage({ share: 0.034, areas: 1 }, "centre"), "Mask: 1 area, 3.4 percent, centre");
  assert.equal(spokenCoverage({ share: 0.0001, areas: 1 }, "centre"), "Mask: 1 area, under 0.1 percent, centre");
  assert.equal(spokenCoverage({ share: 0.998, areas: 1 }, "all over the picture"), "Mask: 1 area, 99 percent, all over the picture");
  assert.equal(spokenCoverage({ share: 0, areas: 0 }, ""), "Mask: nothing painted");
  assert.equal(spokenCoverage({ share: 1, areas: 1 }, ""), "Mask: the whole picture");
});

test("numbers mean pixels or per cent, also beyond the rim", () => {
  const numbers = { left: 10, top: 20, width: 30, height: 40 };
  assert.deepEqual(boxOf(numbers, "px", PICTURE).box, { left: 10, top: 20, right: 40, bottom: 60 });
  assert.deepEqual(boxOf(numbers, "%", PICTURE).box, { left: 100, top: 120, right: 400, bottom: 360 });
  assert.deepEqual(boxOf({ ...numbers, left: -5 }, "px", PICTURE).box, { left: -5, top: 20, right: 25, bottom: 60 });
  assert.deepEqual(boxOf({ left: 5, top: 5, width: 0.2, height: 0.2 }, "px", PICTURE).box, { left: 5, top: 5, right: 6, bottom: 6 });
});

test("numbers that mean nothing are refused with a sentence", () => {
  const numbers = { left: 10, top: 20, width: 30, height: 40 };
  assert.match(boxOf({ ...numbers, width: Number.NaN }, "px", PICTURE).problem, /all four/);
  assert.match(boxOf({ ...numbers, height: 0 }, "px", PICTURE).problem, /more than nothing/);
  assert.match(boxOf({ ...numbers, left: 1000 }, "px", PICTURE).problem, /outside/);
  assert.match(boxOf({ ...numbers, top: -60 }, "px", PICTURE).problem, /outside/);
});

test("numbers go over into the other unit and back", () => {
  const numbers = { left: 250, top: 150, width: 500, height: 300 };
  const percent = converted(numbers, "%", PICTURE);
  assert.deepEqual(percent, { left: 25, top: 25, width: 50, height: 50 });
  assert.deepEqual(converted(percent, "px", PICTURE), numbers);
});

test("an ellipse by numbers fills its box but for the corners, and is subtracted again", () => {
  const mask = new TileMask(PICTURE.width, PICTURE.height);
  const box = { left: 100, top: 100, right: 300, bottom: 200 };
  mask.begin();
  fillByNumbers(mask, "ellipse", box, false);
  mask.commit();
  assert.equal(mask.at(200, 150), 255);
  assert.equal(mask.at(200, 101), 255);
  assert.equal(mask.at(102, 102), 0);
  assert.equal(mask.at(99, 150), 0);
  mask.begin();
  fillByNumbers(mask, "rectangle", box, true);
  mask.commit();
  assert.ok(mask.isEmpty);
});
