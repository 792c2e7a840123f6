import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const studio = fileURLToPath(new URL("../../static/js/studio/", import.meta.url));
const templates = fileURLToPath(new URL("../../templates/editor/", import.meta.url));
const files = readdirSync(studio, { recursive: true }).map(String).filter((name) => name.endsWith(".js"));

/** @param {string} name */
function code(name) {
  const text = readFileSync(studio + name, "utf8");
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "");
}

/** @param {string} name */
function imports(name) {
  return [...code(name).matchAll(/from "(\.[^"]+)"/g)].map(([, path]) => path);
}

test("the mask engine knows nothing of the page", () => {
  const engine = files.filter((name) => name.startsWith("mask/"));
  assert.ok(engine.length >= 10, `${engine.length} files`);
  for (const name of engine) {
    assert.doesNotMatch(code(name), /\b(window|document|canvas|navigator|localStorage)\b/i, name);
    for (const path of imports(name)) assert.match(path, /^\.\/[\w-]+\.js$/, `${name} imports ${path}`);
  }
});

test("no module imports in a circle", () => {
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const name of files) {
    graph.set(name, imports(name).map((path) => new URL(path, `file:///${name}`).pathname.slice(1)));
  }
  /**
   * @param {string} name
   * @param {string[]} trail
   */
  const walk = (name, trail) => {
    assert.ok(!trail.includes(name), [...trail, name].join(" > "));
    for (const next of graph.get(name) ?? []) walk(next, [...trail, name]);
  };
  for (const name of files) walk(name, []);
});

test("modules stay small", () => {
  for (const name of files) {
    const lines = readFileSync(studio + name, "utf8").split("\n").length;
    assert.ok(lines <= 400, `${name} has ${lines} lines`);
  }
});

test("every module that the page imports is preloaded, and nothing else", () => {
  const preloaded = [...readFileSync(`${templates}_studio_preload.html`, "utf8").matchAll(/js\/studio\/([^']+)'/g)]
    .map(([, path]) => path);
  const needed = new Set(["main.js"]);
  for (const name of needed) {
    for (const path of imports(name)) needed.add(new URL(path, `file:///${name}`).pathname.slice(1));
  }
  needed.delete("main.js");
  assert.deepEqual(preloaded.toSorted(), [...needed].toSorted());
});
