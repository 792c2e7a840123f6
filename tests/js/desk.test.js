/* Keys, place, prefetching and sending of the review desk. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Ahead } from "../../static/js/desk/ahead.js";
import { commandOf } from "../../static/js/desk/keymap.js";
import { Place } from "../../static/js/desk/place.js";
import { Refused, Sending } from "../../static/js/desk/sending.js";

const nowhere = { isTyping: false, takesArrows: false, isAsking: false };
const press = (/** @type {string} */ key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more });

test("keys ask for what they say, in whatever case", () => {
  assert.equal(commandOf(press("a"), nowhere), "approve");
  assert.equal(commandOf(press("A"), nowhere), "approve");
  assert.equal(commandOf(press("ArrowRight"), nowhere), "next");
  assert.equal(commandOf(press("?"), nowhere), "keys");
  assert.equal(commandOf(press("k"), nowhere), null, "that one compares");
});

test("keys mean nothing while somebody writes, is asked, or holds Ctrl", () => {
  assert.equal(commandOf(press("a"), { ...nowhere, isTyping: true }), null);
  assert.equal(commandOf(press("a"), { ...nowhere, isAsking: true }), null);
  assert.equal(commandOf(press("a", { ctrlKey: true }), nowhere), null);
});

test("arrows stay with what they move, letters do not", () => {
  const onSlider = { ...nowhere, takesArrows: true };
  assert.equal(commandOf(press("ArrowLeft"), onSlider), null);
  assert.equal(commandOf(press("r"), onSlider), "reject");
});

test("a key held down turns pages, and judges nothing twice", () => {
  assert.equal(commandOf(press("a", { repeat: true }), nowhere), null);
  assert.equal(commandOf(press("u", { repeat: true }), nowhere), null);
  assert.equal(commandOf(press("ArrowRight", { repeat: true }), nowhere), "next");
});

test("who judges stays at the same place of fewer, who passes over goes on", () => {
  const twelfth = new Place(12, 50, true);
  assert.equal(twelfth.words, "12 of 50 left");
  assert.equal(twelfth.afterJudging().words, "12 of 49 left");
  assert.equal(twelfth.afterSkipping().words, "13 of 50 left");
  assert.equal(new Place(1, 1000, true).words, "1 of 999+ left");
  const judged = new Place(12, 49, false);
  assert.equal(judged.words, "No longer in this lane · 49 left");
  assert.equal(judged.afterJudging().words, "12 of 49 left", "it was counted out before");
});

test("the next page is fetched once, and given without another request", async () => {
  /** @type {string[]} */
  const asked = [];
  const ahead = new Ahead(async (url) => {
    asked.push(url);
    return `page of ${url}`;
  });
  void ahead.want("/2/");
  void ahead.want("/2/");
  assert.equal(await ahead.take("/2/"), "page of /2/");
  assert.deepEqual(asked, ["/2/"]);
  await ahead.take("/2/");
  assert.deepEqual(asked, ["/2/", "/2/"], "what was taken is old by now");
});

test("a page that could not be fetched ahead is asked for again", async () => {
  let fails = true;
  const ahead = new Ahead(async (url) => {
    if (fails) throw new Error("away");
    return url;
  });
  await assert.rejects(/** @type {Promise<string>} */ (ahead.want("/2/")));
  fails = false;
  assert.equal(await ahead.take("/2/"), "/2/");
});

test("what was fetched before a verdict was refused is forgotten", async () => {
  let count = 0;
  const ahead = new Ahead(async () => String(++count));
  await ahead.want("/2/");
  ahead.forget();
  assert.equal(await ahead.take("/2/"), "2");
});

test("verdicts are sent in their order, one at a time, and a refused one stops no other", async () => {
  /** @type {string[]} */
  const log = [];
  const sending = new Sending(async (url) => {
    log.push(`begins ${url}`);
    await new Promise((go) => setTimeout(go, url === "/1/" ? 20 : 1));
    log.push(`ends ${url}`);
    return { ok: url !== "/2/", told: { said: `said of ${url}` } };
  });
  const body = new FormData();
  const answers = ["/1/", "/2/", "/3/"].map((url) => sending.send(url, body));
  assert.equal(sending.waiting, 3);
  answers[2].then(() => assert.equal(sending.waiting, 0), () => {});
  const [first, second, third] = await Promise.allSettled(answers);
  assert.deepEqual(log, ["begins /1/", "ends /1/", "begins /2/", "ends /2/", "begins /3/", "ends /3/"]);
  assert.equal(first.status, "fulfilled");
  assert.ok(second.status === "rejected" && second.reason instanceof Refused);
  assert.equal(second.reason.message, "said of /2/");
  assert.equal(third.status, "fulfilled");
  assert.equal(sending.waiting, 0);
});

test("who waits for all that was given also waits for what is given meanwhile", async () => {
  /** @type {string[]} */
  const kept = [];
  const sending = new Sending(async (url) => {
    await new Promise((go) => setTimeout(go, 5));
    kept.push(url);
    return { ok: url !== "/1/", told: { said: "" } };
  });
  await sending.done();
  const body = new FormData();
  sending.send("/1/", body).catch(() => sending.send("/2/", body));
  await sending.done();
  assert.deepEqual(kept, ["/1/", "/2/"]);
});
