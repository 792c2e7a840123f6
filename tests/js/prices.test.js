import assert from "node:assert/strict";
import { test } from "node:test";

import {
  countWords, maskSentence, priceWords, sizeChoices, sizeWords,
} from "../../static/js/studio/models.js";
import { bothLabel, budgetWords, costWords, money, paidImages, priceLabel, unitPrice } from "../../static/js/studio/prices.js";

/** @typedef {import("../../static/js/studio/types.js").Model} Model */

/**
 * @param {Partial<Model>} [known]
 * @returns {Model}
 */
function model(known = {}) {
  return {
    id: "m", name: "Model", description: "", sizes: [], prices: {}, price_nano: null,
    max_images: 4, max_references: 0, fixed_images: null, mask_support: "native", prompt_limit: null, usual: null, held_back: "", ...known,
  };
}

test("money is said exactly, with at least two decimals", () => {
  assert.equal(money(40_000_000), "$0.04");
  assert.equal(money(1_200_000_000), "$1.20");
  assert.equal(money(65_500_000), "$0.0655");
  assert.equal(money(1), "$0.000000001");
  assert.equal(money(0), "$0.00");
  assert.equal(money(12_345_000_000_000), "$12345.00");
  assert.equal(money(-40_000_000), "\u2212$0.04");
});

test("the button names what will be paid", () => {
  assert.equal(priceLabel(40_000_000, 1), "Edit · $0.04");
  assert.equal(priceLabel(40_000_000, 3), "Edit · 3 × $0.04 = $0.12");
  assert.equal(priceLabel(65_500_000, 4), "Edit · 4 × $0.0655 = $0.262");
  assert.equal(priceLabel(null, 3), "Edit · price unknown");
  assert.equal(priceLabel(0, 2), "Edit · free");
  assert.equal(priceLabel(40_000_000, 1, "Fill"), "Fill · $0.04");
});

test("a size has its own price, however it is spelt", () => {
  const prices = { "1024*1024": 40_000_000, "1536x1024": 60_000_000, auto: 50_000_000 };
  const priced = model({ prices, price_nano: 50_000_000 });
  assert.equal(unitPrice(priced, "1024x1024"), 40_000_000);
  assert.equal(unitPrice(priced, "1536 × 1024".replaceAll(" ", "")), 60_000_000);
  assert.equal(unitPrice(priced, "auto"), 50_000_000);
  assert.equal(unitPrice(priced, ""), 50_000_000);
});

test("a size that the list does not name is unknown unless every size costs the same", () => {
  const two = model({ prices: { a: 1_000_000, b: 2_000_000 }, price_nano: 2_000_000 });
  assert.equal(unitPrice(two, "c"), null);
  assert.equal(unitPrice(model({ prices: { a: 1_000_000, b: 1_000_000 } }), "c"), 1_000_000);
  assert.equal(unitPrice(model(), ""), null);
});

test("images paid are the wanted ones within the model's bounds, or its fixed number", () => {
  assert.equal(paidImages(model(), 3), 3);
  assert.equal(paidImages(model(), 9), 4);
  assert.equal(paidImages(model(), 0), 1);
  assert.equal(paidImages(model(), Number.NaN), 1);
  assert.equal(paidImages(model({ fixed_images: 4, max_images: 1 }), 1), 4);
});

test("what a model can is said in a few words", () => {
  assert.equal(countWords(model()), "Up to 4 images");
  assert.equal(countWords(model({ max_images: 1 })), "1 image");
  assert.equal(countWords(model({ fixed_images: 4 })), "Always 4 images");
  assert.equal(priceWords(model()), "price unknown");
  assert.equal(priceWords(model({ prices: { a: 40_000_000, b: 60_000_000 } })), "from $0.04");
  assert.equal(priceWords(model({ prices: { a: 40_000_000 }, price_nano: 40_000_000 })), "$0.04");
  assert.equal(sizeWords("1024*768"), "1024 × 768");
  assert.equal(sizeWords("auto"), "Automatic");
  assert.equal(sizeWords("16:9"), "16:9");
});

test("sizes name their price only where it differs", () => {
  const same = sizeChoices(model({ sizes: ["1k", "2k"], prices: { "1k": 1e7, "2k": 1e7 } }));
  assert.deepEqual(same.map(({ label }) => label), ["1k", "2k"]);
  const other = sizeChoices(model({ sizes: ["1k", "2k"], prices: { "1k": 1e7, "2k": 2e7 } }));
  assert.deepEqual(other.map(({ label }) => label), ["1k · $0.01", "2k · $0.02"]);
  assert.deepEqual(sizeChoices(model()), [{ value: "", label: "Automatic" }]);
});

test("a person is told before paying when the whole picture may change", () => {
  const nothing = { share: 0, percent: "0 %" };
  assert.deepEqual(maskSentence(model(), nothing),
    { text: "Nothing painted: the whole picture may change.", tone: "warn" });
  assert.match(maskSentence(model({ mask_support: "required" }), nothing).text, /needs a painted area/);
  assert.deepEqual(maskSentence(model(), { share: 0.12, percent: "12 %" }),
    { text: "Only the painted 12 % may change.", tone: "" });
});

test("the budget is said before the click, and what it does not allow in full", () => {
  assert.deepEqual(budgetWords(40_000_000, null), { text: "", isOver: false });
  assert.deepEqual(budgetWords(40_000_000, 40_000_000),
    { text: "$0.04 left of this month’s budget.", isOver: false });
  assert.deepEqual(budgetWords(160_000_000, 50_000_000),
    { text: "This edit costs $0.16, but only $0.05 of this month’s budget are left.", isOver: true });
  assert.deepEqual(budgetWords(null, 0), { text: "$0.00 left of this month’s budget.", isOver: false });
  assert.deepEqual(budgetWords(null, -5),
    { text: "Only $0.00 of this month’s budget are left.", isOver: true });
});

test("running again names the same cost as the button above", () => {
  assert.equal(costWords(40_000_000, 3), "$0.12");
  assert.equal(costWords(null, 1), "price unknown");
  assert.equal(costWords(0, 2), "free");
});

test("two edits of one press name the price of both", () => {
  assert.equal(bothLabel(40_000_000, 1), "2 × $0.04 = $0.08");
  assert.equal(bothLabel(40_000_000, 3), "2 × $0.12 = $0.24");
  assert.equal(bothLabel(null, 1), "price unknown");
  assert.equal(bothLabel(0, 1), "free");
  assert.match(budgetWords(80_000_000, 50_000_000, 2).text, /^These 2 edits cost \$0\.08, but only \$0\.05/);
});
