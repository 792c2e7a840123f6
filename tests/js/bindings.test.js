import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Bindings } from "../../static/js/studio/bindings.js";
import { spoken } from "../../static/js/studio/chords.js";
import { controlOf } from "../../static/js/studio/control-key.js";
import { Borrowing } from "../../static/js/studio/borrowing.js";
import { KEYMAP, bindingFor, chordOf } from "../../static/js/studio/keymap.js";

/**
 * @param {string} key
 * @param {Partial<import("../../static/js/studio/keymap.js").Press>} [more]
 */
function press(key, more = {}) {
  return { key, code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more };
}

/**
 * @param {Bindings} bindings
 * @param {string} command
 */
function keysOf(bindings, command) {
  return bindings.of(command)?.keys;
}

test("a press writes a chord, and the chord finds the press again", () => {
  /** @type {[import("../../static/js/studio/keymap.js").Press, string][]} */
  const cases = [
    [press("b"), "B"],
    [press("B", { shiftKey: true }), "Shift+B"],
    [press("z", { ctrlKey: true }), "Ctrl+Z"],
    [press("Z", { ctrlKey: true, shiftKey: true }), "Ctrl+Shift+Z"],
    [press("z", { metaKey: true }), "Ctrl+Z"],
    [press("{", { shiftKey: true }), "{"],
    [press(" "), "Space"],
    [press("+", { ctrlKey: true }), "Ctrl++"],
    [press("Delete", { shiftKey: true }), "Shift+Delete"],
    [press("ArrowUp", { altKey: true }), "Alt+ArrowUp"],
    [press("F2"), "F2"],
    [press("ü"), "ü"],
    [press("π", { altKey: true, code: "KeyP" }), "Alt+P"],
  ];
  for (const [event, chord] of cases) {
    assert.equal(chordOf(event), chord);
    const keymap = [{ command: "it", label: "", group: "", keys: [chord] }];
    assert.equal(bindingFor(event, keymap)?.command, "it", chord);
  }
});

test("Ctrl, Shift and dead keys alone are no chord", () => {
  for (const key of ["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead", "Process", ""]) {
    assert.equal(chordOf(press(key)), null, key);
  }
});

test("letters are found by their place where the keyboard writes no Latin ones", () => {
  assert.equal(bindingFor(press("и", { code: "KeyB" }))?.command, "brush");
  assert.equal(bindingFor(press("я", { code: "KeyZ", ctrlKey: true }))?.command, "undo");
  assert.equal(bindingFor(press("и", { code: "KeyB", ctrlKey: true }))?.command, undefined);
  // On a French keyboard the key at the place of Q writes an A, and means A.
  assert.notEqual(bindingFor(press("b", { code: "KeyE" }))?.command, "eraser");
});

test("a new key is found, the old ones stay", () => {
  const bindings = new Bindings();
  bindings.give("brush", "P");
  assert.deepEqual(keysOf(bindings, "brush"), ["B", "P"]);
  assert.equal(bindingFor(press("p"), bindings.all)?.command, "brush");
  assert.deepEqual(bindings.kept, { brush: ["B", "P"] });
});

test("who takes another's key leaves it without", () => {
  const bindings = new Bindings();
  assert.equal(bindings.owner("E", "brush")?.command, "eraser");
  bindings.give("brush", "E", "B");
  assert.deepEqual(bindings.kept, { brush: ["E"], eraser: [] });
  assert.equal(bindingFor(press("e"), bindings.all)?.command, "brush");
  assert.equal(bindingFor(press("b"), bindings.all), undefined);
  bindings.give("eraser", "B");
  assert.equal(bindingFor(press("b"), bindings.all)?.command, "eraser");
});

test("one is reset and takes its key back, or all are", () => {
  const bindings = new Bindings();
  bindings.give("brush", "E");
  bindings.reset("eraser");
  assert.deepEqual(keysOf(bindings, "eraser"), ["E"]);
  assert.deepEqual(keysOf(bindings, "brush"), ["B"]);
  assert.deepEqual(bindings.kept, {});
  bindings.give("hand", "K");
  bindings.take("undo", "Ctrl+Z");
  bindings.resetAll();
  assert.deepEqual(bindings.kept, {});
  assert.deepEqual(keysOf(bindings, "undo"), ["Ctrl+Z"]);
});

test("never do two commands share a key that they did not share before, whatever is done", () => {
  const bindings = new Bindings();
  const chords = ["B", "E", "[", "Ctrl+Z", "P", "Space", "Shift+V"];
  const commands = KEYMAP.map(({ command }) => command);
  for (let i = 0; i < 400; i++) {
    const command = commands[(i * 7) % commands.length];
    if (i % 11 === 0) bindings.reset(command);
    else if (i % 5 === 0) bindings.take(command, chords[i % chords.length]);
    else bindings.give(command, chords[(i * 3) % chords.length]);
    for (const { command: name, keys } of bindings.all) {
      for (const key of keys) assert.equal(bindings.owner(key, name), undefined, `${name} ${key}`);
    }
  }
});

