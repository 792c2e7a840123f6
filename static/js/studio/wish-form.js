/** The wish: prompt, model, count, size, and the button that names the price and sends it. */

import { percentText } from "./mask/coverage.js";
import { MaskFiles } from "./mask-files.js";
import { maskSentence } from "./models.js";
import { budgetWords, costWords, paidImages, priceLabel, unitPrice } from "./prices.js";
import { freshKey, post } from "./sending.js";
import { ThereAlready } from "./there.js";
import { WishChoices } from "./wish-choices.js";

/** @typedef {import("./mask/sheet.js").MaskSheet} MaskSheet */
/** @typedef {import("./types.js").EditAnswer} EditAnswer */
/** @typedef {import("./types.js").Model} Model */

/** A good word fades after this many milliseconds, a complaint stays. */
const SAID_FOR = 8000;
/** Milliseconds after a change of the mask. */
const REFRESH_AFTER = 130;
/** From this share of the limit on the prompt's length is shown. */
const COUNT_FROM = 0.8;

export class WishForm {
  #form;
  #sheet;
  #files = new MaskFiles();
  #choices;
  #maxPrompt;
  #there;
  #isSending = false;
  #sayTimer = 0;
  #refreshTimer = 0;
  /** The mask as it was sent last. */
  #sentRevision = 0;
  /** What a try without an answer had asked for; the same wish keeps its key. @type {string | null} */
  #unanswered = null;
  /** @type {(() => void)[]} */
  #listeners = [];
  /** Prices that the server said after the page was made, by model and size. @type {Map<string, number | null>} */
  #newPrices = new Map();

