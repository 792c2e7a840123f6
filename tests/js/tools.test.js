import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { bindingOf } from "../../static/js/studio/keymap.js";
import { MaskSheet } from "../../static/js/studio/mask/sheet.js";
import { LongWork } from "../../static/js/studio/long-work.js";
import { TOOLS } from "../../static/js/studio/tools/registry.js";
import { ToolSettings } from "../../static/js/studio/settings.js";

const templates = fileURLToPath(new URL("../../templates/editor/", import.meta.url));

/** @param {string} name */
function template(name) {
  return readFileSync(templates + name, "utf8");
}

test("every tool has a button, keys, and words or settings", () => {
  const buttons = template("_studio_tools.html");
  const options = template("_studio_tool_options.html") + template("_studio_select_options.html");
  const spoken = [...options.matchAll(/data-for-tool="([^"]+)"/g)].flatMap(([, names]) => names.split(" "));
  for (const { name, label, keys } of TOOLS) {
    assert.ok(buttons.includes(`data-command="${name}"`), `${name} has no button`);
    assert.ok(spoken.includes(name), `nothing is said of ${name}`);
    assert.deepEqual(bindingOf(name)?.keys, keys);
    assert.equal(bindingOf(name)?.label, label);
  }
  for (const name of spoken) assert.ok(TOOLS.some((tool) => tool.name === name), `there is no tool ${name}`);
});

test("every field in the panel belongs to a setting of each tool that shows it", () => {
  const parts = (template("_studio_tool_options.html") + template("_studio_select_options.html")).split(/(?=data-for-tool=)/).slice(1);
  for (const part of parts) {
    const names = /data-for-tool="([^"]+)"/.exec(part)?.[1].split(" ") ?? [];
    for (const [, option] of part.matchAll(/data-option="([^"]+)"/g)) {
      for (const name of names) {
        const tool = TOOLS.find((entry) => entry.name === name);
        assert.ok(tool?.options[option], `${name} has no ${option}`);
      }
    }
  }
});

const PICTURE = { width: 1000, height: 800 };

test("settings stay within their limits, and what a tool lacks is left out", () => {
  /** @type {import("../../static/js/studio/settings.js").Options} */
  const options = {
    reach: { kind: "amount", start: 32, least: 0, most: 255, step: 1, unit: "" },
    joined: { kind: "switch", start: true },
    from: { kind: "choice", start: "picture", among: ["picture", "result"] },
  };
  const shelf = new Map();
  const storage = {
    getItem: (/** @type {string} */ key) => shelf.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void shelf.set(key, value),
  };
  const settings = new ToolSettings("wand", options, PICTURE, storage);
  settings.set({ reach: 300.4, joined: false, from: "result", size: 9 });
  assert.equal(settings.number("reach"), 255);
  assert.equal(settings.option("size"), undefined);
  assert.equal(settings.words("reach"), "255");
  const again = new ToolSettings("wand", options, PICTURE, storage);
  assert.deepEqual([again.number("reach"), again.isOn("joined"), again.choice("from")], [255, false, "result"]);
  shelf.set("nanoedit.wand", JSON.stringify({ reach: "many", joined: 1, from: "nowhere" }));
  const usual = new ToolSettings("wand", options, PICTURE, storage);
  assert.deepEqual([usual.number("reach"), usual.isOn("joined"), usual.choice("from")], [32, true, "picture"]);
});

/** @param {import("../../static/js/studio/mask/tiles.js").TileMask} mask */
function paintFirst(mask) {
  mask.writable(0)[0] = 255;
}

test("long work holds the mask, comes in turn, and is one step", async () => {
  const sheet = new MaskSheet(300, 300);
  /** @type {(string | null)[]} */
  const said = [];
  /** @type {boolean[]} */
  const held = [];
  const work = new LongWork(sheet, (words) => said.push(words), (isBusy) => held.push(isBusy));
  /** @type {(value: typeof paintFirst) => void} */
  let ready = () => {};
  const first = work.run("Selecting", () => new Promise((resolve) => (ready = resolve)));
  const second = work.run("Growing", async () => (mask) => (mask.writable(0)[1] = 7));
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(sheet.isFree, false);
  assert.equal(sheet.change(paintFirst), false, "nobody else may paint meanwhile");
  await sheet.undo();
  ready(paintFirst);
  assert.deepEqual(await Promise.all([first, second]), [true, true]);
  assert.deepEqual([sheet.mask.at(0, 0), sheet.mask.at(1, 0), sheet.history.length], [255, 7, 2]);
  assert.equal(said.at(-1), null);
  assert.deepEqual(held, [true, false]);
  assert.ok(sheet.isFree);
});

test("long work that is given up changes nothing, nor does what waits behind it", async () => {
  const sheet = new MaskSheet(300, 300);
  const work = new LongWork(sheet, () => {});
  /** @type {AbortSignal | null} */
  let heard = null;
  const first = work.run("Selecting", async (signal) => {
    heard = signal;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return paintFirst;
  });
  const second = work.run("Growing", async () => paintFirst);
  await Promise.resolve();
  work.cancel();
  assert.deepEqual(await Promise.all([first, second]), [false, false]);
  assert.equal(/** @type {AbortSignal | null} */ (heard)?.aborted, true);
  assert.ok(sheet.mask.isEmpty && sheet.isFree);
  assert.equal(await work.run("Selecting", async () => paintFirst), true, "the next one works again");
});

test("long work that fails says so and lets go of the mask", async () => {
  const sheet = new MaskSheet(300, 300);
  /** @type {(string | null)[]} */
  const said = [];
  const work = new LongWork(sheet, (words) => said.push(words));
  assert.equal(await work.run("Selecting", () => Promise.reject(new Error("no pixels"))), false);
  assert.deepEqual(said, ["Selecting failed: no pixels"]);
  assert.ok(sheet.isFree && !work.isBusy);
});
