import assert from "node:assert/strict";
import { test } from "node:test";

import { approvalOf, problemOf, promptLimit, refusalOf } from "../../static/js/studio/wish/problems.js";

/** @typedef {import("../../static/js/studio/wish/problems.js").Asked} Asked */

/** @type {import("../../static/js/studio/types.js").Model} */
const MODEL = {
  id: "m", name: "Painter", description: "", sizes: [], prices: {}, price_nano: 40_000_000,
  max_images: 4, max_references: 0, fixed_images: null, mask_support: "native", prompt_limit: null, usual: null, held_back: "",
};

/**
 * @param {Partial<Asked>} [known]
 * @returns {Asked}
 */
function asked(known = {}) {
  return {
    model: MODEL, prompt: "make it golden", maxPrompt: 4000, isPainted: true, isUploading: false,
    cost: 40_000_000, left: null, ...known,
  };
}

test("a whole wish has no problem", () => {
  assert.equal(problemOf(asked()), null);
  assert.equal(refusalOf(asked()), null);
  assert.equal(problemOf(asked({ cost: null, left: 1 })), null, "nobody knows that it would not fit");
});

test("what a person can put right is said in the order of the page", () => {
  assert.equal(problemOf(asked({ prompt: "  ", isUploading: true }))?.field, "prompt");
  const needy = { ...MODEL, mask_support: /** @type {const} */ ("required") };
  assert.equal(problemOf(asked({ model: needy, isPainted: false }))?.field, "mask");
  assert.equal(problemOf(asked({ model: needy })), null);
  assert.match(problemOf(asked({ isUploading: true }))?.text ?? "", /still being uploaded/);
});

test("the shorter limit of server and model counts, without the blanks around the prompt", () => {
  const terse = { ...MODEL, prompt_limit: 10 };
  assert.equal(promptLimit(terse, 4000), 10);
  assert.equal(promptLimit(null, 4000), 4000);
  assert.match(problemOf(asked({ model: terse, prompt: "x".repeat(11) }))?.text ?? "", /11 characters; the limit is 10/);
  assert.equal(problemOf(asked({ model: terse, prompt: `  ${"x".repeat(10)}  ` })), null);
});

test("what the budget does not allow may be asked for, and says before that it will wait", () => {
  const over = asked({ left: 30_000_000, of: "of today’s budget" });
  assert.match(approvalOf(over), /\$0\.04, but only \$0\.03 of today’s budget are left\. It will wait for approval/);
  assert.equal(problemOf(over), null, "it may be pressed");
  assert.equal(refusalOf(over), null);
  assert.equal(approvalOf(asked()), "", "nothing is capped");
  assert.equal(approvalOf(asked({ left: 40_000_000 })), "", "the last cent may be spent");
  assert.notEqual(approvalOf(asked({ cost: null, left: -1 })), "", "a budget that is overdrawn allows nothing");
});

test("a model that is held back is refused before anybody presses", () => {
  const held = { ...MODEL, held_back: "Staff have to look first." };
  assert.deepEqual(refusalOf(asked({ model: held })), {
    text: "Painter cannot be used just now. Staff have to look first.", field: "model",
  });
});
