/** The page of the studio's keys among the settings: the list of the help dialog, without its dialog. */

import { Bindings } from "./bindings.js";
import { Help } from "./help.js";
import { csrfToken } from "./page.js";
import { Preferences } from "./preferences.js";

/** @param {string} sentence */
function say(sentence) {
  for (const place of document.querySelectorAll("[data-preferences-said]")) place.textContent = sentence;
}

const list = document.querySelector("[data-keyboard]");
const data = JSON.parse(document.getElementById("keyboard-data")?.textContent ?? "{}");
const bindings = new Bindings(data.preferences.bindings);
const preferences = new Preferences(data.url, csrfToken(), say);
bindings.onChange(() => preferences.keep({ bindings: bindings.kept }));
// It never opens as a dialog here, and asks for nothing that only a dialog has.
new Help(/** @type {HTMLDialogElement} */ (list), bindings);
