import assert from "node:assert/strict";
import { test } from "node:test";

import { KEYMAP, bindingFor, bindingOf } from "../../static/js/studio/keymap.js";
import { WheelReader } from "../../static/js/studio/wheel.js";

/**
 * @param {string} key
 * @param {Partial<import("../../static/js/studio/keymap.js").Press>} [more]
 */
function press(key, more = {}) {
  const plain = { key, code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  return bindingFor({ ...plain, ...more })?.command;
}

test("letters mean tools, with or without caps lock, but not with Ctrl", () => {
  assert.equal(press("b"), "brush");
  assert.equal(press("B"), "brush");
  assert.equal(press("e"), "eraser");
  assert.equal(press("m"), "rectangle");
  assert.equal(press("b", { ctrlKey: true }), undefined);
  assert.equal(press("b", { altKey: true }), undefined);
});

test("Shift and Ctrl tell commands on one letter apart", () => {
  assert.equal(press("v"), "overlay");
  assert.equal(press("V", { shiftKey: true }), "invert");
  assert.equal(press("z", { ctrlKey: true }), "undo");
  assert.equal(press("Z", { ctrlKey: true, shiftKey: true }), "redo");
  assert.equal(press("z", { metaKey: true }), "undo");
});

test("symbols count by what they write, whatever it takes to type them", () => {
  assert.equal(press("["), "smaller");
  assert.equal(press("{", { shiftKey: true }), "softer");
  assert.equal(press("?", { shiftKey: true }), "help");
  assert.equal(press("+", { shiftKey: true }), "zoom-in");
  assert.equal(press("[", { ctrlKey: true }), "much-smaller");
});

test("keyboards without brackets have them at the same place", () => {
  assert.equal(press("ü", { code: "BracketLeft" }), "smaller");
  assert.equal(press("Ü", { code: "BracketLeft", shiftKey: true }), "softer");
  assert.equal(press("#", { code: "Backslash" }), "original");
  assert.equal(press("ü", { code: "BracketLeft", ctrlKey: true }), "much-smaller");
});

test("only sending works while a text is written", () => {
  const anywhere = KEYMAP.filter((binding) => binding.anywhere).map(({ command }) => command);
  assert.deepEqual(anywhere, ["submit", "submit-first"]);
  assert.equal(press("Enter", { ctrlKey: true, shiftKey: true }), "submit-first");
  assert.equal(press("Enter", { ctrlKey: true }), "submit");
  assert.equal(press("Enter"), "finish");
});

/** The mask does not change while a result is looked at, so these are off then. */
const ONLY_LOOKING = ["accept"];

test("no key means two things at a time", () => {
  for (const isLooking of [true, false]) {
    const on = KEYMAP.filter(({ command, group }) =>
      isLooking ? group !== "Mask" || command === "cancel" : !ONLY_LOOKING.includes(command),
    );
    const all = on.flatMap(({ keys }) => keys);
    assert.equal(new Set(all).size, all.length);
  }
});

test("every command is listed once", () => {
  for (const { command, label } of KEYMAP) assert.equal(bindingOf(command)?.label, label);
});

/** @param {Partial<import("../../static/js/studio/wheel.js").Turn>} turn */
function turned(turn) {
  return { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, shiftKey: false, altKey: false, timeStamp: 0, ...turn };
}

test("a mouse wheel zooms, towards the hand is out", () => {
  const zoom = new WheelReader().read(turned({ deltaY: 120 }), false);
  assert.ok(zoom.kind === "zoom" && zoom.factor < 1);
  const lines = new WheelReader().read(turned({ deltaY: -3, deltaMode: 1 }), false);
  assert.ok(lines.kind === "zoom" && lines.factor > 1);
});

test("two fingers on a trackpad move the view, also once they are fast", () => {
  const reader = new WheelReader();
  assert.deepEqual(reader.read(turned({ deltaY: 4 }), false), { kind: "pan", dx: -0, dy: -4 });
  const fast = reader.read(turned({ deltaY: 180, timeStamp: 50 }), false);
  assert.equal(fast.kind, "pan");
  assert.equal(reader.read(turned({ deltaY: 120, timeStamp: 2000 }), false).kind, "zoom");
});

test("a pinch zooms by how far the fingers go, not by how often it reports", () => {
  const once = new WheelReader().read(turned({ deltaY: -8, ctrlKey: true }), false);
  const reader = new WheelReader();
  let product = 1;
  for (let i = 0; i < 4; i++) {
    const part = reader.read(turned({ deltaY: -2, ctrlKey: true, timeStamp: i * 16 }), false);
    product *= part.kind === "zoom" ? part.factor : Number.NaN;
  }
  assert.ok(once.kind === "zoom" && Math.abs(once.factor - product) < 1e-9);
});

test("the wheel with Ctrl really held sizes the brush", () => {
  const intent = new WheelReader().read(turned({ deltaY: -120, ctrlKey: true }), true);
  assert.deepEqual(intent, { kind: "size", steps: 1 });
});

test("one wild event cannot throw the view away", () => {
  const intent = new WheelReader().read(turned({ deltaY: -100_000 }), false);
  assert.ok(intent.kind === "zoom" && intent.factor <= 1.6);
});

test("Alt and the wheel zoom on every device", () => {
  const intent = new WheelReader().read(turned({ deltaY: -4, altKey: true }), false);
  assert.ok(intent.kind === "zoom" && intent.factor > 1);
});
