/*
 * Bringing pictures in: choose, drop anywhere or paste. Each file travels by its own request, so
 * each has its own progress and its own answer. One file alone goes on to its studio; several stay here.
 *
 * Without script the same form sends all files at once.
 */

import { startGallery } from "./gallery.js";

/** How many files travel at the same time. */
const LANES = 2;

const LOST = "The connection broke before the upload was complete.";
const LOGGED_OUT = "You are no longer logged in. Reload the page and log in.";
const ODD = "The server could not take this picture. Try again in a moment.";

/**
 * @typedef {object} Upload
 * @property {File} file
 * @property {HTMLElement} row
 * @property {"waiting" | "sending" | "done" | "refused"} state
 * @property {XMLHttpRequest} [request]
 * @property {string} [url] where the picture's studio is, once uploaded
 */

/**
 * A file's size as people say it.
 * @param {number} bytes
 * @returns {string}
 */
export function sizeInWords(bytes) {
  const megabytes = bytes / 1_000_000;
  if (megabytes < 0.1) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${megabytes.toFixed(megabytes < 10 ? 1 : 0)} MB`;
}

/**
 * What the server's answer means.
 * @param {{ status: number, responseText: string, responseURL: string }} answer
 * @returns {{ url: string, card: string } | { error: string }}
 */
export function readAnswer({ status, responseText, responseURL }) {
  /** @type {any} */
  let body = null;
  try {
    body = JSON.parse(responseText);
  } catch {
    if (responseURL.includes("/login/")) return { error: LOGGED_OUT };
  }
  if (status === 201 && body?.url) return { url: body.url, card: body.card ?? "" };
  return { error: body?.error ?? ODD };
}

class Uploader {
  /** @type {Upload[]} */
  #uploads = [];

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.list = /** @type {HTMLElement} */ (form.querySelector("[data-uploads]"));
    this.summary = /** @type {HTMLElement} */ (form.querySelector("[data-upload-summary]"));
    this.template = /** @type {HTMLTemplateElement} */ (
      form.querySelector("[data-upload-row]")
    );
    this.field = /** @type {HTMLInputElement} */ (form.elements.namedItem("files"));
    this.field.addEventListener("change", () => {
      this.add([...(this.field.files ?? [])]);
      this.field.value = "";
    });
    addEventListener("beforeunload", (event) => {
      if (this.#uploads.some(({ state }) => state === "sending")) event.preventDefault();
    });
  }

  /** @param {File[]} files */
  add(files) {
    for (const file of files) {
      const row = /** @type {HTMLElement} */ (
        /** @type {DocumentFragment} */ (this.template.content.cloneNode(true)).firstElementChild
      );
      /** @type {Upload} */
      const upload = { file, row, state: "waiting" };
      this.#part(upload, ".uploads__name").textContent = file.name;
      this.#part(upload, "[data-upload-dismiss]").addEventListener("click", () => this.drop(upload));
      this.#part(upload, "[data-upload-again]").addEventListener("click", () => this.again(upload));
      this.list.append(row);
      this.#uploads.push(upload);
      const limit = Number(this.form.dataset.maxMb);
      if (limit && file.size > limit * 1_000_000) {
        this.#refuse(
          upload,
          `${sizeInWords(file.size)} is too much: pictures may have up to ${limit} MB.`,
          false,
        );
      }
    }
    this.#next();
  }

  /** @param {Upload} upload */
  again(upload) {
    this.#show(upload, "waiting", "Waiting");
    this.#part(upload, "[data-upload-again]").hidden = true;
    this.#next();
  }

  /** @param {Upload} upload */
  drop(upload) {
    upload.request?.abort();
    upload.row.remove();
    this.#uploads = this.#uploads.filter((each) => each !== upload);
    this.#next();
  }

  /** Fill the free lanes; when nothing travels any more, finish. */
  #next() {
    const sending = this.#uploads.filter(({ state }) => state === "sending").length;
    const waiting = this.#uploads.filter(({ state }) => state === "waiting");
    for (const upload of waiting.slice(0, Math.max(0, LANES - sending))) this.#send(upload);
    if (sending === 0 && waiting.length === 0) this.#finish();
  }

  /** @param {Upload} upload */
  #send(upload) {
    const request = new XMLHttpRequest();
    upload.request = request;
    this.#show(upload, "sending", "Uploading");
    const bar = /** @type {HTMLProgressElement} */ (this.#part(upload, "progress"));
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = total ? loaded / total : 0;
      this.#part(upload, ".uploads__says").textContent =
        loaded < total
          ? `${sizeInWords(loaded)} of ${sizeInWords(total)}`
          : "Checking the picture";
      bar.classList.toggle("bar--busy", loaded >= total);
    });
    request.addEventListener("load", () => this.#answered(upload, readAnswer(request)));
    request.addEventListener("error", () => this.#refuse(upload, LOST, true));
    const body = new FormData();
    const token = /** @type {HTMLInputElement | null} */ (
      this.form.elements.namedItem("csrfmiddlewaretoken")
    );
    if (token) body.set("csrfmiddlewaretoken", token.value);
    body.set("files", upload.file, upload.file.name);
    request.open("POST", this.form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  }

  /**
   * @param {Upload} upload
   * @param {{ url: string, card: string } | { error: string }} answer
   */
  #answered(upload, answer) {
    if ("error" in answer) {
      this.#refuse(upload, answer.error, answer.error === ODD);
      return;
    }
    upload.url = answer.url;
    this.#show(upload, "done", "Uploaded");
    if (this.#uploads.length > 1) {
      addCard(answer.card);
      upload.row.remove();
    }
    this.#next();
  }

  /**
   * @param {Upload} upload
   * @param {string} sentence
   * @param {boolean} mayTryAgain
   */
  #refuse(upload, sentence, mayTryAgain) {
    this.#show(upload, "refused", sentence);
    this.#part(upload, "[data-upload-again]").hidden = !mayTryAgain;
    this.#next();
  }

  #finish() {
    const done = this.#uploads.filter(({ state }) => state === "done");
    if (this.#uploads.length === 0) return;
    this.summary.textContent = `${done.length} of ${this.#uploads.length} uploaded.`;
    if (this.#uploads.length === 1 && done[0]?.url) location.assign(done[0].url);
    this.#uploads = this.#uploads.filter(({ state }) => state === "refused");
  }

  /**
   * @param {Upload} upload
   * @param {Upload["state"]} state
   * @param {string} words
   */
  #show(upload, state, words) {
    upload.state = state;
    upload.row.dataset.state = state;
    this.#part(upload, ".uploads__says").textContent = words;
  }

  /**
   * @param {Upload} upload
   * @param {string} selector
   * @returns {HTMLElement}
   */
  #part(upload, selector) {
    return /** @type {HTMLElement} */ (upload.row.querySelector(selector));
  }
}

