/*
 * Downloads in another format. Large pictures take seconds to write, so the form says that it is
 * at it, and how large the file became. Without script the same form leads to the same file.
 */

import { sizeInWords } from "./upload.js";

const LOST = "The connection broke before the file was there. Try again.";
const ODD = "The server could not make this file. Try again in a moment.";
const ENDINGS = { jpeg: "jpg", png: "png", webp: "webp", avif: "avif" };
/** How long a browser may take to begin saving. */
const KEEP_MS = 60_000;

/**
 * What to call the file.
 * @param {string} stem
 * @param {string} format
 */
export function fileName(stem, format) {
  return `${stem}.${ENDINGS[/** @type {keyof typeof ENDINGS} */ (format)] ?? format}`;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} words
 * @param {boolean} [bad]
 */
function say(form, words, bad = false) {
  const said = /** @type {HTMLElement} */ (form.querySelector(".download__said"));
  const line = document.createElement("span");
  line.className = bad ? "download__problem" : "muted";
  line.textContent = words;
  said.replaceChildren(line);
}

/**
 * @param {Blob} file
 * @param {string} name
 */
function save(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}

/**
 * A finished file's size.
 * @param {number} bytes
 */
export function sizeOf(bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : sizeInWords(bytes);
}

/** @param {Response} answer */
async function reasonOf(answer) {
  if (answer.redirected && answer.url.includes("/login/")) {
    return "You are no longer logged in. Reload the page and log in.";
  }
  try {
    return (await answer.json()).error ?? ODD;
  } catch {
    return ODD;
  }
}

/** @param {HTMLFormElement} form */
async function download(form) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  if (button.getAttribute("aria-busy")) return;
  const asked = new FormData(form);
  const name = fileName(form.dataset.download ?? "picture", String(asked.get("format")));
  button.setAttribute("aria-busy", "true");
  say(form, `Writing ${name} …`);
  try {
    const query = new URLSearchParams(/** @type {any} */ (asked));
    const answer = await fetch(`${form.action}?${query}`, {
      headers: { Accept: "application/json, image/*" },
    });
    const type = answer.headers.get("Content-Type") ?? "";
    if (answer.ok && type.startsWith("image/")) {
      const file = await answer.blob();
      save(file, name);
      say(form, `${name}: ${sizeOf(file.size)}`);
    } else {
      say(form, await reasonOf(answer), true);
    }
  } catch {
    say(form, LOST, true);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/**
 * The download form that an event belongs to.
 * @param {Event} event
 */
function formOf({ target }) {
  const form = target instanceof Element ? target.closest("form[data-download]") : null;
  return form instanceof HTMLFormElement ? form : null;
}

/** Listen for the whole page: forms come and go with its fragments. */
export function startDownloads() {
  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (!form) return;
    event.preventDefault();
    download(form);
  });
  document.addEventListener("input", (event) => {
    const { target } = event;
    const form = formOf(event);
    if (!form || !(target instanceof HTMLInputElement)) return;
    // What was said of the last file does not hold for the next one.
    if (!form.querySelector("[aria-busy]")) say(form, "");
    if (target.type !== "range") return;
    const said = target.parentElement?.querySelector("output");
    if (said) said.value = target.value;
  });
}
