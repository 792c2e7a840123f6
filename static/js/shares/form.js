/* The form of a share link: shows and makes passwords, and lets the preview follow. */

import { makePassword } from "./password.js";

const page = /** @type {HTMLElement} */ (document.querySelector("[data-share-page]"));
const input = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (page.querySelector(`[data-share-${name}]`));
const title = input("title");
const password = input("password");
const views = input("views");
const shown = page.querySelector("[data-share-shown-title]");
const show = page.querySelector("[data-share-show]");

function follow() {
  if (shown) shown.textContent = title.value;
  page.toggleAttribute("data-has-password", password.value !== "");
  page.toggleAttribute("data-has-views", views.value !== "");
}

/** @param {boolean} readable */
function showPassword(readable) {
  password.type = readable ? "text" : "password";
  show?.setAttribute("aria-pressed", String(readable));
}

show?.addEventListener("click", () => showPassword(password.type === "password"));
page.querySelector("[data-share-generate]")?.addEventListener("click", () => {
  password.value = makePassword((bytes) => crypto.getRandomValues(bytes));
  showPassword(true);
  password.select();
  follow();
});
page.addEventListener("input", follow);
// Coming back by the browser's back button finds the fields filled in.
addEventListener("pageshow", follow);
