import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { bindingsFor } from "../../static/js/studio/chords.js";
import { rowsOf } from "../../static/js/viewer/help.js";
import { KEYMAP } from "../../static/js/viewer/keymap.js";
import { cameFromHere } from "../../static/js/viewer/turning.js";
import { fittedScale, settled, steppedZoom, swipeMeaning } from "../../static/js/viewer/zooming.js";

const PICTURE = { width: 4000, height: 3000 };
const TABLE = { width: 1000, height: 600 };
const PHONE = { width: 390, height: 640 };

test("a large picture is fitted whole, a small one is not blown up beyond three pixels for one", () => {
  assert.equal(fittedScale(PICTURE, TABLE, 1), 0.2);
  assert.equal(fittedScale({ width: 64, height: 64 }, TABLE, 1), 3);
  assert.equal(fittedScale({ width: 64, height: 64 }, TABLE, 2), 1.5);
});

test("plus and minus pass through 100 % and the fitted size, and end at the whole picture", () => {
  const up = [0.2];
  while (up.length < 6) up.push(steppedZoom(/** @type {number} */ (up.at(-1)), 1, 0.2));
  assert.deepEqual(up, [0.2, 0.3, 0.5, 0.7, 1, 1.5]);
  assert.equal(steppedZoom(0.995, 1, 0.27), 1.5, "what is 100 % but for a rounding goes on");
  assert.equal(steppedZoom(0.3, -1, 0.27), 0.27);
  assert.equal(steppedZoom(0.27, -1, 0.27), 0.27);
  assert.equal(steppedZoom(3, -1, 3), 2, "a small picture may be seen at its own size");
  assert.equal(steppedZoom(1, -1, 3), 1);
  assert.equal(steppedZoom(32, 1, 0.2), 32);
});

test("a zoomed picture fills the table, and stays in the middle along a side that has room", () => {
  const scale = 0.25;
  assert.deepEqual(settled({ scale, x: 500, y: -900 }, PICTURE, TABLE), { scale, x: 0, y: -150 });
  assert.deepEqual(settled({ scale, x: -5, y: -20 }, PICTURE, TABLE), { scale, x: 0, y: -20 });
  assert.deepEqual(settled({ scale: 0.1, x: 7, y: 7 }, PICTURE, TABLE), { scale: 0.1, x: 300, y: 150 });
});

test("in two panes the edge of the picture comes as far as the edge of a pane", () => {
  const pane = { width: 499, height: 600 };
  const { x } = settled({ scale: 1, x: 10_000, y: 0 }, PICTURE, TABLE, pane);
  assert.equal(x, 250.5);
  assert.equal(settled({ scale: 1, x: -10_000, y: 0 }, PICTURE, TABLE, pane).x, 250.5 + 499 - 4000);
});

test("a swipe that goes far or fast turns the page, one that only trembles does not", () => {
  const slow = { dx: -60, dy: 5, milliseconds: 400 };
  assert.equal(swipeMeaning(slow, PHONE), null);
  assert.equal(swipeMeaning({ ...slow, dx: -140 }, PHONE), "next");
  assert.equal(swipeMeaning({ ...slow, dx: 140 }, PHONE), "previous");
  assert.equal(swipeMeaning({ ...slow, milliseconds: 80 }, PHONE), "next");
  assert.equal(swipeMeaning({ dx: -10, dy: 2, milliseconds: 10 }, PHONE), null, "a tap");
});

test("down closes, up means nothing, and so does a slanting move", () => {
  assert.equal(swipeMeaning({ dx: 10, dy: 150, milliseconds: 300 }, PHONE), "close");
  assert.equal(swipeMeaning({ dx: 10, dy: -150, milliseconds: 300 }, PHONE), null);
  assert.equal(swipeMeaning({ dx: 100, dy: 100, milliseconds: 100 }, PHONE), null);
});

test("every key of the viewer means one thing", () => {
  for (const { command, keys } of KEYMAP) {
    for (const key of keys.filter((name) => name.length === 1)) {
      const press = { key, code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
      assert.deepEqual(bindingsFor(press, KEYMAP).map((found) => found.command), [command], key);
    }
  }
});

test("the key list says every command once", () => {
  const groups = [...new Set(KEYMAP.map(({ group }) => group))];
  const labels = groups.flatMap((group) => rowsOf(group).map(({ label }) => label));
  assert.deepEqual(labels.toSorted(), [...new Set(KEYMAP.map(({ label }) => label))].toSorted());
});

test("closing goes back only to a page of this server that is no login", () => {
  const here = "https://edit.example";
  assert.ok(cameFromHere(`${here}/gallery/?q=lamp`, here));
  assert.ok(!cameFromHere("", here));
  assert.ok(!cameFromHere("https://elsewhere.example/gallery/", here));
  assert.ok(!cameFromHere(`${here}/login/?next=/pictures/1/view/`, here));
});

test("the viewer's modules stay small", () => {
  const folder = fileURLToPath(new URL("../../static/js/viewer/", import.meta.url));
  for (const name of readdirSync(folder)) {
    assert.ok(readFileSync(folder + name, "utf8").split("\n").length <= 400, name);
  }
});
