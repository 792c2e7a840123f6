import assert from "node:assert/strict";
import { test } from "node:test";

import { freshKey, readAnswer } from "../../static/js/studio/sending.js";
import { BRUSH_OPTIONS, ToolSettings } from "../../static/js/studio/settings.js";

test("a queued job is a success, told once more too", () => {
  for (const status of [200, 201]) {
    const answer = readAnswer({ status, text: '{"job": "1", "strip": "<ul></ul>", "submit_key": "k"}' });
    assert.equal(answer.ok, true);
    assert.equal(answer.submit_key, "k");
  }
});

test("a refusal carries the server's own sentence and the new price", () => {
  const text = '{"error": "Too long.", "field": "prompt", "price_nano": 5}';
  const answer = readAnswer({ status: 422, text });
  assert.deepEqual([answer.ok, answer.error, answer.field, answer.price_nano], [false, "Too long.", "prompt", 5]);
});

test("a person learns what to do when no usable answer came", () => {
  assert.match(readAnswer({ status: 0, text: "" }).error ?? "", /nothing is paid twice/);
  assert.match(readAnswer({ status: 413, text: "<html>" }).error ?? "", /too large/);
  assert.match(readAnswer({ status: 403, text: "<html>" }).error ?? "", /logged out/);
  assert.match(readAnswer({ status: 200, text: "<html>login", redirected: true }).error ?? "", /logged out/);
  assert.match(readAnswer({ status: 502, text: "Bad gateway" }).error ?? "", /502/);
});

test("a page that says ok without a job is no success", () => {
  assert.equal(readAnswer({ status: 200, text: "{}" }).ok, false);
  assert.equal(readAnswer({ status: 200, text: "null" }).ok, false);
});

test("every wish gets a name of its own in the form of a UUID", () => {
  const keys = new Set(Array.from({ length: 50 }, freshKey));
  assert.equal(keys.size, 50);
  for (const key of keys) assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

class Shelf {
  /** @type {Map<string, string>} */
  #kept = new Map();

  /** @param {string} key */
  getItem(key) {
    return this.#kept.get(key) ?? null;
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    this.#kept.set(key, value);
  }
}

/**
 * @param {{width: number, height: number}} picture
 * @param {Pick<Storage, "getItem" | "setItem"> | null} shelf
 */
function brushOf(picture, shelf) {
  return new ToolSettings("brush", BRUSH_OPTIONS, picture, shelf);
}

test("the brush is remembered as a share of the picture", () => {
  const shelf = new Shelf();
  brushOf({ width: 4000, height: 3000 }, shelf).set({ size: 300, hardness: 0.4 });
  const next = brushOf({ width: 800, height: 600 }, shelf);
  assert.equal(next.size, 60);
  assert.equal(next.hardness, 0.4);
});

test("nonsense in the storage means the usual brush", () => {
  const usual = brushOf({ width: 800, height: 600 }, null);
  for (const nonsense of ["", "null", "[]", '{"share": -1, "hardness": 7}', "{"]) {
    const shelf = new Shelf();
    shelf.setItem("nanoedit.brush", nonsense);
    const brush = brushOf({ width: 800, height: 600 }, shelf);
    assert.deepEqual([brush.size, brush.hardness], [usual.size, usual.hardness]);
  }
});

test("the bracket keys always move the size, from one pixel to the largest", () => {
  const brush = brushOf({ width: 800, height: 600 }, null);
  brush.set({ size: 1 });
  let steps = 0;
  for (let last = 0; brush.size > last && steps < 200; steps++) {
    last = brush.size;
    brush.resize(1);
  }
  assert.equal(brush.size, brush.largest);
  assert.ok(steps < 100, `${steps} steps`);
  for (let i = 0; i < 200; i++) brush.resize(-1);
  assert.equal(brush.size, 1);
});

test("the slider and the size agree", () => {
  const brush = brushOf({ width: 6000, height: 4000 }, null);
  for (const size of [1, 7, 120, brush.largest]) {
    brush.set({ size });
    assert.ok(Math.abs(brush.at("size", brush.place("size")) - size) < 1e-6);
  }
});

test("an offer of what is there already is no success and keeps its links", () => {
  const already = { url: "/jobs/1/", thumb: "/pictures/1/thumb/", link: "Use it, free" };
  const text = JSON.stringify({ error: "You already have this result.", price_nano: 5, already });
  const answer = readAnswer({ status: 409, text });
  assert.equal(answer.ok, false);
  assert.deepEqual(answer.already, already);
});
