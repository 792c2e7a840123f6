/** Putting a collection in order, and marks by keys. */

import assert from "node:assert/strict";
import test from "node:test";

import { landing } from "../../static/js/arranging.js";
import { markOf } from "../../static/js/marking.js";

/** Two rows: three pictures above, two below. */
const PLACES = [
  [0, 0],
  [110, 0],
  [220, 0],
  [0, 120],
  [110, 120],
].map(([left, top]) => ({ left, top, right: left + 100, bottom: top + 100 }));

test("a picture lands before the one whose first half it is held over, else after it", () => {
  assert.deepEqual(landing(PLACES, { x: 130, y: 50 }), { index: 1, after: false });
  assert.deepEqual(landing(PLACES, { x: 190, y: 50 }), { index: 1, after: true });
});

test("beside the end of a row the last one of that row is meant, not one below it", () => {
  assert.deepEqual(landing(PLACES, { x: 500, y: 90 }), { index: 2, after: true });
  assert.deepEqual(landing(PLACES, { x: 500, y: 130 }), { index: 4, after: true });
});

test("among no pictures there is no place to land", () => {
  assert.equal(landing([], { x: 1, y: 1 }), null);
});

const KEY = {
  key: "",
  code: "",
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
};

test("H is the heart, Shift with a digit so many stars, on any keyboard", () => {
  assert.equal(markOf({ ...KEY, key: "h", code: "KeyH" }), "h");
  assert.equal(markOf({ ...KEY, key: "!", code: "Digit1", shiftKey: true }), "1");
  assert.equal(markOf({ ...KEY, key: '"', code: "Digit2", shiftKey: true }), "2");
  assert.equal(markOf({ ...KEY, key: "=", code: "Digit0", shiftKey: true }), "0");
});

test("digits alone zoom, and keys of the browser stay its own", () => {
  assert.equal(markOf({ ...KEY, key: "1", code: "Digit1" }), null);
  assert.equal(markOf({ ...KEY, key: "^", code: "Digit6", shiftKey: true }), null);
  assert.equal(markOf({ ...KEY, key: "h", code: "KeyH", ctrlKey: true }), null);
  assert.equal(markOf({ ...KEY, key: "h", code: "KeyH", repeat: true }), null);
});
