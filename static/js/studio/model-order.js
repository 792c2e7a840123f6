/** In which order models are offered, and which of them. Knows nothing of the page. */

import { paidImages, unitPrice } from "./prices.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {"listed" | "price" | "speed" | "name"} Order */
/** @typedef {"mask" | "references"} Need */
/** @typedef {{favourites: string[], recent: string[], order: Order}} Habits */

const MOST_RECENT = 3;
/** @type {readonly Order[]} */
const ORDERS = ["listed", "price", "speed", "name"];

/**
 * What this wish would cost with a model.
 * @param {Model} model
 * @param {{count: number, size: string}} wish
 * @returns {{unit: number | null, count: number, cost: number | null}} nano-dollars
 */
export function costWith(model, { count, size }) {
  const taken = model.sizes.includes(size) ? size : (model.sizes[0] ?? "");
  const unit = unitPrice(model, taken);
  const paid = paidImages(model, count);
  return { unit, count: paid, cost: unit === null ? null : unit * paid };
}

/**
 * Favourites first, then what was used lately, then the others; within each by the order that was chosen.
 * What nobody knows comes last.
 * @param {readonly Model[]} models as the server lists them
 * @param {Habits} habits
 * @param {{count: number, size: string}} wish
 */
export function inOrder(models, { favourites, recent, order }, wish) {
  const rank = (/** @type {Model} */ { id }) => (favourites.includes(id) ? 0 : recent.includes(id) ? 1 : 2);
  const measure = measureOf(order, wish);
  return models
    .map((model, place) => ({ model, place }))
    .sort(
      (one, other) =>
        rank(one.model) - rank(other.model) ||
        compare(measure(one.model), measure(other.model)) ||
        one.place - other.place,
    )
    .map(({ model }) => model);
}

/**
 * @param {Order} order
 * @param {{count: number, size: string}} wish
 * @returns {(model: Model) => number | string}
 */
function measureOf(order, wish) {
  switch (order) {
    case "price":
      return (model) => costWith(model, wish).cost ?? Infinity;
    case "speed":
      return (model) => model.usual?.median ?? Infinity;
    case "name":
      return (model) => model.name;
    default:
      return () => 0;
  }
}

/**
 * @param {number | string} one
 * @param {number | string} other
 */
function compare(one, other) {
  if (typeof one === "string") return one.localeCompare(String(other), undefined, { numeric: true });
  return one === other ? 0 : one < Number(other) ? -1 : 1;
}

/**
 * @param {Model} model
 * @param {{search: string, needs: readonly Need[]}} asked
 */
export function isOffered(model, { search, needs }) {
  const words = `${model.name} ${model.description} ${model.id}`.toLowerCase();
  if (!search.toLowerCase().split(/\s+/).every((word) => words.includes(word))) return false;
  return needs.every((need) =>
    need === "mask" ? model.mask_support !== "enforced" : model.max_references > 0,
  );
}

/**
 * @param {Habits} habits
 * @param {string} id
 * @returns {Habits}
 */
export function used(habits, id) {
  return { ...habits, recent: [id, ...habits.recent.filter((other) => other !== id)].slice(0, MOST_RECENT) };
}

/**
 * @param {Habits} habits
 * @param {string} id
 * @returns {Habits}
 */
export function favoured(habits, id) {
  const { favourites } = habits;
  const isOne = favourites.includes(id);
  return { ...habits, favourites: isOne ? favourites.filter((other) => other !== id) : [...favourites, id] };
}

/**
 * @param {string | null} kept what stands in the browser's storage
 * @returns {Habits}
 */
export function readHabits(kept) {
  try {
    const { favourites, recent, order } = JSON.parse(kept ?? "{}");
    return { favourites: texts(favourites), recent: texts(recent), order: ORDERS.includes(order) ? order : "listed" };
  } catch {
    // Whatever stands there are no habits.
    return { favourites: [], recent: [], order: "listed" };
  }
}

/** @param {unknown} given @returns {string[]} */
function texts(given) {
  return Array.isArray(given) ? given.filter((each) => typeof each === "string") : [];
}
