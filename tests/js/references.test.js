import assert from "node:assert/strict";
import { test } from "node:test";

import { referenceWords } from "../../static/js/studio/references.js";

test("a person is told how many pictures may go along, and what for", () => {
  const words = referenceWords({ name: "Collage", max_references: 3 }, 0);
  assert.match(words, /^Collage takes up to 3 more pictures:/);
  assert.match(referenceWords({ name: "Pair", max_references: 1 }, 0), /up to 1 more picture:/);
});

test("chosen pictures have numbers to speak of", () => {
  assert.match(referenceWords({ name: "Collage", max_references: 3 }, 2), /Picture 1 is the one you edit/);
});

test("what another model does not take is said, and which ones stay behind", () => {
  assert.equal(referenceWords({ name: "Pair", max_references: 1 }, 2), "Pair takes 1: the last one is not sent.");
  assert.equal(referenceWords({ name: "Pair", max_references: 1 }, 3), "Pair takes 1: the last 2 are not sent.");
});
