/** The dialog that takes a mask from a file or an earlier edit, shows what it covers, and joins it in. */

import { READING_WORDS } from "./mask/importing.js";
import { combine, shareOf } from "./mask/combining.js";
import { percentText } from "./mask/coverage.js";
import { TILE, TILE_SHIFT } from "./mask/tiles.js";

/** @typedef {import("./mask/combining.js").Way} Way */
/** @typedef {import("./mask/importing.js").Reading} Reading */
/** @typedef {import("./mask/sheet.js").MaskSheet} MaskSheet */
/** @typedef {import("./mask/tiles.js").Slot} Slot */
/** @typedef {import("./picture-pixels.js").PicturePixels} PicturePixels */
/** @typedef {import("./selecting.js").Selecting} Selecting */

const PREVIEW_SIDE = 420;
/** What is not to change is dimmed to this share of its light. */
const DIMMED = 0.35;
const NOT_FETCHED = "This mask could not be fetched. Try again in a moment.";

export class MaskImport {
  #dialog;
  #sheet;
  #pixels;
  #selecting;
  #url;
  /** @type {Blob | null} */
  #file = null;
  /** @type {Slot[] | null} */
  #slots = null;
  #turn = 0;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {MaskSheet} sheet
   * @param {{pixels: PicturePixels, selecting: Selecting}} selection
   * @param {string} url of the list of earlier masks
   */
  constructor(dialog, sheet, { pixels, selecting }, url) {
    this.#dialog = dialog;
    this.#sheet = sheet;
    this.#pixels = pixels;
    this.#selecting = selecting;
    this.#url = url;
    const file = /** @type {HTMLInputElement} */ (this.#part("file"));
    file.addEventListener("change", () => {
      if (file.files?.[0]) void this.#take(file.files[0], null);
    });
    this.#part("earlier").addEventListener("click", (event) => void this.#picked(event));
    this.#part("reading-list").addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement && this.#file) void this.#take(this.#file, /** @type {Reading} */ (target.value));
    });
    this.#part("apply").addEventListener("click", () => this.#apply());
  }

  /** @param {File | null} [file] one that is here already */
  open(file = null) {
    /** @type {HTMLInputElement} */ (this.#part("file")).value = "";
    this.#forget();
    this.#dialog.showModal();
    void this.#list();
    if (file) void this.#take(file, null);
  }

  async #list() {
    const answer = await fetch(this.#url).catch(() => null);
    const list = this.#part("earlier");
    if (answer?.ok && !answer.redirected) list.innerHTML = await answer.text();
    else list.textContent = "The list could not be fetched. Close this and open it again.";
  }

  /** @param {Event} event */
  async #picked({ target }) {
    const button = target instanceof Element ? target.closest("[data-earlier-mask]") : null;
    if (!(button instanceof HTMLElement)) return;
    for (const other of this.#dialog.querySelectorAll("[data-earlier-mask]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    /** @type {HTMLInputElement} */ (this.#part("file")).value = "";
    const turn = ++this.#turn;
    const answer = await fetch(button.dataset.earlierMask ?? "").catch(() => null);
    // Another one was picked meanwhile.
    if (turn !== this.#turn) return;
    if (!answer?.ok || answer.redirected) this.#complain(NOT_FETCHED);
    else await this.#take(await answer.blob(), null);
  }

  /**
   * @param {Blob} file
   * @param {Reading | null} reading
   */
  async #take(file, reading) {
    const turn = ++this.#turn;
    this.#file = file;
    this.#slots = null;
    this.#complain("");
    this.#say("Reading the mask");
    this.#refresh();
    try {
      const { slots, readings, from } = await this.#pixels.importMask(file, reading);
      if (turn !== this.#turn) return;
      this.#slots = slots;
      if (!reading) this.#offer(readings);
      this.#show(slots, from);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#forget();
      this.#complain(error instanceof Error ? error.message : String(error));
    }
    this.#refresh();
  }

  /** @param {Reading[]} readings */
  #offer(readings) {
    const choices = readings.map((reading, n) => {
      const label = document.createElement("label");
      const field = document.createElement("input");
      label.className = "check";
      Object.assign(field, { type: "radio", name: "import-reading", value: reading, checked: n === 0 });
      label.append(field, ` ${READING_WORDS[reading]}`);
      return label;
    });
    this.#part("reading-list").replaceChildren(...choices);
  }

  /**
   * @param {Slot[]} slots
   * @param {{width: number, height: number}} from
   */
  #show(slots, from) {
    const { mask } = this.#sheet;
    const share = shareOf(slots, mask);
    const isScaled = from.width !== mask.width || from.height !== mask.height;
    const scaled = isScaled ? ` It was brought from ${from.width} × ${from.height} to this picture’s size.` : "";
    this.#say(share ? `It covers ${percentText(share)} of the picture.${scaled}` : "It covers nothing. Choose the other reading below.");
    this.#draw(slots);
  }

  /** @param {Slot[] | null} slots null shows the picture alone, in the size that it will keep */
  #draw(slots) {
    const { width, height, columns } = this.#sheet.mask;
    const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height));
    const canvas = /** @type {HTMLCanvasElement} */ (this.#part("preview"));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const picture = document.querySelector("img[data-stage-preview]");
    if (!context || !(picture instanceof HTMLImageElement)) return;
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    if (!slots) return;
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    for (let y = 0; y < canvas.height; y++) {
      const py = Math.min(height - 1, Math.floor((y + 0.5) / scale));
      for (let x = 0; x < canvas.width; x++) {
        const px = Math.min(width - 1, Math.floor((x + 0.5) / scale));
        const slot = slots[(py >> TILE_SHIFT) * columns + (px >> TILE_SHIFT)];
        const value = slot ? slot[((py & (TILE - 1)) << TILE_SHIFT) | (px & (TILE - 1))] : 0;
        const light = DIMMED + ((1 - DIMMED) * value) / 255;
        const at = (y * canvas.width + x) * 4;
        for (let k = 0; k < 3; k++) image.data[at + k] *= light;
      }
    }
    context.putImageData(image, 0, 0);
  }

  #apply() {
    const slots = this.#slots;
    const way = this.#way;
    if (!slots || !this.#sheet.isFree) return;
    const changed = this.#sheet.change((mask) => combine(mask, slots, way));
    this.#dialog.close();
    const { share } = this.#sheet.measure();
    this.#selecting.say(changed ? `Mask taken. ${percentText(share)} of the picture may change.` : "The mask is the same already.");
  }

  get #way() {
    const chosen = /** @type {HTMLInputElement | null} */ (this.#dialog.querySelector("input[name=import-way]:checked"));
    return /** @type {Way} */ (chosen?.value ?? "replace");
  }

  #forget() {
    this.#turn++;
    this.#file = null;
    this.#slots = null;
    this.#draw(null);
    this.#offer(["white", "black"]);
    this.#say("Choose a mask to see what it covers.");
    this.#complain("");
    this.#refresh();
  }

  #refresh() {
    /** @type {HTMLButtonElement} */ (this.#part("apply")).disabled = this.#slots === null;
  }

  /** @param {string} words */
  #say(words) {
    this.#part("words").textContent = words;
  }

  /** @param {string} sentence */
  #complain(sentence) {
    const problem = this.#part("problem");
    problem.textContent = sentence;
    problem.hidden = !sentence;
    this.#part("words").hidden = Boolean(sentence);
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#dialog.querySelector(`[data-import-${name}]`));
  }
}
