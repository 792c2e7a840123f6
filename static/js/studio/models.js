/** What a model can, in words. */

import { money, unitPrice } from "./prices.js";

/** @typedef {import("./types.js").Model} Model */

/** @param {Model} model */
export function maskWords({ mask_support }) {
  return {
    native: "Reads the mask",
    enforced: "Mask enforced here",
    required: "Needs a mask",
  }[mask_support];
}

/** @param {Model} model */
export function countWords({ fixed_images, max_images }) {
  if (fixed_images) return fixed_images === 1 ? "1 image" : `Always ${fixed_images} images`;
  return max_images === 1 ? "1 image" : `Up to ${max_images} images`;
}

/**
 * @param {Model} model
 * @returns {string} like "$0.04", "from $0.04" or "price unknown"
 */
export function priceWords(model) {
  const prices = Object.values(model.prices);
  if (model.price_nano !== null) prices.push(model.price_nano);
  if (prices.length === 0) return "price unknown";
  const least = Math.min(...prices);
  const amount = least === 0 ? "free" : money(least);
  return least === Math.max(...prices) ? amount : `from ${amount}`;
}

/**
 * @param {string} size as the model spells it
 */
export function sizeWords(size) {
  if (size === "" || size === "auto") return "Automatic";
  return size.replace(/^(\d+)[x*](\d+)$/, "$1 × $2");
}

/**
 * The sizes to choose from, with the price where it differs.
 * @param {Model} model
 * @returns {{value: string, label: string}[]}
 */
export function sizeChoices(model) {
  const sizes = model.sizes.length ? model.sizes : [""];
  const prices = sizes.map((size) => unitPrice(model, size));
  const differ = new Set(prices).size > 1;
  return sizes.map((value, i) => {
    const price = prices[i];
    const named = differ && price !== null ? ` · ${money(price)}` : "";
    return { value, label: `${sizeWords(value)}${named}` };
  });
}

/**
 * What will happen to the picture, said beside the button.
 * @param {Model} model
 * @param {{share: number, percent: string}} painted
 * @returns {{text: string, tone: "" | "warn"}}
 */
export function maskSentence(model, { share, percent }) {
  if (share > 0) return { text: `Only the painted ${percent} may change.`, tone: "" };
  if (model.mask_support === "required") {
    return { text: "Nothing painted: this model needs a painted area.", tone: "warn" };
  }
  return { text: "Nothing painted: the whole picture may change.", tone: "warn" };
}
