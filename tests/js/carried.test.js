import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf, carry, carryPrompt, takeCarried } from "../../static/js/studio/carried.js";

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
  assert.deepEqual(takeCarried("/pictures/2/", tab), {});
  assert.equal(takeCarried("/pictures/1/", tab).prompt, "add mountains");
  assert.equal(takeCarried("/pictures/1/", tab).prompt, undefined);
});

test("blank words are not carried over others", () => {
  const tab = storage();
  carryPrompt("/pictures/1/", "  ", tab);
  assert.equal(takeCarried("/pictures/1/", tab).prompt, undefined);
});

test("a browser without storage carries nothing and breaks nothing", () => {
  const none = () => {
    throw new Error("denied");
  };
  carryPrompt("/pictures/1/", "words", none);
  assert.deepEqual(takeCarried("/pictures/1/", none), {});
});

test("a whole wish goes along with its mask, as painted or by where it lies", () => {
  const tab = storage();
  const asked = { prompt: "more light", model: "pro", n: 2, size: "" };
  carry("/pictures/1/", { asked, mask: `data:image/png;base64,${btoa("\x89PNG")}` }, tab);
  const taken = takeCarried("/pictures/1/", tab);
  assert.deepEqual(taken.asked, asked);
  assert.equal(taken.prompt, "more light");
  assert.deepEqual([...bytesOf(taken.mask ?? "")], [0x89, 80, 78, 71]);
  carry("/pictures/1/", { asked, mask: "/masks/5/" }, tab);
  assert.equal(takeCarried("/pictures/1/", tab).mask, "/masks/5/");
});

test("a browser without room says so", () => {
  const full = () => {
    throw new Error("quota");
  };
  assert.equal(carry("/pictures/1/", { prompt: "words" }, full), false);
});
