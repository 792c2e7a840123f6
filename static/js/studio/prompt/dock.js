/** Joins what lies around the prompt with the rest of the studio. */

import { MaskReshaper } from "../mask-reshaper.js";
import { csrfToken, find } from "../page.js";
import { TwoEdits } from "../two-edits.js";
import { PromptLine } from "./line.js";
import { PresetBar } from "./preset-bar.js";
import { PromptBar } from "./prompt-bar.js";

/** @typedef {import("../wish-form.js").WishForm} WishForm */

/** What "a little larger" is for a mask, as a share of the picture's short side, and at least. */
const GROW_SHARE = 0.006;
const LEAST_GROWTH = 4;
const MOST_GROWTH = 60;

/**
 * Tasks, earlier prompts and templates.
 * @param {WishForm} form
 * @param {import("../studio.js").Studio} studio
 * @param {import("../types.js").StudioData} data
 * @param {import("../toolbar.js").Commands} commands
 */
export function armPrompt(form, studio, data, commands) {
  const line = new PromptLine(find("[data-prompt-line]"));
  const prompts = new PromptBar(form.prompt, data.urls, csrfToken(), line, (words) => form.say(words));
  form.onSent((prompt) => {
    prompts.sent(prompt);
    line.hide();
  });
  const run = (/** @type {string} */ name) => () => commands[name]?.run();
  const { width, height } = data.picture;
  const reshaper = new MaskReshaper();
  const hands = {
    sheet: studio.sheet,
    run: { invert: run("invert"), clear: run("clear"), extend: run("extend") },
    grow: (/** @type {number} */ radius) =>
      studio.work.run("Growing the mask", (signal) => reshaper.reshape(studio.sheet.mask, { kind: "grow", radius }, signal)),
    growBy: Math.min(MOST_GROWTH, Math.max(LEAST_GROWTH, Math.round(Math.min(width, height) * GROW_SHARE))),
  };
  const page = { menu: find("[data-preset-menu]"), opener: find(".wish__send"), line };
  const presets = new PresetBar(page, form.prompt, hands, () => (form.verb = presets.verb));
}

/**
 * Far-apart areas, sent by one press.
 * @param {WishForm} form
 * @param {import("../frame/frame.js").FrameControl} frame
 */
export function armTwoEdits(form, frame) {
  const both = new TwoEdits(document.querySelectorAll("[data-two-edits]"), form);
  frame.onOffer((offer) => both.offer(offer));
  form.onRefresh(() => both.show());
}
