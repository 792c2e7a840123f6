/** Money as people read it. Amounts are whole nano-dollars: 1 dollar = 1 000 000 000. */

/** @typedef {import("./types.js").Model} Model */

const NANO_DIGITS = 9;
const LEAST_DIGITS = 2;

/**
 * @param {number} nano
 * @returns {string} like "$0.04" or "$0.0665"; exact, never rounded
 */
export function money(nano) {
  const digits = String(Math.abs(nano)).padStart(NANO_DIGITS + 1, "0");
  const whole = digits.slice(0, -NANO_DIGITS);
  const rest = digits.slice(-NANO_DIGITS).replace(/0+$/, "").padEnd(LEAST_DIGITS, "0");
  return `${nano < 0 ? "\u2212" : ""}$${whole}.${rest}`;
}

/** Sizes under which the provider itself chooses one. */
const ANY_SIZE = new Set(["", "auto", "default"]);

/**
 * What one image costs; the same rule by which the server estimates.
 * @param {Model} model
 * @param {string} size
 * @returns {number | null} nano-dollars, null when nobody said
 */
export function unitPrice(model, size) {
  const wanted = plainSize(size);
  const prices = Object.entries(model.prices);
  const named = prices.find(([key]) => plainSize(key) === wanted);
  if (named) return named[1];
  if (new Set(Object.values(model.prices)).size === 1) return prices[0][1];
  return ANY_SIZE.has(wanted) ? model.price_nano : null;
}

/** @param {string} size */
function plainSize(size) {
  return size.trim().toLowerCase().replace(/[*×]/g, "x");
}

/**
 * Images that come back and are paid.
 * @param {Model} model
 * @param {number} wanted
 */
export function paidImages(model, wanted) {
  return model.fixed_images ?? Math.min(Math.max(1, Math.floor(wanted) || 1), model.max_images);
}

/**
 * What stands on the button that pays.
 * @param {number | null} unit nano-dollars for one image
 * @param {number} count
 * @param {string} [verb]
 */
export function priceLabel(unit, count, verb = "Edit") {
  if (unit === null || unit === 0 || count === 1) return `${verb} · ${costWords(unit, count)}`;
  return `${verb} · ${count} × ${money(unit)} = ${money(unit * count)}`;
}

/**
 * What two edits cost that are sent by one press.
 * @param {number | null} unit nano-dollars for one image
 * @param {number} count of images in each
 */
export function bothLabel(unit, count) {
  if (unit === null || unit === 0) return costWords(unit, count);
  return `2 × ${money(unit * count)} = ${money(2 * unit * count)}`;
}

/**
 * What a call costs, in a word.
 * @param {number | null} unit nano-dollars for one image
 * @param {number} count
 */
export function costWords(unit, count) {
  if (unit === null) return "price unknown";
  return unit === 0 ? "free" : money(unit * count);
}

/**
 * What a budget says to a cost.
 * @param {number | null} cost nano-dollars, null when nobody said
 * @param {number | null} left nano-dollars, null without a cap
 * @param {number} [edits] that are sent by one press
 * @param {string} [of] what is left of which budget
 * @returns {{text: string, isOver: boolean}}
 */
export function budgetWords(cost, left, edits = 1, of = "of this month’s budget") {
  if (left === null) return { text: "", isOver: false };
  const room = money(Math.max(0, left));
  if ((cost ?? 0) <= left) return { text: `${room} left ${of}.`, isOver: false };
  const what = edits === 1 ? "This edit costs" : `These ${edits} edits cost`;
  const costs = cost ? `${what} ${money(cost)}, but only` : "Only";
  return { text: `${costs} ${room} ${of} are left.`, isOver: true };
}
