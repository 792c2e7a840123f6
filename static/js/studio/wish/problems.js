/** What keeps a wish from being sent, in one sentence each. Knows nothing of the page. */

import { budgetWords } from "../prices.js";
import { isUnfinished } from "../prompt/presets.js";

/** @typedef {import("../types.js").Model} Model */

/**
 * @typedef {object} Asked a wish as far as it can be judged here
 * @property {Model | null} model
 * @property {string} prompt
 * @property {number} maxPrompt characters that any model may get
 * @property {boolean} isPainted
 * @property {boolean} isUploading whether a reference is still on its way
 * @property {number | null} cost nano-dollars of everything that would be sent, null when nobody said
 * @property {number | null} left nano-dollars that the tightest cap still allows, null without a cap
 * @property {string} [of] what of: "of this month’s budget"
 * @property {number} [edits] that one press would send
 */

/** @typedef {{text: string, field: string | null}} Problem */

/**
 * How many characters the prompt may have.
 * @param {Model | null} model
 * @param {number} maxPrompt
 */
export function promptLimit(model, maxPrompt) {
  return Math.min(maxPrompt, model?.prompt_limit ?? Infinity);
}

/**
 * What the server would surely refuse, whatever is written and painted: said before anybody presses.
 * @param {Asked} asked
 * @returns {Problem | null}
 */
export function refusalOf({ model }) {
  if (!model?.held_back) return null;
  return { text: `${model.name} cannot be used just now. ${model.held_back}`, field: "model" };
}

/**
 * Why this will wait until somebody has allowed it; "" when the budget allows it.
 * @param {Asked} asked
 */
export function approvalOf({ cost, left, edits, of }) {
  const { text, isOver } = budgetWords(cost, left, edits, of);
  return isOver ? `${text} It will wait for approval.` : "";
}

/**
 * The first thing that a person has to put right before a wish can be sent.
 * @param {Asked} asked
 * @returns {Problem | null}
 */
export function problemOf(asked) {
  return promptProblem(asked) ?? maskProblem(asked) ?? uploadProblem(asked) ?? refusedBefore(asked);
}

/** @param {Asked} asked @returns {Problem | null} */
function promptProblem({ prompt, model, maxPrompt }) {
  const { length } = prompt.trim();
  if (!length) return { text: "Say what should happen: the prompt is empty.", field: "prompt" };
  if (isUnfinished(prompt)) return { text: "Finish the sentence first: it lacks what only you know.", field: "prompt" };
  const limit = promptLimit(model, maxPrompt);
  if (length <= limit) return null;
  return { text: `The prompt has ${length} characters; the limit is ${limit}.`, field: "prompt" };
}

/** @param {Asked} asked @returns {Problem | null} */
function maskProblem({ model, isPainted }) {
  if (!model || model.mask_support !== "required" || isPainted) return null;
  return { text: `${model.name} only works with a mask: paint the part that may change.`, field: "mask" };
}

/** @param {Asked} asked @returns {Problem | null} */
function uploadProblem({ isUploading }) {
  return isUploading ? { text: "A reference is still being uploaded. Wait a moment.", field: null } : null;
}

/** @param {Asked} asked @returns {Problem | null} */
function refusedBefore(asked) {
  const refusal = refusalOf(asked);
  return refusal && { ...refusal, text: `${refusal.text} Nothing was sent.` };
}
