import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName, sizeOf } from "../../static/js/download.js";

test("a file is called after its picture, and ends as others expect", () => {
  assert.equal(fileName("v1.2 (edited)", "jpeg"), "v1.2 (edited).jpg");
  assert.equal(fileName("garden", "avif"), "garden.avif");
});

test("a small file's size is not rounded away", () => {
  assert.equal(sizeOf(143_200), "143 kB");
  assert.equal(sizeOf(12), "1 kB");
  assert.equal(sizeOf(3_420_000), "3.4 MB");
});
