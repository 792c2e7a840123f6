import assert from "node:assert/strict";
import { test } from "node:test";

import {
  NOTHING, RATIOS, canvasOf, fits, isNothing, largest, marginsFor, placeOf, placed, pull, ratioOf,
  roomSentence, sizeWords,
} from "../../static/js/studio/extending.js";

const picture = { width: 1200, height: 800 };
const caps = { pixels: 64e6, side: 20_000 };

test("a ratio extends the shorter direction alone, with the picture in the middle", () => {
  assert.deepEqual(marginsFor(picture, "16:9", "middle"), { ...NOTHING, left: 111, right: 111 });
  assert.deepEqual(marginsFor(picture, "1:1", "middle"), { ...NOTHING, top: 200, bottom: 200 });
  assert.deepEqual(marginsFor(picture, "9:16", "middle"), { ...NOTHING, top: 666, bottom: 667 });
});

test("every ratio is met within a pixel, whatever the picture's shape", () => {
  for (const size of [picture, { width: 800, height: 1200 }, { width: 33, height: 1000 }, { width: 777, height: 777 }]) {
    for (const ratio of RATIOS) {
      const { width, height } = canvasOf(size, marginsFor(size, ratio, "middle"));
      const landscape = size.width > size.height;
      const [across, down] = ratio === "A4" ? (landscape ? [297, 210] : [210, 297]) : ratio.split(":").map(Number);
      assert.ok(Math.abs(width - (height * across) / down) <= 1.5, `${ratio}: ${width} × ${height}`);
      assert.ok(width >= size.width && height >= size.height);
    }
  }
});

test("a picture that has the ratio already is not extended", () => {
  assert.ok(isNothing(marginsFor(picture, "3:2", "middle")));
});

test("the picture may lie at either end", () => {
  assert.deepEqual(marginsFor(picture, "1:1", "start"), { ...NOTHING, bottom: 400 });
  assert.deepEqual(marginsFor(picture, "1:1", "end"), { ...NOTHING, top: 400 });
});

test("moving the picture on its canvas keeps the canvas and the other direction", () => {
  const margins = { left: 10, top: 30, right: 91, bottom: 5 };
  const moved = placed(margins, "across", "end");
  assert.deepEqual(moved, { left: 101, top: 30, right: 0, bottom: 5 });
  assert.deepEqual(canvasOf(picture, moved), canvasOf(picture, margins));
  assert.equal(placeOf(moved, "across"), "end");
  assert.equal(placeOf(moved, "down"), null);
  assert.equal(placeOf(placed(moved, "down", "middle"), "down"), "middle");
  assert.equal(placeOf(NOTHING, "across"), null);
});

test("a canvas is known by its ratio wherever the picture lies", () => {
  for (const place of /** @type {const} */ (["start", "middle", "end"])) {
    assert.equal(ratioOf(picture, marginsFor(picture, "9:16", place)), "9:16");
  }
  assert.equal(ratioOf(picture, { ...NOTHING, left: 1 }), null);
});

test("a pulled side follows the hand and never goes into the picture", () => {
  const start = { ...NOTHING, right: 100 };
  assert.deepEqual(pull(picture, start, { right: 20.4 }, caps), { ...NOTHING, right: 120 });
  assert.deepEqual(pull(picture, start, { right: -500 }, caps), NOTHING);
  assert.deepEqual(pull(picture, start, { left: 7, top: 3 }, caps), { left: 7, top: 3, right: 100, bottom: 0 });
});

test("both sides can be pulled at once", () => {
  const start = { ...NOTHING, left: 40 };
  assert.deepEqual(pull(picture, start, { right: 60 }, caps, true), { ...NOTHING, left: 60, right: 60 });
});

test("a pull ends where the canvas would get too large, and other sides stay", () => {
  const tight = { pixels: 1_200_000, side: 20_000 };
  const start = { ...NOTHING, left: 50 };
  const pulled = pull(picture, start, { right: 5000 }, tight);
  assert.deepEqual(pulled, { ...NOTHING, left: 50, right: 250 });
  assert.ok(fits(picture, pulled, tight));
  assert.ok(!fits(picture, { ...pulled, right: 251 }, tight));
});

test("from a canvas at its limit one side can still be pulled in", () => {
  const tight = { pixels: 1_200_000, side: 20_000 };
  const full = { ...NOTHING, right: 300 };
  assert.deepEqual(pull(picture, full, { right: -10 }, tight), { ...NOTHING, right: 290 });
  assert.deepEqual(pull(picture, full, { top: 10 }, tight), full);
});

test("the longest side counts, too", () => {
  const short = { pixels: 64e6, side: 1500 };
  assert.deepEqual(largest(picture, NOTHING, { ...NOTHING, left: 9999 }, short), { ...NOTHING, left: 300 });
});

test("what is too large is said with the largest that fits, in the same proportions", () => {
  const tight = { pixels: 1_200_000, side: 20_000 };
  assert.match(roomSentence(picture, { ...NOTHING, right: 9000 }, tight), /10\u202f200 × 800 is too large/);
  assert.match(roomSentence(picture, { ...NOTHING, right: 9000 }, tight), /room for 300 pixels on the right\.$/);
  assert.match(
    roomSentence(picture, { left: 600, top: 400, right: 600, bottom: 400 }, tight),
    /room for 71 pixels on the left, 47 at the top, 71 on the right and 47 at the bottom\.$/,
  );
  assert.match(roomSentence(picture, { ...NOTHING, top: 1 }, { pixels: 960_000, side: 9999 }), /no room for more/);
});

test("the words tell the canvas and how much of it is new", () => {
  assert.deepEqual(sizeWords(picture, { ...NOTHING, right: 1200 }), { size: "2\u202f400 × 800", share: "50 % new" });
  assert.equal(sizeWords(picture, { ...NOTHING, right: 1 }).share, "under 1 % new");
  assert.equal(sizeWords(picture, NOTHING).share, "0 % new");
});
