/* The page that shows a new link, this once: copies it, or hands it to what a phone sends with. */

import { CONTROL } from "../studio/control-key.js";

const field = /** @type {HTMLInputElement} */ (document.querySelector("[data-share-link]"));
const copy = document.querySelector("[data-share-copy]");
const send = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-share-send]"));
const said = document.querySelector("[data-share-said]");
const SAID_MS = 2500;

/** @param {string} words */
function say(words) {
  const label = document.querySelector("[data-share-copy-words]");
  if (said) said.textContent = words;
  if (label) label.textContent = words;
  setTimeout(() => {
    if (label) label.textContent = "Copy";
  }, SAID_MS);
}

async function copyLink() {
  try {
    await navigator.clipboard.writeText(field.value);
    say("Copied");
  } catch {
    // Without https there is no clipboard for pages: chosen, it is one key away.
    field.select();
    say(document.execCommand("copy") ? "Copied" : `Press ${CONTROL} + C`);
  }
}

async function sendLink() {
  try {
    await navigator.share({ title: field.dataset.title, url: field.value });
  } catch {
    // whoever changed their mind has nothing to be told
  }
}

copy?.addEventListener("click", () => void copyLink());
field.addEventListener("focus", () => field.select());
if (send && "share" in navigator) {
  send.hidden = false;
  send.addEventListener("click", () => void sendLink());
}
