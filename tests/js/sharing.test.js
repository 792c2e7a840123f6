/* Share links in the browser: passwords that can be read out, and the full-screen view's places. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { placeAfterKey, stepOfSwipe, within } from "../../static/js/shared/showing.js";
import { makePassword, SIGNS } from "../../static/js/shares/password.js";

test("a password has 80 random bits and no signs that look alike", () => {
  assert.equal(new Set(SIGNS).size, 32);
  assert.doesNotMatch(SIGNS, /[lo01]/);
  const rising = makePassword((bytes) => bytes.map((_, at) => at));
  assert.equal(rising, "abcd-efgh-ijkm-npqr");
  assert.match(makePassword((bytes) => bytes.fill(255)), /^9999-9999-9999-9999$/);
  const made = new Set(Array.from({ length: 50 }, () => makePassword((bytes) => crypto.getRandomValues(bytes))));
  assert.equal(made.size, 50);
});

test("arrow keys step through the pictures and stop at both ends", () => {
  assert.equal(placeAfterKey("ArrowRight", 0, 3), 1);
  assert.equal(placeAfterKey("ArrowRight", 2, 3), 2);
  assert.equal(placeAfterKey("ArrowLeft", 0, 3), 0);
  assert.equal(placeAfterKey("Home", 2, 3), 0);
  assert.equal(placeAfterKey("End", 0, 3), 2);
  assert.equal(placeAfterKey("x", 1, 3), 1);
  assert.equal(within(9, 1), 0);
});

test("a finger turns a page sideways, and neither by a tap nor by scrolling", () => {
  assert.equal(stepOfSwipe(-80, 10), 1);
  assert.equal(stepOfSwipe(80, -20), -1);
  assert.equal(stepOfSwipe(-20, 0), 0);
  assert.equal(stepOfSwipe(-80, 90), 0);
});
