/* Starts what every page may hold: once for the page, then again for each fragment that htmx brings. */

import { startArchives } from "./archives.js";
import { startArranging } from "./arranging.js";
import { startCompare } from "./compare.js";
import { startDownloads } from "./download.js";
import { startElapsed } from "./elapsed.js";
import { startGallery } from "./gallery.js";
import { startLogout } from "./logout.js";
import { startMarking } from "./marking.js";
import { startNotices } from "./notices.js";
import { startResults } from "./results.js";
import { nameControlKey } from "./studio/control-key.js";
import { startUpload } from "./upload.js";

/** @param {ParentNode} root */
function start(root) {
  startArchives(root);
  startElapsed(root);
  startArranging(root);
  startGallery(root);
  startResults(root);
  nameControlKey(root);
}

/**
 * A form marked data-once is sent once, however often its button is pressed.
 * @param {SubmitEvent} event
 */
function sendOnce(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("once" in form.dataset)) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
}

/**
 * Someone who was logged out meanwhile gets the login page instead of a fragment: go there.
 * @param {Event} event
 */
function notTheLoginPage(event) {
  const { detail } = /** @type {CustomEvent<{ xhr: XMLHttpRequest, shouldSwap: boolean }>} */ (
    event
  );
  if (!detail.xhr.responseURL.includes("/login/")) return;
  detail.shouldSwap = false;
  location.reload();
}

/** Coming back by the browser's back button finds the page as it was left. */
function allowAgain() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    form.removeAttribute("data-sent");
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
}

startCompare();
startNotices();
startUpload();
startDownloads();
startLogout();
startMarking();
start(document);
document.addEventListener("htmx:load", (event) => {
  const fragment = /** @type {CustomEvent<{ elt: Element }>} */ (event).detail.elt;
  if (fragment !== document.body) start(fragment.parentElement ?? fragment);
});
document.addEventListener("htmx:beforeSwap", notTheLoginPage);
document.addEventListener("submit", sendOnce);
addEventListener("pageshow", allowAgain);
