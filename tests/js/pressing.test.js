import assert from "node:assert/strict";
import { test } from "node:test";

import { Bindings } from "../../static/js/studio/bindings.js";
import { MASK_VERBS } from "../../static/js/studio/extender.js";
import { KEYMAP } from "../../static/js/studio/keymap.js";
import { Keys } from "../../static/js/studio/keys.js";

/** A page that hears keys, with what lies open on it. */
function page() {
  /** @type {Map<string, (event: any) => void>} */
  const heard = new Map();
  /** @type {string[]} */
  const open = [];
  const listen = (/** @type {string} */ name, /** @type {(event: any) => void} */ listener) => heard.set(name, listener);
  Object.assign(globalThis, {
    Element: class {},
    window: { addEventListener: listen },
    document: {
      addEventListener: listen,
      querySelector: (/** @type {string} */ selector) => open.find((name) => name === selector) ?? null,
    },
  });
  /** @type {string[]} */
  const done = [];
  new Keys(
    (command) => (done.push(command), true),
    (command) => void done.push(`${command} ends`),
    new Bindings(),
  );
  const send = (/** @type {string} */ name, /** @type {string} */ key, more = {}) => {
    let isPrevented = false;
    heard.get(name)?.({
      key, code: key === " " ? "Space" : `Key${key}`, timeStamp: 0, repeat: false, target: null,
      ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, getModifierState: () => false,
      preventDefault: () => (isPrevented = true), ...more,
    });
    return isPrevented;
  };
  return { done, open, send };
}

test("Escape closes an open menu and leaves what lies under it alone", () => {
  const { done, open, send } = page();
  open.push(":popover-open");
  assert.equal(send("keydown", "Escape"), false, "the browser closes the menu");
  assert.deepEqual(done, []);
  open.pop();
  send("keydown", "Escape");
  assert.deepEqual(done, ["cancel"]);
});

test("Space moves a square that is pulled up with Shift", () => {
  const { done, send } = page();
  assert.equal(send("keydown", " ", { shiftKey: true }), true);
  send("keyup", " ", { shiftKey: true });
  assert.deepEqual(done, ["pan", "pan ends"]);
});

test("a key that was let go while Cmd was down is not held for ever", () => {
  const { done, send } = page();
  send("keydown", " ");
  send("keydown", "Meta", { metaKey: true });
  send("keyup", "Meta");
  assert.deepEqual(done, ["pan", "pan ends"]);
});

test("while the canvas is extended nothing changes the mask", () => {
  const others = KEYMAP.filter(({ group, command }) => group === "Mask" && !MASK_VERBS.includes(command));
  assert.deepEqual(others.map(({ command }) => command), ["export-mask", "cancel"]);
});
