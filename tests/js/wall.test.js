import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { countNew, newEdits } from "../../static/js/wall/arrivals.js";
import { MOST_GROWTH, between, justify, ratioOf, rowsOf } from "../../static/js/wall/justify.js";
import { WallModel } from "../../static/js/wall/model.js";
import { Selection } from "../../static/js/wall/selection.js";

const measures = { width: 1000, row: 200, gap: 10, rowGap: 12, caption: 40, head: 44, dayGap: 20, columns: 0 };
const many = Array.from({ length: 200 }, (_, index) => [1.5, 0.65, 1, 3.2, 0.5, 1.8][(index * 7) % 6]);

test("each full row reaches from edge to edge, and its pictures are equally high", () => {
  const { boxes, rows } = justify([{ ratios: many, titled: false }], measures);
  for (const row of rows.slice(0, -1)) {
    const inRow = boxes.slice(row.first, row.last);
    const last = inRow[inRow.length - 1];
    const right = last.left + last.width;
    assert.ok(Math.abs(right - 1000) < 0.01 || inRow[0].height - 40 === 200 * MOST_GROWTH, `${right}`);
    assert.equal(new Set(inRow.map(({ height }) => height)).size, 1);
    assert.ok(inRow[0].height - 40 >= 200 - 0.01);
  }
});

test("pictures keep their shape, their order and their distance", () => {
  const { boxes } = justify([{ ratios: many, titled: false }], measures);
  boxes.forEach((box, index) => assert.ok(Math.abs(box.width / (box.height - 40) - many[index]) < 1e-9));
  boxes.slice(1).forEach((box, index) => {
    const before = boxes[index];
    const follows = box.top === before.top ? Math.abs(box.left - before.left - before.width - 10) < 1e-9 : box.left === 0;
    assert.ok(follows && box.top >= before.top);
  });
});

test("a last row that is not full stays at its least height", () => {
  assert.deepEqual(rowsOf([1, 1], measures), [{ first: 0, last: 2, height: 200 }]);
});

test("a picture that would not fit by itself becomes as wide as the wall", () => {
  const [row] = rowsOf([3.2], { ...measures, width: 320 });
  assert.equal(row.height, 100);
});

test("what comes later moves nothing but the last row", () => {
  const before = justify([{ ratios: many.slice(0, 100), titled: true }], measures);
  const after = justify([{ ratios: many, titled: true }], measures);
  const fixed = before.rows.at(-1)?.first ?? 0;
  assert.ok(fixed > 80);
  assert.deepEqual(after.boxes.slice(0, fixed), before.boxes.slice(0, fixed));
});

test("days stand below each other, each under its header", () => {
  const { days, boxes, height } = justify([{ ratios: [1], titled: true }, { ratios: [1, 1], titled: true }], measures);
  assert.equal(boxes[0].top, 44);
  assert.equal(days[1].top, 44 + 240 + 20);
  assert.equal(boxes[1].top, days[1].top + 44);
  assert.equal(height, days[1].top + 44 + 240);
});

test("on a phone pictures are squares in columns", () => {
  const { boxes } = justify([{ ratios: [3, 0.5, 1], titled: false }], { ...measures, width: 210, columns: 2 });
  assert.deepEqual(boxes.map(({ left, width }) => [left, width]), [[0, 100], [110, 100], [0, 100]]);
});

test("an empty wall has no height", () => {
  assert.equal(justify([], measures).height, 0);
  assert.deepEqual(between([], 0, 1000), [0, 0]);
});

test("only rows that touch the screen are drawn", () => {
  const { rows, boxes } = justify([{ ratios: many, titled: true }], measures);
  const [first, last] = between(rows, 1000, 2000);
  boxes.forEach((box, index) => {
    const touches = box.top < 2000 && box.top + box.height > 1000;
    assert.equal(index >= first && index < last, touches);
  });
  assert.deepEqual(between(rows, -500, -10), [0, 0]);
  assert.deepEqual(between(rows, 1e9, 2e9), [200, 200]);
});

