/** What both the studio and the adjust page need of the page that they stand in. */

/**
 * Find what the page must have. Throws when it lacks it.
 * @template {HTMLElement} E
 * @param {string} selector
 * @returns {E}
 */
export function find(selector) {
  const element = document.querySelector(selector);
  if (!element) throw new Error(`The page lacks ${selector}.`);
  return /** @type {E} */ (element);
}

/** The token without which the server takes no POST. */
export function csrfToken() {
  return /** @type {HTMLInputElement} */ (find("input[name=csrfmiddlewaretoken]")).value;
}

/** @returns {Storage | null} null where the browser keeps nothing for us */
export function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