/**
 * Put a picture's card first on the wall.
 * @param {string} card HTML, made by our own server
 */
function addCard(card) {
  const wall = document.querySelector("[data-picture-wall]");
  wall?.insertAdjacentHTML("afterbegin", card);
  if (wall?.firstElementChild) startGallery(wall.firstElementChild);
  const section = /** @type {HTMLElement | null} */ (wall?.closest("[data-recent]"));
  if (section) section.hidden = false;
}

/** @param {DataTransfer | null} transfer */
function carriesFiles(transfer) {
  return transfer?.types.includes("Files") ?? false;
}

/**
 * The whole window takes drops, and says so while something hovers over it.
 * @param {Uploader} uploader
 */
function listenForDrops(uploader) {
  const veil = /** @type {HTMLElement | null} */ (document.querySelector("[data-drop-veil]"));
  let depth = 0;
  /** @param {number} now */
  const setDepth = (now) => {
    depth = Math.max(0, now);
    if (veil) veil.hidden = depth === 0;
  };
  document.addEventListener("dragenter", (event) => {
    if (carriesFiles(event.dataTransfer)) setDepth(depth + 1);
  });
  document.addEventListener("dragleave", (event) => {
    if (carriesFiles(event.dataTransfer)) setDepth(depth - 1);
  });
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event.dataTransfer)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    setDepth(0);
    uploader.add([...(event.dataTransfer?.files ?? [])]);
  });
}

/** Wake the upload form, if the page has one. */
export function startUpload() {
  const form = /** @type {HTMLFormElement | null} */ (
    document.querySelector("form[data-upload]")
  );
  if (!form) return;
  const uploader = new Uploader(form);
  listenForDrops(uploader);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    uploader.add(files);
  });
}
