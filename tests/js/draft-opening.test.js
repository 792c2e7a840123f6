import assert from "node:assert/strict";
import { test } from "node:test";

import { Desk } from "../../static/js/studio/draft/desk.js";
import { Drafts } from "../../static/js/studio/draft/drafts.js";
import { fillBox } from "../../static/js/studio/mask/raster.js";
import { MaskSheet } from "../../static/js/studio/mask/sheet.js";
import { TileMask } from "../../static/js/studio/mask/tiles.js";

const SIZE = { width: 600, height: 300 };
const THERE = { left: 10, top: 10, right: 90, bottom: 90 };
const NEW = { left: 300, top: 100, right: 500, bottom: 200 };

function element() {
  return {
    dataset: {}, style: {}, addEventListener: () => {}, querySelector: () => element(), replaceChildren: () => {},
    textContent: "", value: "token", hidden: true,
  };
}

/** Somebody opens a picture whose draft, with strokes, is on its way from the server. */
function opening() {
  Object.assign(globalThis, {
    window: { setTimeout, addEventListener: () => {} },
    document: { addEventListener: () => {}, querySelector: () => element(), hidden: false },
  });
  const wish = { prompt: "a lamp", model: "m", n: 1, size: "", frame: { choice: "auto", context: 50, box: null }, references: [] };
  const sheet = new MaskSheet(SIZE.width, SIZE.height);
  const strokes = new TileMask(SIZE.width, SIZE.height);
  strokes.begin();
  fillBox(strokes, THERE, false);
  strokes.commit();
  /** @type {(value: unknown) => void} */
  let arrive = () => {};
  const coming = new Promise((resolve) => (arrive = resolve));
  const asked = structuredClone(wish);
  const shown = { isBusy: false, views: 0, tools: 0 };
  const studio = {
    sheet, isOpen: false, input: shown, onChange: () => {}, tools: { name: "brush" },
    stage: { isFitted: true, view: { scale: 1, x: 0, y: 0 }, size: SIZE, show: () => shown.views++ },
    putMask: (/** @type {any} */ { slots }) =>
      sheet.change((mask) => slots.forEach((/** @type {any} */ slot, /** @type {number} */ i) => mask.put(i, slot))),
  };
  const form = {
    prompt: element(), onRefresh: () => {}, complain: () => {},
    files: { prepare: () => {}, read: async () => (await coming, strokes), write: async () => new Blob(["png"]) },
  };
  const commands = { brush: { run: () => shown.tools++ } };
  const desk = new Desk(/** @type {any} */ ({ element: null, studio, form, frame: null, references: null, commands }));
  desk.asked = () => /** @type {any} */ (structuredClone(asked));
  const told = {
    id: "row", revision: "r1", mask_id: "strokes", view: { x: 5, y: 5, scale: 2, tool: "brush" }, device: "Phone",
    changed_at: "2026-11-30T02:00:00Z", wish: { ...wish, mask_url: "/strokes/" },
  };
  const data = { draft: { owner: "1", draft: told, aside: [] }, picture: { id: "p" }, urls: { draft: "/draft/" }, wish: told.wish };
  const page = { bar: element(), state: element(), menu: element(), token: element() };
  const drafts = new Drafts(
    desk, /** @type {any} */ (data), /** @type {any} */ ({ kept: null, told, verdict: "server" }),
    /** @type {any} */ ({ write: async () => true }), /** @type {any} */ (page),
  );
  return { drafts, sheet, asked, arrive, shown };
}

/** @param {import("node:test").TestContext} t */
function server(t) {
  /** @type {FormData[]} */
  const sent = [];
  t.mock.method(globalThis, "fetch", async (/** @type {string} */ _, /** @type {RequestInit} */ { body }) => {
    const form = /** @type {FormData} */ (body);
    sent.push(form);
    return Response.json({ saved: { revision: form.get("revision"), mask_id: "new" }, aside: [] });
  });
  return sent;
}

test("a stroke that is being painted while the draft arrives is saved with it", async (t) => {
  const sent = server(t);
  const { drafts, sheet, arrive, shown } = opening();
  const begun = drafts.begin();
  sheet.mask.begin();
  fillBox(sheet.mask, NEW, false);

  arrive(null);
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(sheet.mask.at(50, 50), 0, "the strokes wait for the hand");
  sheet.keep(sheet.mask.commit());
  await begun;
  assert.equal(sheet.mask.at(50, 50) + sheet.mask.at(400, 150), 510, "both lie there");
  assert.equal(shown.views, 0, "the view stays where the hand is");
  await drafts.keep();
  assert.equal(sent.length, 1);
  assert.ok(sent[0].get("mask"), "the new strokes go along");
  assert.equal(sent[0].get("kept_mask"), null);
});

test("another model chosen while the draft arrives is saved", async (t) => {
  const sent = server(t);
  const { drafts, asked, arrive } = opening();
  const begun = drafts.begin();
  asked.model = "pro";
  arrive(null);
  await begun;
  await drafts.keep();
  assert.equal(sent[0]?.get("model"), "pro");
});

test("a draft that nobody touched is shown where it was left, and not saved again", async (t) => {
  const sent = server(t);
  const { drafts, arrive, shown } = opening();
  arrive(null);
  await drafts.begin();
  assert.equal(shown.views, 1);
  assert.equal(await drafts.keep(), true);
  assert.deepEqual(sent, []);
});
