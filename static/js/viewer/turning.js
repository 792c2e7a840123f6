/** From one picture to the next without leaving full screen, and back to where one came from. */

const PARTS = ["[data-viewer-bar]", "[data-viewer]"];

/**
 * Puts the page of another picture in place of this one.
 * @param {string} url
 * @returns {Promise<boolean>} false when the browser was sent there instead
 */
export async function turnTo(url) {
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    window.location.assign(url);
    return false;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = PARTS.map((selector) => page.querySelector(selector));
  if (found.some((part) => part === null)) {
    window.location.assign(url);
    return false;
  }
  const focused = document.activeElement?.id;
  PARTS.forEach((selector, i) => document.querySelector(selector)?.replaceWith(/** @type {Element} */ (found[i])));
  const { htmx } = /** @type {{ htmx?: { process: (element: Element) => void } }} */ (/** @type {unknown} */ (window));
  for (const selector of PARTS) {
    const part = document.querySelector(selector);
    if (part) htmx?.process(part);
  }
  document.title = page.title;
  // Esc and the browser's own "back" lead to where one came from, however far one has gone.
  window.history.replaceState(window.history.state, "", url);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  return true;
}

/**
 * Back to the page before, as it was left; to `url` for who has opened the address itself.
 * @param {string} url
 */
export function leave(url) {
  if (cameFromHere(document.referrer, window.location.origin) && window.history.length > 1) window.history.back();
  else window.location.assign(url);
}

/**
 * @param {string} referrer
 * @param {string} origin
 */
export function cameFromHere(referrer, origin) {
  if (!referrer) return false;
  const from = new URL(referrer);
  return from.origin === origin && !/^\/(login|setup)\//.test(from.pathname);
}
