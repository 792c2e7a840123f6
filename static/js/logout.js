/* Logging out: what is unfinished goes to the server first, then this browser forgets what the server has. */

import { BrowserKeeper } from "./studio/draft/browser-keeper.js";

/** Nobody waits longer than this many milliseconds to be logged out. */
const PATIENCE = 4000;

/** @param {SubmitEvent} event */
async function leave(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-logout]")) return;
  event.preventDefault();
  /** @type {Promise<unknown>[]} */
  const works = [];
  const wait = (/** @type {Promise<unknown>} */ work) => works.push(work);
  document.dispatchEvent(new CustomEvent("nanoedit:logout", { detail: { wait } }));
  const safely = Promise.allSettled(works).then(() => new BrowserKeeper().tidy(null));
  await Promise.race([safely, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  form.submit();
}

export function startLogout() {
  document.addEventListener("submit", (event) => void leave(event));
}
