import assert from "node:assert/strict";
import { test } from "node:test";

import { shareWords, writeDifference } from "../../static/js/studio/compare/difference.js";
import { pointInPane, shareInPane, sides, viewIn } from "../../static/js/studio/compare/panes.js";
import { KeptPictures } from "../../static/js/studio/variants/kept.js";
import { Steps } from "../../static/js/studio/variants/stepping.js";
import { inPlaceOf } from "../../static/js/studio/view.js";

/** @param {string[]} keys */
function steps(...keys) {
  const found = new Steps();
  found.take(keys);
  return found;
}

test("steps lead from the original through all results and hold at the ends", () => {
  const found = steps("a", "b");
  assert.equal(found.at(-1), null);
  assert.equal(found.at(1), "a");
  found.show("b");
  assert.deepEqual([found.place, found.count], [2, 2]);
  assert.equal(found.at(1), "b");
  assert.equal(found.at(-1), "a");
  assert.equal(found.at(-9), null);
});

test("a result that came meanwhile does not move what is looked at", () => {
  const found = steps("a", "b");
  found.show("b");
  found.take(["new", "a", "b"]);
  assert.equal(found.shown, "b");
  assert.equal(found.place, 3);
});

test("when the one shown is discarded, the next takes its place, then the one before, then the original", () => {
  const found = steps("a", "b", "c");
  found.show("b");
  found.take(["a", "c"]);
  assert.equal(found.shown, "c");
  found.take(["a"]);
  assert.equal(found.shown, "a");
  found.take([]);
  assert.equal(found.shown, null);
});

test("what is not in the strip cannot be shown", () => {
  const found = steps("a");
  assert.equal(found.show("b"), false);
  assert.equal(found.shown, null);
});

/** @param {string[]} log @param {string} key */
function picture(log, key) {
  return { close: () => void log.push(`close ${key}`), letGoOfFull: () => void log.push(`let go ${key}`) };
}

test("only so many pictures stay unpacked, and the one used longest ago goes", () => {
  /** @type {string[]} */
  const log = [];
  const kept = new KeptPictures(2);
  const a = kept.get("a", () => picture(log, "a"));
  kept.get("b", () => picture(log, "b"));
  assert.equal(kept.get("a", () => picture(log, "again")), a);
  kept.get("c", () => picture(log, "c"));
  assert.deepEqual(log, ["close b"]);
});

test("full rasters stay for what is in sight alone", () => {
  /** @type {string[]} */
  const log = [];
  const kept = new KeptPictures(3);
  for (const key of ["a", "b", "c"]) kept.get(key, () => picture(log, key));
  kept.keepFull(["b"]);
  assert.deepEqual(log, ["let go a", "let go c"]);
});

test("a result of another size lies over the picture, in the middle where its shape differs", () => {
  const view = { scale: 0.5, x: 10, y: 20 };
  const picture = { width: 400, height: 200 };
  assert.deepEqual(inPlaceOf(view, { width: 800, height: 400 }, picture), { scale: 0.25, x: 10, y: 20 });
  assert.deepEqual(inPlaceOf(view, { width: 200, height: 200 }, picture), { scale: 0.5, x: 60, y: 20 });
});

test("panes lie beside each other on a wide table and above each other on a high one", () => {
  assert.deepEqual(sides({ width: 202, height: 100 }).map(({ left, top }) => [left, top]), [[0, 0], [102, 0]]);
  assert.deepEqual(sides({ width: 100, height: 202 }).map(({ left, top }) => [left, top]), [[0, 0], [0, 102]]);
});

test("both panes show the same place, and a point in either means it", () => {
  const size = { width: 402, height: 300 };
  const view = { scale: 2, x: -30, y: 12 };
  for (const pane of sides(size)) {
    const inside = viewIn(view, pane, size);
    const point = { x: pane.left + 50, y: pane.top + 60 };
    const there = pointInPane(point, size);
    assert.equal((point.x - inside.x) / inside.scale, (there.x - view.x) / view.scale);
    assert.equal((point.y - inside.y) / inside.scale, (there.y - view.y) / view.scale);
  }
});

test("a wide picture is fitted smaller into half a table, a high one perhaps not", () => {
  const size = { width: 402, height: 100 };
  assert.equal(shareInPane({ width: 400, height: 100 }, size), 0.5);
  assert.equal(shareInPane({ width: 100, height: 100 }, size), 1);
});

/** @param {...number[]} pixels */
function rgba(...pixels) {
  return new Uint8ClampedArray(pixels.flat());
}

/** @param {Uint8ClampedArray} map @param {number} pixel */
function lightness(map, pixel) {
  const [red, green, blue] = map.slice(pixel * 4, pixel * 4 + 3);
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}

test("the map is dark and grey where nothing differs, and lighter the more does", () => {
  const grey = [120, 120, 120, 255];
  const before = rgba(grey, grey, grey, grey);
  const map = rgba(grey, [125, 120, 120, 255], [120, 160, 120, 255], [255, 0, 255, 255]);
  const share = writeDifference(before, map, 1);
  assert.equal(share, 0.75);
  assert.deepEqual([...map.slice(0, 3)], [26, 26, 26]);
  const lights = [1, 2, 3].map((pixel) => lightness(map, pixel));
  assert.ok(lights[0] < lights[1] && lights[1] < lights[2], lights.join());
});

test("differences can be made stronger, and one of transparency alone counts", () => {
  const before = rgba([100, 100, 100, 255], [0, 0, 0, 0], [9, 9, 9, 255]);
  const once = rgba([104, 100, 100, 255], [0, 0, 0, 0], [9, 9, 9, 0]);
  const often = once.slice();
  assert.equal(writeDifference(before, once, 1), 1);
  writeDifference(before, often, 32);
  assert.ok(lightness(often, 0) > lightness(once, 0) + 20);
  assert.deepEqual([...once.slice(4, 8)], [0, 0, 0, 0]);
});

test("the share is said in words", () => {
  assert.equal(shareWords(0), "Nothing in sight differs");
  assert.match(shareWords(0.0001), /^Under 0.1 %/);
  assert.match(shareWords(0.0213), /^2.1 %/);
  assert.match(shareWords(0.5), /^50 %/);
});
