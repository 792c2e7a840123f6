import assert from "node:assert/strict";
import { test } from "node:test";

import { fresh, standing } from "../../static/js/notices.js";

/** @param {string} id */
const notice = (id) => ({ id, text: `Done: ${id}`, url: `/jobs/${id}/` });

test("each notice is told once, however often it is asked for", () => {
  const first = fresh([notice("b"), notice("a")], []);
  assert.deepEqual(first.news.map(({ id }) => id), ["b", "a"]);
  const second = fresh([notice("c"), notice("b"), notice("a")], first.seen);
  assert.deepEqual(second.news.map(({ id }) => id), ["c"]);
  assert.deepEqual(fresh([notice("c"), notice("b")], second.seen).news, []);
});

test("what was told is not remembered for ever", () => {
  const many = Array.from({ length: 200 }, (_, i) => notice(String(i)));
  assert.equal(fresh(many, []).seen.length, 60);
});

test("nothing is told without the permission of the browser and the switch", () => {
  assert.equal(standing(undefined, true), "cannot");
  assert.equal(standing("denied", true), "denied");
  assert.equal(standing("default", true), "off");
  assert.equal(standing("granted", false), "off");
  assert.equal(standing("granted", true), "on");
});
