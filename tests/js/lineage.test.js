import assert from "node:assert/strict";
import { test } from "node:test";

import { Folding, MOST_SIBLINGS, sumOf, wayTo } from "../../static/js/lineage/folding.js";
import { layOut, lineBetween } from "../../static/js/lineage/layout.js";
import { cardBeside } from "../../static/js/lineage/walking.js";

/** @typedef {import("../../static/js/lineage/layout.js").Card} Card */
/** @typedef {import("../../static/js/lineage/layout.js").Place} Place */

/**
 * Parents before children: "a", "a.1", "a.1.1", each named by its way.
 * @param {string[]} keys
 * @param {(key: string) => {width: number, height: number}} [size]
 * @returns {Card[]}
 */
function cards(keys, size = () => ({ width: 100, height: 80 })) {
  return keys.map((key) => ({ key, parent: key.includes(".") ? key.replace(/\.[^.]+$/, "") : null, ...size(key) }));
}

/** @param {string[]} keys */
function kin(keys) {
  return cards(keys).map(({ key, parent }) => ({ key, parent, nano: 10, inDoubt: false }));
}

/** A family by chance, the same each time. @param {number} seed */
function someFamily(seed) {
  const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  /** @type {string[]} */
  const keys = ["a"];
  for (let i = 1; i < 120; i++) {
    // Mostly from the newest ones, so that it gets deep as well as wide.
    const from = keys[Math.floor((chance() < 0.7 ? 1 - chance() * 0.2 : chance()) * (keys.length - 1))];
    keys.push(`${from}.${i}`);
  }
  keys.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return cards(keys, () => ({ width: 60 + Math.round(chance() * 140), height: 30 + Math.round(chance() * 200) }));
}

/** @param {Place} a @param {Place} b */
function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test("no two cards lie over each other, however the family has grown", () => {
  for (const seed of [3, 77, 4242, 90210, 123456]) {
    const { places, width, height } = layOut(someFamily(seed));
    const all = [...places.values()];
    assert.equal(all.length, 120);
    all.forEach((one, i) => {
      for (const other of all.slice(i + 1)) assert.ok(!overlap(one, other), `${seed}`);
      assert.ok(one.x >= 0 && one.y >= -1e-6, "nothing lies outside");
      assert.ok(one.x + one.width <= width && one.y + one.height <= height + 1e-6, "nothing lies outside");
    });
  }
});

test("every card lies right of what it comes from, with room for the line", () => {
  const family = someFamily(5);
  const { places } = layOut(family);
  for (const { key, parent } of family) {
    if (parent === null) continue;
    const [mine, its] = [places.get(key), places.get(parent)];
    assert.ok(mine && its && mine.x > its.x + its.width);
    assert.equal(mine.column, its.column + 1);
  }
});

test("what came first stands higher", () => {
  const { places } = layOut(cards(["a", "a.1", "a.1.1", "a.1.2", "a.2", "a.3", "a.3.1"]));
  const tops = ["a.1", "a.2", "a.3"].map((key) => places.get(key)?.y ?? 0);
  assert.deepEqual(tops, [...tops].sort((one, other) => one - other));
});

test("a parent stands in the middle of its children, and a chain is a straight line", () => {
  const { places, height } = layOut(cards(["a", "a.1", "a.2", "a.3"]));
  const y = (/** @type {string} */ key) => places.get(key)?.y ?? 0;
  assert.equal(y("a"), (y("a.1") + y("a.3")) / 2);
  assert.equal(height, y("a.3") + 80);
  const keys = ["a"];
  for (let i = 0; i < 60; i++) keys.push(`${keys[i]}.1`);
  const chain = layOut(cards(keys));
  assert.deepEqual(new Set([...chain.places.values()].map((place) => place.y)), new Set([0]));
  assert.equal(chain.height, 80);
});

test("a short branch slips in beside a deep one", () => {
  const deep = layOut(cards(["a", "a.1", "a.1.1", "a.1.1.1", "a.1.1.2", "a.1.1.3", "a.2"]));
  const y = (/** @type {string} */ key) => deep.places.get(key)?.y ?? 0;
  assert.ok(y("a.2") <= y("a.1.1.3"), "it does not wait for the end of the other's leaves");
});

