import assert from "node:assert/strict";
import { test } from "node:test";

import { MaskSheet } from "../../static/js/studio/mask/sheet.js";
import { FULL } from "../../static/js/studio/mask/tiles.js";
import { Selecting } from "../../static/js/studio/selecting.js";

// Its timers are the page's.
Object.assign(globalThis, { window: globalThis });

/** A selection of one tile of four, and the status line that it speaks through. */
function desk() {
  const sheet = new MaskSheet(512, 512);
  const said = /** @type {HTMLElement} */ (/** @type {unknown} */ ({ hidden: true, textContent: "", dataset: {} }));
  return { sheet, said, selecting: new Selecting(sheet, said, () => {}) };
}

/**
 * @param {number} index of the tile that is found
 * @returns {import("../../static/js/studio/selecting.js").Found}
 */
function found(index) {
  const slots = [null, null, null, null].map((_, at) => (at === index ? FULL : null));
  return { slots, way: "add", done: "Selected", nothing: "All of that is selected already." };
}

test("what is found is one step, and its share is said", async () => {
  const { sheet, said, selecting } = desk();
  assert.equal(await selecting.run("Looking", async () => found(1)), true);
  assert.equal(said.textContent, "Selected 25\u00a0% of the picture.");
  assert.equal(sheet.history.length, 1);
  assert.equal(await selecting.run("Looking", async () => found(1)), false);
  assert.equal(said.textContent, "All of that is selected already.");
  selecting.say(null);
});

test("a second click takes the place of one that is still looked for", async () => {
  const { sheet, selecting } = desk();
  /** @type {(answer: import("../../static/js/studio/selecting.js").Found) => void} */
  let answer = () => {};
  let isAborted = false;
  const first = selecting.run("Looking", (signal) => {
    signal.addEventListener("abort", () => (isAborted = true));
    return new Promise((resolve) => (answer = resolve));
  });
  const second = selecting.run("Looking", async () => found(2));
  answer(found(0));
  assert.deepEqual(await Promise.all([first, second]), [false, true]);
  assert.ok(isAborted);
  assert.equal(sheet.mask.at(10, 10), 0);
  assert.equal(sheet.mask.at(10, 300), 255);
  selecting.say(null);
});

test("what fails is said, and loses nothing", async () => {
  const { sheet, said, selecting } = desk();
  await selecting.run("Looking", async () => found(0));
  const failing = selecting.run("Looking", async () => {
    throw new Error("The picture could not be fetched.");
  });
  assert.equal(await failing, false);
  assert.equal(said.textContent, "The picture could not be fetched.");
  assert.equal(said.dataset.kind, "problem");
  assert.equal(sheet.mask.at(10, 10), 255);
  assert.equal(selecting.isBusy, false);
  selecting.say(null);
});

test("what is given up never arrives", async () => {
  const { sheet, selecting } = desk();
  /** @type {(answer: import("../../static/js/studio/selecting.js").Found) => void} */
  let answer = () => {};
  const given = selecting.run("Looking", () => new Promise((resolve) => (answer = resolve)));
  assert.equal(selecting.isBusy, true);
  selecting.cancel();
  answer(found(0));
  assert.equal(await given, false);
  assert.equal(sheet.mask.isEmpty, true);
});
