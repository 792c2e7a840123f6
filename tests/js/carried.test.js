import assert from "node:assert/strict";
import { test } from "node:test";

import { carryPrompt, takePrompt } from "../../static/js/studio/carried.js";

/** @returns {() => Storage} */
function storage() {
  const map = new Map();
  const kept = {
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => map.set(key, value),
    getItem: (/** @type {string} */ key) => map.get(key) ?? null,
    removeItem: (/** @type {string} */ key) => map.delete(key),
  };
  return () => /** @type {Storage} */ (/** @type {unknown} */ (kept));
}

test("a prompt is taken once, at the address it was carried to", () => {
  const tab = storage();
  carryPrompt("/pictures/1/", "add mountains", tab);
  assert.equal(takePrompt("/pictures/2/", tab), null);
  assert.equal(takePrompt("/pictures/1/", tab), "add mountains");
  assert.equal(takePrompt("/pictures/1/", tab), null);
});

test("blank words are not carried over others", () => {
  const tab = storage();
  carryPrompt("/pictures/1/", "  ", tab);
  assert.equal(takePrompt("/pictures/1/", tab), null);
});

test("a browser without storage carries nothing and breaks nothing", () => {
  const none = () => {
    throw new Error("denied");
  };
  carryPrompt("/pictures/1/", "words", none);
  assert.equal(takePrompt("/pictures/1/", none), null);
});