  /**
   * @param {HTMLFormElement} form
   * @param {import("./types.js").StudioData} data
   * @param {MaskSheet} sheet
   * @param {Storage | null} storage
   */
  constructor(form, data, sheet, storage) {
    this.#form = form;
    this.#sheet = sheet;
    this.#maxPrompt = data.max_prompt;
    this.#there = new ThereAlready(this.#part("wish-there"), () => void this.submit({ runAgain: true }));
    this.#choices = new WishChoices(form, data, storage, () => this.refresh());
    this.#field("shown_price").disabled = false;
    // Every complaint is said in the same place, so the browser's own bubbles stay out.
    form.noValidate = true;
    this.prompt.addEventListener("input", () => this.refresh());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.#isSending || this.hasUnsentStrokes) event.preventDefault();
    });
    sheet.onChange(() => this.#refreshSoon());
    // The strip brings along what is left of the budget.
    document.addEventListener("htmx:afterSwap", () => this.refresh());
    this.refresh();
  }

  get prompt() {
    return /** @type {HTMLTextAreaElement} */ (this.#form.elements.namedItem("prompt"));
  }

  get model() {
    return this.#choices.model;
  }

  get hasUnsentStrokes() {
    return !this.#sheet.mask.isEmpty && this.#sheet.revision !== this.#sentRevision;
  }

  /**
   * Starts from a mask kept with an earlier wish.
   * @param {string} url
   * @param {(kept: Awaited<ReturnType<MaskFiles["read"]>>) => boolean} put
   */
  async loadMask(url, put) {
    try {
      const kept = await this.#files.read(url);
      const isPut = this.#sheet.mask.isEmpty && put(kept);
      if (isPut) this.#sentRevision = this.#sheet.revision;
      else this.#fail("The earlier mask does not fit this picture.", "mask");
    } catch {
      this.#fail("The earlier mask could not be loaded. Paint it again, or reload the page.", "mask");
    }
  }

  /** @param {() => void} listener called when the wish may be another one, but for its mask */
  onRefresh(listener) {
    this.#listeners.push(listener);
  }

  /** Brings the button, the price and the sentence about the mask in line with everything chosen. */
  refresh() {
    const { model } = this.#choices;
    if (!model) return;
    const unit = this.#unitPrice(model);
    const count = paidImages(model, this.#choices.count);
    this.#field("shown_price").value = unit === null ? "" : String(unit * count);
    if (!this.#isSending) this.#button.textContent = priceLabel(unit, count);
    this.#there.keepFor(this.#signature(this.#sheet.revision), costWords(unit, count));
    this.#showBudget();
    this.#showMaskSentence(model);
    this.#showLength(model);
    for (const listener of this.#listeners) listener();
  }

  /** Measuring a large mask takes a moment, which the end of a stroke should not wait for. */
  #refreshSoon() {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = window.setTimeout(() => this.refresh(), REFRESH_AFTER);
  }

  /** @param {{runAgain?: boolean}} [how] runAgain: although the same wish was made before */
  async submit({ runAgain = false } = {}) {
    if (this.#isSending || !this.#mayBeSent()) return;
    this.#isSending = true;
    this.#clearError();
    this.#setBusy("Preparing the mask");
    try {
      await this.#send(runAgain);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error), null);
    }
    this.#isSending = false;
    this.#setBusy(null);
    this.refresh();
  }

  /** @param {boolean} runAgain */
  async #send(runAgain) {
    await this.#sheetFree();
    const { revision, mask } = this.#sheet;
    const signature = this.#signature(revision);
    this.#renewKey(signature);
    const body = new FormData(this.#form);
    body.delete("mask");
    if (runAgain) body.set("run_again", "1");
    if (!mask.isEmpty) body.set("mask", await this.#files.write(mask), "mask.png");
    this.#setBusy("Sending");
    const answer = await post(this.#form.action, body, (share) => this.#showProgress(share));
    if (answer.ok) this.#sent(answer, revision);
    else this.#refused(answer, signature);
  }

  /** A stroke or an undo may be under way when Ctrl+Enter is pressed. */
  async #sheetFree() {
    while (!this.#sheet.isFree) await new Promise((resolve) => setTimeout(resolve, 30));
  }

  /**
   * @param {EditAnswer} answer
   * @param {number} revision
   */
  #sent(answer, revision) {
    this.#unanswered = null;
    this.#there.hide();
    this.#sentRevision = revision;
    this.#field("submit_key").value = answer.submit_key ?? freshKey();
    this.#say("Queued. The mask and the prompt stay for the next try.");
    const strip = document.getElementById("variant-strip");
    if (!strip || answer.strip === undefined) return;
    strip.innerHTML = answer.strip;
    const { htmx } = /** @type {{htmx?: {process: (element: Element) => void}}} */ (
      /** @type {unknown} */ (window)
    );
    htmx?.process(strip);
    strip.scrollTo({ left: 0 });
  }

  /**
   * @param {EditAnswer} answer
   * @param {string} signature
   */
  #refused(answer, signature) {
    this.#unanswered = signature;
    if (answer.submit_key) this.#field("submit_key").value = answer.submit_key;
    const { model, size } = this.#choices;
    if (model && answer.price_nano !== undefined) {
      const count = paidImages(model, this.#choices.count);
      const unit = answer.price_nano === null ? null : answer.price_nano / count;
      this.#newPrices.set(`${model.id} ${size}`, unit);
    }
    if (answer.already) this.#there.show(answer, signature);
    else this.#fail(answer.error ?? "", answer.field ?? null);
  }

  /**
   * The same wish sent again must carry the same key, another wish another one.
   * @param {string} signature
   */
  #renewKey(signature) {
    if (this.#unanswered !== null && this.#unanswered !== signature) {
      this.#field("submit_key").value = freshKey();
    }
  }

  /** @param {number} revision */
  #signature(revision) {
    const { model, size, count } = this.#choices;
    const more = [...new FormData(this.#form)].filter(([name]) => /^(frame|references)/.test(name));
    return JSON.stringify([this.prompt.value, model?.id, size, count, revision, more]);
  }

  /** Checks what the person can put right at once. */
  #mayBeSent() {
    const { model } = this.#choices;
    const problem =
      this.#lengthProblem(model) ?? this.#maskProblem(model) ?? this.#uploadProblem() ?? this.#budgetProblem();
    if (problem) this.#fail(problem.text, problem.field);
    return !problem;
  }

  /** @param {Model | null} model */
  #lengthProblem(model) {
    const length = this.prompt.value.trim().length;
    if (!length) return { text: "Say what should happen: the prompt is empty.", field: "prompt" };
    const limit = this.#limit(model);
    if (length <= limit) return null;
    return { text: `The prompt has ${length} characters; the limit is ${limit}.`, field: "prompt" };
  }

  /** @param {Model | null} model */
  #maskProblem(model) {
    if (!model || model.mask_support !== "required" || !this.#sheet.mask.isEmpty) return null;
    return { text: `${model.name} only works with a mask: paint the part that may change.`, field: "mask" };
  }

  #uploadProblem() {
    const isBusy = document.querySelector("[data-references][data-busy]") !== null;
    return isBusy ? { text: "A reference is still being uploaded. Wait a moment.", field: null } : null;
  }

  #budgetProblem() {
    const { text, isOver } = this.#budget();
    return isOver ? { text: `${text} Nothing was sent.`, field: null } : null;
  }

  #budget() {
    const cost = this.#field("shown_price").value;
    const said = document.querySelector("[data-left-nano]")?.getAttribute("data-left-nano");
    return budgetWords(cost === "" ? null : Number(cost), said ? Number(said) : null);
  }

  /** The button of an edit that the budget does not allow looks it, but says why when pressed. */
  #showBudget() {
    const { text, isOver } = this.#budget();
    const line = this.#part("wish-budget");
    if (line.textContent !== text) line.textContent = text;
    line.dataset.tone = isOver ? "bad" : "";
    this.#button.setAttribute("aria-disabled", String(isOver));
  }

  /** @param {Model | null} model */
  #limit(model) {
    return Math.min(this.#maxPrompt, model?.prompt_limit ?? Infinity);
  }

  /** @param {Model} model */
  #unitPrice(model) {
    const { size } = this.#choices;
    const said = this.#newPrices.get(`${model.id} ${size}`);
    return said === undefined ? unitPrice(model, size) : said;
  }

  /** @param {Model} model */
  #showMaskSentence(model) {
    const { share } = this.#sheet.measure();
    const { text, tone } = maskSentence(model, { share, percent: percentText(share) });
    const line = this.#part("wish-mask");
    if (line.textContent !== text) line.textContent = text;
    line.dataset.tone = tone;
  }

  /** @param {Model} model */
  #showLength(model) {
    const limit = this.#limit(model);
    const { length } = this.prompt.value.trim();
    const line = this.#part("wish-length");
    line.hidden = length < limit * COUNT_FROM;
    line.textContent = `${length} of ${limit}`;
    line.dataset.tone = length > limit ? "bad" : "";
  }

  /** @param {string | null} words null = nothing is under way */
  #setBusy(words) {
    const button = this.#button;
    if (words) button.textContent = `${words}…`;
    button.setAttribute("aria-busy", String(words !== null));
    this.#part("wish-progress").hidden = words === null;
    if (words === null) this.#showProgress(0);
  }

  /** @param {number} share */
  #showProgress(share) {
    const bar = /** @type {HTMLProgressElement} */ (this.#part("wish-progress"));
    bar.value = share;
    bar.classList.toggle("bar--busy", share >= 1);
    if (share > 0) this.#button.textContent = share < 1 ? `Sending ${Math.round(share * 100)} %` : "Queueing…";
  }

  /** @param {string} words */
  #say(words) {
    clearTimeout(this.#sayTimer);
    this.#part("wish-said").textContent = words;
    if (words) this.#sayTimer = window.setTimeout(() => this.#say(""), SAID_FOR);
  }

  /**
   * @param {string} sentence
   * @param {string | null} field
   */
  #fail(sentence, field) {
    this.#say("");
    const error = this.#part("wish-error");
    error.textContent = sentence;
    error.hidden = false;
    if (!field) return;
    const input =
      document.querySelector(`[data-stands-for="${field}"]`) ?? this.#form.elements.namedItem(field);
    if (!(input instanceof HTMLElement) || !input.checkVisibility()) return;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }

  #clearError() {
    this.#say("");
    this.#part("wish-error").hidden = true;
    for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  get #button() {
    return this.#part("wish-submit");
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem(name));
  }
}