test("shapes are understood as the stylesheet understands them", () => {
  const css = readFileSync(new URL("../../static/css/walls.css", import.meta.url), "utf8");
  const rules = [...css.matchAll(/\[data-ratio="(\d+)"\][^{]*\{\s*--ratio: ([\d.]+);/g)];
  assert.ok(rules.length > 50);
  for (const [, twentieths, ratio] of rules) assert.equal(ratioOf(twentieths), Number(ratio), twentieths);
  assert.equal(ratioOf("64"), 3.2);
  assert.equal(ratioOf("999"), 3.2);
  assert.equal(ratioOf(undefined), 1);
});

test("every module of the wall is preloaded", () => {
  const preload = readFileSync(new URL("../../templates/editor/_gallery_preload.html", import.meta.url), "utf8");
  const modules = readdirSync(new URL("../../static/js/wall/", import.meta.url)).filter((name) => name.endsWith(".js"));
  for (const name of modules.filter((each) => each !== "main.js")) assert.ok(preload.includes(`js/wall/${name}`), name);
});

const order = ["a", "b", "c", "d", "e", "f"];
const chosen = (/** @type {Selection} */ selection) => order.filter((id) => selection.has(id)).join("");

test("Shift selects everything from the last press to this one, either way", () => {
  const selection = new Selection();
  selection.toggle("c");
  selection.extend(order, "e");
  assert.equal(chosen(selection), "cde");
  selection.extend(order, "a");
  assert.equal(chosen(selection), "abc");
});

test("a range adds to what was selected before, and shrinks back to it", () => {
  const selection = new Selection();
  selection.toggle("a");
  selection.toggle("d");
  selection.extend(order, "f");
  assert.equal(chosen(selection), "adef");
  selection.extend(order, "d");
  assert.equal(chosen(selection), "ad");
});

test("without a press before, a range begins where the keyboard is", () => {
  const selection = new Selection();
  selection.extend(order, "c", "b");
  assert.equal(chosen(selection), "bc");
});

test("the whole finding holds what is not loaded, but for the exceptions", () => {
  const selection = new Selection();
  selection.selectWhole(2000);
  assert.equal(selection.size, 2000);
  selection.toggle("b");
  assert.equal(selection.size, 1999);
  assert.equal(selection.has("b"), false);
  assert.equal(selection.has("never loaded"), true);
  assert.deepEqual(selection.marked, ["b"]);
  selection.toggle("b");
  assert.equal(selection.size, 2000);
  selection.clear();
  assert.equal(selection.size, 0);
  assert.equal(selection.has("a"), false);
});

test("what has left the wall is not selected any more, and listeners are told", () => {
  const selection = new Selection();
  let told = 0;
  selection.onChange(() => {
    told += 1;
  });
  selection.set(["a", "b"], true);
  selection.forget(["a"]);
  assert.deepEqual(selection.marked, ["b"]);
  selection.forget(["b"]);
  assert.equal(selection.size, 0);
  assert.equal(told, 3);
});

const found = (/** @type {string} */ ids, day = "2026-11-30") => [...ids].map((id) => ({ id, ratio: 1.5, day }));

/** A wall of two pages. */
function twoPages() {
  const model = new WallModel();
  model.pages.push("/gallery/");
  model.merge(0, found("abc"), "/gallery/?after=c");
  model.pages.push("/gallery/?after=c");
  model.merge(1, [...found("d"), ...found("ef", "2026-11-29")], "/gallery/?after=f");
  return model;
}

test("pages follow each other, and a day that spans two of them is one", () => {
  const model = twoPages();
  assert.equal(model.ids.join(""), "abcdef");
  assert.deepEqual(model.days.map(({ ratios }) => ratios.length), [4, 2]);
  assert.equal(model.next, "/gallery/?after=f");
});

test("a page that is asked for again changes what it holds and nothing else", () => {
  const model = twoPages();
  assert.deepEqual(model.merge(0, found("nabc"), "/gallery/?after=b"), []);
  assert.equal(model.ids.join(""), "nabcdef");
  assert.equal(model.next, "/gallery/?after=f");
  assert.deepEqual(model.merge(0, found("nacd"), "/gallery/?after=d"), ["b"]);
  assert.equal(model.ids.join(""), "nacdef");
  assert.deepEqual(model.ids.map((id) => model.indexOf(id)), [0, 1, 2, 3, 4, 5]);
});

test("what was thrown away and brought back stands where it stood", () => {
  const model = twoPages();
  model.remove(["b", "e"]);
  assert.equal(model.ids.join(""), "acdf");
  model.merge(0, found("abc"), "/gallery/?after=c");
  model.merge(1, [...found("d"), ...found("ef", "2026-11-29")], null);
  assert.equal(model.ids.join(""), "abcdef");
  assert.equal(model.next, null);
});

test("the numbers kept with the history make the same wall again", () => {
  const model = twoPages();
  const again = WallModel.from(JSON.parse(JSON.stringify(model.keep())));
  assert.deepEqual(again, model);
});

test("a day that stood on the wall and is empty now is gone", () => {
  const model = twoPages();
  model.remove(["e", "f"]);
  assert.equal(model.days.length, 1);
});

test("new is what stands on top and was not known, however much older has moved up", () => {
  const known = new Set(["c", "d", "e"]);
  const isKnown = (/** @type {string} */ id) => known.has(id);
  assert.equal(countNew(["a", "b", "c", "d"], isKnown), 2);
  assert.equal(countNew(["c", "d", "f"], isKnown), 0);
  assert.equal(countNew(["a"], isKnown), 1);
  assert.equal(countNew([], isKnown), 0);
  assert.deepEqual([1, 3].map(newEdits), ["1 new edit", "3 new edits"]);
});
