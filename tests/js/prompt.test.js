import assert from "node:assert/strict";
import { test } from "node:test";

import {
  PRESETS, isBlankOrScaffold, isUnfinished, presetNamed, stepOf, usualVerb,
} from "../../static/js/studio/prompt/presets.js";
import { PromptShelf, isFound } from "../../static/js/studio/prompt/shelf.js";
import { PromptWalk } from "../../static/js/studio/prompt/walk.js";

/** @param {string[]} earlier */
function walk(...earlier) {
  const made = new PromptWalk();
  made.fill(earlier);
  return made;
}

test("older and newer walk through what was sent, and end at what was being written", () => {
  const prompts = walk("third", "second", "first");
  assert.equal(prompts.older("half a sen"), "third");
  assert.equal(prompts.older("third"), "second");
  assert.equal(prompts.older("second"), "first");
  assert.equal(prompts.older("first"), null, "nothing older");
  assert.equal(prompts.newer("first"), "second");
  assert.equal(prompts.newer("second"), "third");
  assert.equal(prompts.newer("third"), "half a sen");
  assert.equal(prompts.newer("half a sen"), null, "nothing newer than one's own words");
});

test("an empty prompt comes back empty", () => {
  const prompts = walk("sent");
  assert.equal(prompts.older(""), "sent");
  assert.equal(prompts.newer("sent"), "");
});

test("what stands in the prompt already is not recalled once more", () => {
  const prompts = walk("sky", "lamp");
  assert.equal(prompts.older("sky "), "lamp");
  assert.equal(prompts.newer("lamp"), "sky ");
});

test("a recalled prompt that is changed is the person's own, and not lost", () => {
  const prompts = walk("third", "second");
  assert.equal(prompts.older("own"), "third");
  assert.equal(prompts.older("third, but blue"), "third", "its walk starts anew");
  assert.equal(prompts.newer("third"), "third, but blue");
});

test("what was just sent is the newest one, and in the list once", () => {
  const prompts = walk("b", "a");
  prompts.sent("a");
  assert.equal(prompts.older("a"), "b");
  assert.equal(prompts.older("b"), null);
  prompts.sent("  ");
  assert.equal(prompts.newer("b"), "a");
});

test("a list that arrives during the walk does not lose one's place or one's words", () => {
  const prompts = walk("b");
  assert.equal(prompts.older("own"), "b");
  prompts.fill(["c", "b", "a"]);
  assert.equal(prompts.older("b"), "a");
  assert.equal(prompts.newer("a"), "b");
  assert.equal(prompts.newer("b"), "c");
  assert.equal(prompts.newer("c"), "own");
});

test("what is chosen from the menu can be taken back like what is recalled", () => {
  const prompts = walk("b", "a");
  prompts.take("my own words", "a template");
  assert.equal(prompts.newer("a template"), "my own words");
  prompts.take("my own words", "a");
  assert.equal(prompts.newer("a"), "b", "its place is that of the same prompt");
  assert.equal(prompts.older("b"), "a");
});

test("a task writes its first words only where nobody has written any", () => {
  for (const preset of PRESETS) {
    const mine = stepOf(preset, { isPainted: true, prompt: "my own words", isAgain: false });
    assert.equal(mine.prompt, null, preset.name);
  }
  const remove = stepOf(presetOf("remove"), { isPainted: true, prompt: " ", isAgain: false });
  assert.equal(remove.prompt?.slice(0, remove.caret), "Remove ");
  const restyle = stepOf(presetOf("restyle"), { isPainted: false, prompt: remove.prompt ?? "", isAgain: false });
  assert.match(restyle.prompt ?? "", /^Turn the whole picture into ,/);
  const fill = stepOf(presetOf("fill"), { isPainted: true, prompt: restyle.prompt ?? "", isAgain: false });
  assert.equal(fill.prompt, "", "an untouched scaffold goes again");
});

test("first words that nobody went on with are not worth a paid call", () => {
  const { prompt } = stepOf(presetOf("remove"), { isPainted: true, prompt: "", isAgain: false });
  assert.equal(isUnfinished(prompt ?? ""), true);
  assert.equal(isUnfinished("Remove the lamp, and continue what lies behind it."), false);
  assert.equal(isUnfinished(""), false, "an empty prompt has a complaint of its own");
  assert.equal(isBlankOrScaffold("Remove the lamp"), false);
});

