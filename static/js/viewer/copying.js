/** Buttons that copy what stands in another element: `data-copy` is its id. */

import { CONTROL } from "../studio/control-key.js";

const SAID_FOR = 2000;

/** @param {HTMLElement} root */
export function armCopying(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => void copy(/** @type {HTMLElement} */ (button)));
  }
}

/** @param {HTMLElement} button */
async function copy(button) {
  const source = document.getElementById(button.dataset.copy ?? "");
  const label = /** @type {HTMLElement} */ (button.querySelector("span"));
  if (!source || label.dataset.words) return;
  label.dataset.words = label.textContent ?? "";
  label.textContent = (await write(source)) ? "Copied" : `Selected: press ${CONTROL} + C`;
  label.setAttribute("role", "status");
  window.setTimeout(() => {
    label.textContent = label.dataset.words ?? "";
    delete label.dataset.words;
  }, SAID_FOR);
}

/**
 * A page that came over plain HTTP has no clipboard: then the text is only selected.
 * @param {HTMLElement} source
 */
async function write(source) {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    return true;
  } catch {
    window.getSelection()?.selectAllChildren(source);
    return false;
  }
}
