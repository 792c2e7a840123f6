import assert from "node:assert/strict";
import { test } from "node:test";

import { costWith, favoured, inOrder, isOffered, readHabits, used } from "../../static/js/studio/model-order.js";

/** @typedef {import("../../static/js/studio/types.js").Model} Model */

/**
 * @param {string} id
 * @param {Partial<Model>} [known]
 * @returns {Model}
 */
function model(id, known = {}) {
  return {
    id, name: id, description: "", sizes: ["auto"], prices: {}, price_nano: null, max_images: 4, max_references: 0,
    fixed_images: null, mask_support: "native", prompt_limit: null, usual: null, held_back: "", ...known,
  };
}

const CENT = 10_000_000;
const dear = model("Dear", { prices: { auto: 9 * CENT }, usual: { words: "", median: 3, p90: 5 } });
const cheap = model("Cheap", { prices: { auto: CENT }, usual: { words: "", median: 40, p90: 60 } });
const four = model("Always four", { prices: { auto: 2 * CENT }, fixed_images: 4 });
const unknown = model("Unknown");
const ALL = [unknown, dear, four, cheap];
const WISH = { count: 1, size: "auto" };
const NONE = readHabits(null);

/**
 * @param {Partial<import("../../static/js/studio/model-order.js").Habits>} habits
 * @param {{count: number, size: string}} [wish]
 */
function order(habits, wish = WISH) {
  return inOrder(ALL, { ...NONE, ...habits }, wish).map(({ name }) => name);
}

test("models come as the server lists them until somebody asks for another order", () => {
  assert.deepEqual(order({}), ["Unknown", "Dear", "Always four", "Cheap"]);
  assert.deepEqual(order({ order: "name" }), ["Always four", "Cheap", "Dear", "Unknown"]);
});

test("the price that counts is that of this wish, and an unknown one comes last", () => {
  assert.deepEqual(order({ order: "price" }), ["Cheap", "Always four", "Dear", "Unknown"]);
  assert.deepEqual(order({ order: "price" }, { count: 10, size: "auto" }), ["Cheap", "Always four", "Dear", "Unknown"]);
  assert.deepEqual(costWith(four, WISH), { unit: 2 * CENT, count: 4, cost: 8 * CENT });
  assert.deepEqual(costWith(dear, { count: 9, size: "auto" }), { unit: 9 * CENT, count: 4, cost: 36 * CENT });
  assert.equal(costWith(unknown, WISH).cost, null);
});

test("a size that a model does not have is asked for as its own first one", () => {
  const sized = model("Sized", { sizes: ["512x512", "1024x1024"], prices: { "512x512": CENT, "1024x1024": 4 * CENT } });
  assert.equal(costWith(sized, { count: 1, size: "1024x1024" }).cost, 4 * CENT);
  assert.equal(costWith(sized, { count: 1, size: "9x9" }).cost, CENT);
});

test("the fastest comes first by what was measured here, and what was not comes last", () => {
  assert.deepEqual(order({ order: "speed" }), ["Dear", "Cheap", "Unknown", "Always four"]);
});

test("favourites come first, then what was used lately, each in the order that was chosen", () => {
  const habits = { favourites: ["Dear", "Cheap"], recent: ["Always four", "Cheap"], order: /** @type {const} */ ("price") };
  assert.deepEqual(order(habits), ["Cheap", "Dear", "Always four", "Unknown"]);
});

test("a filter leaves what can do it, and a search what has every word", () => {
  const enforced = model("Redraw", { mask_support: "enforced", description: "fast and cheap" });
  const lends = model("Collage", { max_references: 3 });
  assert.equal(isOffered(enforced, { search: "", needs: ["mask"] }), false);
  assert.equal(isOffered(model("x", { mask_support: "required" }), { search: "", needs: ["mask"] }), true);
  assert.equal(isOffered(lends, { search: "", needs: ["mask", "references"] }), true);
  assert.equal(isOffered(enforced, { search: "", needs: ["references"] }), false);
  assert.equal(isOffered(enforced, { search: "cheap red", needs: [] }), true);
  assert.equal(isOffered(enforced, { search: "cheap blue", needs: [] }), false);
});

test("habits are kept, and nonsense in the storage is none", () => {
  let habits = favoured(used(used(NONE, "a"), "b"), "x");
  assert.deepEqual(readHabits(JSON.stringify(habits)), habits);
  assert.deepEqual(habits.recent, ["b", "a"]);
  habits = favoured(used(used(used(habits, "a"), "c"), "d"), "x");
  assert.deepEqual(habits, { favourites: [], recent: ["d", "c", "a"], order: "listed" });
  for (const nonsense of ["", "null", "[]", "{", '{"favourites": 7, "recent": [1, "a"], "order": "rude"}']) {
    const read = readHabits(nonsense);
    assert.deepEqual([read.favourites, read.order], [[], "listed"]);
  }
});