test("replacing the background turns a mask around once, and asks for a subject when there is none", () => {
  const painted = { isPainted: true, prompt: "", isAgain: false };
  assert.equal(stepOf(presetOf("background"), painted).does, "invert");
  const again = stepOf(presetOf("background"), { ...painted, isAgain: true });
  assert.deepEqual([again.does, again.offers], [null, "invert"], "a second press does not turn it back");
  const empty = stepOf(presetOf("background"), { ...painted, isPainted: false });
  assert.deepEqual([empty.does, empty.offers], [null, "invert"]);
  assert.match(empty.said, /Paint the subject/);
});

test("each task does to the mask what its sentence says", () => {
  const painted = { isPainted: true, prompt: "", isAgain: false };
  const empty = { isPainted: false, prompt: "", isAgain: false };
  assert.deepEqual(["fill", "remove", "restyle", "extend"].map((name) => stepOf(presetOf(name), painted).does), [
    null, null, "clear", "extend",
  ]);
  assert.equal(stepOf(presetOf("remove"), painted).offers, "grow");
  assert.equal(stepOf(presetOf("remove"), empty).offers, null, "there is nothing to grow");
  assert.equal(stepOf(presetOf("restyle"), empty).does, null, "there is nothing to clear");
  assert.equal(stepOf(presetOf("extend"), empty).prompt, null);
});

test("without a task the button goes by the paint", () => {
  assert.deepEqual([usualVerb(true), usualVerb(false)], ["Fill", "Edit"]);
});

/** @param {string} name */
function presetOf(name) {
  const preset = presetNamed(name);
  assert.ok(preset);
  return preset;
}

/**
 * @param {Record<string, [number, unknown]>} answers by address
 * @param {string[]} asked
 */
function server(answers, asked = []) {
  return /** @type {typeof fetch} */ (
    async (url, how) => {
      asked.push(`${how?.method ?? "GET"} ${url} ${how?.body ?? ""}`);
      const [status, body] = answers[String(url)] ?? [500, null];
      return /** @type {Response} */ ({ ok: status < 300, redirected: false, json: async () => body });
    }
  );
}

const URLS = { prompts: "/p/", templates: "/t/" };

test("earlier prompts are fetched once, and again after a failure", async () => {
  /** @type {string[]} */
  const asked = [];
  const answers = /** @type {Record<string, [number, unknown]>} */ ({});
  const shelf = new PromptShelf(URLS, "token", server(answers, asked));
  await assert.rejects(shelf.read(), /could not be fetched/);
  answers["/p/"] = [200, { earlier: [], templates: [], built_in: [] }];
  await Promise.all([shelf.read(), shelf.read()]);
  assert.equal(asked.length, 2);
});

test("templates are saved, renamed and deleted with what the server says of them", async () => {
  /** @type {string[]} */
  const asked = [];
  const answers = /** @type {Record<string, [number, unknown]>} */ ({
    "/p/": [200, { earlier: [], templates: [{ id: "2", name: "water", prompt: "w" }], built_in: [] }],
    "/t/": [201, { id: "1", name: "Air", prompt: "a" }],
    "/t/1/rename/": [200, { id: "1", name: "Zephyr", prompt: "a" }],
    "/t/1/delete/": [200, { deleted: 1 }],
  });
  const shelf = new PromptShelf(URLS, "token", server(answers, asked));
  const made = await shelf.save("Air", "a");
  assert.match(asked[0], /POST \/t\/ name=Air&prompt=a&csrfmiddlewaretoken=token/);
  const names = async () => (await shelf.read()).templates.map(({ name }) => name);
  assert.deepEqual(await names(), ["Air", "water"]);
  await shelf.rename(made, "Zephyr");
  assert.deepEqual(await names(), ["water", "Zephyr"]);
  await shelf.delete(made);
  assert.deepEqual(await names(), ["water"]);
  answers["/t/"] = [409, { error: "You have one of this name already." }];
  await assert.rejects(shelf.save("water", "x"), /of this name already/);
  assert.deepEqual(await names(), ["water"]);
});

test("a search finds what has all of its words, in any order", () => {
  assert.equal(isFound("sky  blue", "A blue", "sky"), true);
  assert.equal(isFound("", "anything"), true);
  assert.equal(isFound("sky red", "A blue sky"), false);
});