test("a family of one picture has a place too, and none is no error", () => {
  assert.equal(layOut(cards(["a"])).places.get("a")?.y, 0);
  assert.equal(layOut([]).places.size, 0);
});

test("a line goes from the right edge to the left one", () => {
  const place = { width: 100, height: 80, column: 0 };
  assert.match(lineBetween({ ...place, x: 0, y: 0 }, { ...place, x: 136, y: 100 }), /^M100 40C118 40 118 140 136 140$/);
});

const wide = ["a", ...Array.from({ length: 8 }, (_, i) => `a.${i + 1}`), "a.2.1", "a.2.1.1"];

test("more siblings than a few lie in a stack but for three", () => {
  const { seen, stacks } = new Folding(kin(wide), "a").now();
  assert.deepEqual([...seen].filter((key) => /^a\.\d$/.test(key)), ["a.2", "a.7", "a.8"], "what goes on, and the newest");
  assert.deepEqual(stacks.get("a")?.kin.map(({ key }) => key), ["a.1", "a.3", "a.4", "a.5", "a.6"]);
  assert.ok(seen.has("a.2.1.1"), "what goes on is seen whole");
  const few = new Folding(kin(wide.slice(0, MOST_SIBLINGS + 1)), "a").now();
  assert.equal(few.stacks.size, 0);
});

test("the way to the picture that one came from is never folded away by itself", () => {
  const { seen } = new Folding(kin(wide), "a.4").now();
  assert.ok(seen.has("a.4"));
});

test("siblings are folded and unfolded at will, with all that hangs on them", () => {
  const folding = new Folding(kin(["a", "a.1", "a.1.1", "a.2"]), "a");
  folding.fold("a", true);
  const folded = folding.now();
  assert.deepEqual([...folded.seen], ["a"]);
  assert.deepEqual(folded.stacks.get("a")?.kin.map(({ key }) => key), ["a.1", "a.2"]);
  folding.fold("a", false);
  assert.deepEqual([...folding.now().seen], ["a", "a.1", "a.1.1", "a.2"]);
  folding.fold("a.1", true);
  assert.equal(folding.isFolded("a.1"), false, "one alone is no stack");
});

test("a card in a stack in a stack is shown when it is asked for", () => {
  const folding = new Folding(kin([...wide, "a.1.1", "a.1.2", "a.1.2.1"]), "a");
  folding.fold("a.1", true);
  assert.ok(!folding.now().seen.has("a.1.2.1"));
  folding.show("a.1.2.1");
  assert.ok(folding.now().seen.has("a.1.2.1"));
});

test("the way leads from a card to the first one, and from nowhere nowhere", () => {
  assert.deepEqual(wayTo(kin(wide), "a.2.1"), ["a.2.1", "a.2", "a"]);
  assert.deepEqual(wayTo(kin(wide), "nobody"), []);
});

test("a stack says what all in it cost, and when nobody knows", () => {
  const [one, other] = kin(["a.1", "a.2"]);
  assert.deepEqual(sumOf([one, other]), { nano: 20, inDoubt: false });
  assert.deepEqual(sumOf([one, { ...other, inDoubt: true }]), { nano: 20, inDoubt: true });
});

test("arrows go along the lines and up and down across branches, and stop at the ends", () => {
  const family = cards(["a", "a.1", "a.1.1", "a.1.2", "a.2", "a.2.1"]);
  const { places } = layOut(family);
  const parents = new Map(family.map(({ key, parent }) => [key, parent]));
  const go = (/** @type {string} */ from, /** @type {string} */ arrow) =>
    cardBeside(places, (key) => parents.get(key) ?? null, from, arrow);
  assert.equal(go("a.2", "ArrowLeft"), "a");
  assert.equal(go("a", "ArrowLeft"), "a");
  assert.equal(go("a.2", "ArrowRight"), "a.2.1");
  assert.equal(go("a.2.1", "ArrowRight"), "a.2.1");
  assert.equal(go("a.1.2", "ArrowDown"), "a.2.1");
  assert.equal(go("a.1.2", "ArrowUp"), "a.1.1");
  assert.equal(go("a.1.1", "ArrowUp"), "a.1.1");
  assert.equal(go("a.2.1", "Home"), "a");
  assert.equal(go("nobody", "ArrowUp"), "nobody");
});
