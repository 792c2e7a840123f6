import assert from "node:assert/strict";
import { test } from "node:test";

import { fillBox } from "../../static/js/studio/mask/raster.js";
import { MaskSheet } from "../../static/js/studio/mask/sheet.js";
import { TileMask } from "../../static/js/studio/mask/tiles.js";
import { Outlines } from "../../static/js/studio/outlines.js";
import { Selecting } from "../../static/js/studio/selecting.js";

/** @typedef {import("../../static/js/studio/mask/box.js").Box} Box */

/** @type {any} */ (globalThis).window = globalThis;
/** @type {any} */ (globalThis).document = { cookie: "", querySelector: () => ({ value: "token" }) };

const SIZE = { width: 600, height: 300 };
const OBJECT = { left: 20, top: 20, right: 80, bottom: 80 };
const CLOSER = { left: 20, top: 20, right: 70, bottom: 70 };
const ELSEWHERE = { left: 400, top: 100, right: 500, bottom: 200 };
const ROUGH = { box: OBJECT, known: { width: 1, height: 1, data: new Uint8Array([255]) } };

/** @param {Box} box */
function slotsOf(box) {
  const mask = new TileMask(SIZE.width, SIZE.height);
  mask.begin();
  fillBox(mask, box, false);
  mask.commit();
  return mask.slots;
}

/** A person at work, with pixels that answer when the test says so. */
function table() {
  const sheet = new MaskSheet(SIZE.width, SIZE.height);
  /** @type {Promise<void>} */
  let ready = Promise.resolve();
  const pixels = {
    snap: async () => {
      await ready;
      return { slots: slotsOf(OBJECT), found: ROUGH.known };
    },
    lay: async () => ({ slots: slotsOf(CLOSER) }),
    write: async () => new Blob([]),
  };
  const said = /** @type {any} */ ({ dataset: {} });
  const selecting = new Selecting(sheet, said, () => {});
  const outlines = new Outlines(sheet, /** @type {any} */ (pixels), selecting, "/outline/", () => {});
  /** Makes the pixels wait. @returns {() => void} lets them answer */
  const hold = () => {
    /** @type {() => void} */
    let answer = () => {};
    ready = new Promise((resolve) => (answer = resolve));
    return () => answer();
  };
  const paint = (/** @type {Box} */ box) => sheet.change((mask) => fillBox(mask, box, false));
  return { sheet, outlines, selecting, hold, paint, said };
}

test("a stroke painted while the edges are looked for stays when the outline is refined", async (t) => {
  t.mock.method(globalThis, "fetch", async () => new Response(new Uint8Array()));
  const { sheet, outlines, selecting, hold, paint } = table();
  const answer = hold();
  const done = outlines.select(ROUGH, "add", true);
  paint(ELSEWHERE);
  answer();
  await done;
  assert.equal(sheet.mask.at(75, 75), 0, "the closer outline came in");
  assert.equal(sheet.mask.at(50, 50), 255);
  assert.equal(sheet.mask.at(450, 150), 255, "the stroke is still there");
  selecting.say(null);
});

test("a stroke painted while the mask is snapped to edges is not taken away", async () => {
  const { sheet, outlines, selecting, hold, paint, said } = table();
  paint({ left: 10, top: 10, right: 90, bottom: 90 });
  const answer = hold();
  const done = outlines.snapPainted();
  paint(ELSEWHERE);
  answer();
  await done;
  assert.equal(sheet.mask.at(450, 150), 255);
  assert.match(said.textContent, /changed meanwhile/);
  selecting.say(null);
});
