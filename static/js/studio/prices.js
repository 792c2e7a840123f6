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

/**
 * What one image costs.
 * @param {Model} model
 * @param {string} size
 * @returns {number | null} nano-dollars, null when nobody said
 */
export function unitPrice(model, size) {
  return model.prices[size] ?? model.price_nano;
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
 */
export function priceLabel(unit, count) {
  if (unit === null) return "Edit · price unknown";
  if (unit === 0) return "Edit · free";
  if (count === 1) return `Edit · ${money(unit)}`;
  return `Edit · ${count} × ${money(unit)} = ${money(unit * count)}`;
}