test("what was kept is there again, and unknown commands do no harm", () => {
  const bindings = new Bindings({ brush: ["P"], gone: ["Q"] });
  assert.deepEqual(keysOf(bindings, "brush"), ["P"]);
  assert.deepEqual(bindings.kept, { brush: ["P"] });
});

test("keys of the browser and bare keys for sending are refused with a sentence", () => {
  const bindings = new Bindings();
  assert.match(bindings.problem("Ctrl+W", "brush"), /kept for the browser/);
  assert.match(bindings.problem("Escape", "brush"), /^Esc is kept/);
  assert.match(bindings.problem("K", "submit"), /typed into the prompt/);
  assert.match(bindings.problem("MediaPlay", "brush"), /cannot be used/);
  assert.equal(bindings.problem("Escape", "cancel"), "");
  assert.equal(bindings.problem("Alt+K", "submit"), "");
  bindings.give("brush", "Ctrl+W");
  assert.deepEqual(bindings.kept, {});
});

test("listeners hear of every change", () => {
  const bindings = new Bindings();
  let heard = 0;
  bindings.onChange(() => heard++);
  bindings.give("brush", "P");
  bindings.take("brush", "P");
  bindings.resetAll();
  assert.equal(heard, 3);
});

test("chords read well", () => {
  assert.equal(spoken("Ctrl+Shift+Z", "Ctrl"), "Ctrl + Shift + Z");
  assert.equal(spoken("Ctrl+Shift+Z", controlOf("MacIntel")), "⌘ + Shift + Z");
  assert.equal(spoken("Ctrl+Z", controlOf("Linux x86_64")), "Ctrl + Z");
  assert.equal(spoken("Ctrl+Z", controlOf("Win32")), "Ctrl + Z");
  assert.equal(spoken("Escape"), "Esc");
  assert.equal(spoken("Ctrl++", "Ctrl"), "Ctrl + +");
  assert.equal(spoken("Alt+ArrowUp"), "Alt + Up");
});

test("the server knows the same reserved keys", () => {
  const python = readFileSync(fileURLToPath(new URL("../../editor/preferences.py", import.meta.url)), "utf8");
  const [, text] = /RESERVED = frozenset\(\s*"""(.*?)"""/s.exec(python) ?? [];
  const words = new Set(text.trim().split(/\s+/));
  const bindings = new Bindings();
  for (const chord of words) assert.match(bindings.problem(chord, "brush"), /is kept/, chord);
  assert.ok(words.size > 25);
});

test("the server finds every command in the text of the key map", () => {
  const text = ["tools/registry.js", "keymap.js"]
    .map((name) => readFileSync(fileURLToPath(new URL(`../../static/js/studio/${name}`, import.meta.url)), "utf8"))
    .join("\n");
  const found = [...text.matchAll(/\b(?:command|name): "([a-z-]+)"/g)].map(([, name]) => name);
  assert.deepEqual(found.toSorted(), KEYMAP.map(({ command }) => command).toSorted());
});

/** Tools in a hand, and what happens to them. */
function hand() {
  const state = { tool: "brush", busy: false };
  const borrowing = new Borrowing({
    current: () => state.tool,
    take: (tool) => (state.tool = tool),
    isBusy: () => state.busy,
  });
  const down = (/** @type {string} */ tool, /** @type {number} */ now) => {
    borrowing.press(`Key${tool}`, now);
    state.tool = tool;
  };
  return { state, borrowing, down };
}

test("a tap takes the tool, holding its key borrows it", () => {
  const { state, borrowing, down } = hand();
  down("eraser", 0);
  borrowing.letGo("Keyeraser", 120);
  assert.equal(state.tool, "eraser");
  down("rectangle", 1000);
  borrowing.letGo("Keyrectangle", 1800);
  assert.equal(state.tool, "eraser");
});

test("a short hold that painted was borrowed, too", () => {
  const { state, borrowing, down } = hand();
  down("eraser", 0);
  borrowing.use();
  borrowing.letGo("Keyeraser", 200);
  assert.equal(state.tool, "brush");
});

test("a tool let go amid a stroke stays until the stroke is over", () => {
  const { state, borrowing, down } = hand();
  down("eraser", 0);
  borrowing.use();
  state.busy = true;
  borrowing.letGo("Keyeraser", 600);
  assert.equal(state.tool, "eraser");
  state.busy = false;
  borrowing.settle();
  assert.equal(state.tool, "brush");
});

test("a window that loses the focus gives the tool back", () => {
  const { state, borrowing, down } = hand();
  down("eraser", 0);
  borrowing.letGoAll(900);
  assert.equal(state.tool, "brush");
});

test("two held keys give the first tool back", () => {
  const { state, borrowing, down } = hand();
  down("eraser", 0);
  down("rectangle", 100);
  borrowing.letGo("Keyeraser", 700);
  borrowing.letGo("Keyrectangle", 900);
  assert.equal(state.tool, "brush");
});
