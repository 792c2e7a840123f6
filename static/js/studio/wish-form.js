/** The wish: prompt, model, count, size, and the button that names the price and sends it. */

import { MaskFiles } from "./mask-files.js";
import { costWords, paidImages, priceLabel, unitPrice } from "./prices.js";
import { ThereAlready } from "./there.js";
import { WishChoices } from "./wish-choices.js";
import { WishButton } from "./wish/button.js";
import { Delivery } from "./wish/delivery.js";
import { WishLines } from "./wish/lines.js";
import { approvalOf, problemOf, promptLimit, refusalOf } from "./wish/problems.js";
import { usualVerb } from "./prompt/presets.js";

/** @typedef {import("./mask/sheet.js").MaskSheet} MaskSheet */
/** @typedef {import("./types.js").EditAnswer} EditAnswer */
/** @typedef {import("./types.js").Model} Model */

/**
 * @typedef {object} How a wish is sent
 * @property {boolean} [runAgain] although the same wish was made before
 * @property {boolean} [toFront] before one's other edits
 * @property {number[][]} [parts] boxes that take the paint apart: one edit for each of them
 */

/** Milliseconds after a change of the mask. */
const REFRESH_AFTER = 130;

export class WishForm {
  #form;
  #sheet;
  #files = new MaskFiles();
  #choices;
  #maxPrompt;
  #there;
  #lines;
  #button;
  #delivery;
  #refreshTimer = 0;
  /** @type {(() => void)[]} */
  #listeners = [];
  /** @type {((prompt: string) => void)[]} */
  #sentListeners = [];
  /** How the wish was sent that is there already. @type {How} */
  #askedHow = {};
  /** What the chosen task calls it. @type {string | null} */
  #verb = null;
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
    this.#lines = new WishLines(form);
    this.#button = new WishButton(
      part("wish-submit"),
      /** @type {HTMLProgressElement} */ (part("wish-progress")),
    );
    this.#delivery = new Delivery(form, sheet, this.#files, this.#button);
    this.#there = new ThereAlready(part("wish-there"), () =>
      void this.submit({ ...this.#askedHow, runAgain: true }),
    );
    this.#choices = new WishChoices(form, data, storage, () => this.refresh());
    this.#price.disabled = false;
    // Every complaint is said in the same place, so the browser's own bubbles stay out.
    form.noValidate = true;
    this.prompt.addEventListener("input", () => this.refresh());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.#button.isBusy || this.wouldLose()) event.preventDefault();
    });
    sheet.onChange(() => this.#refreshSoon());
    // The strip brings along what is left of the budget.
    document.addEventListener("htmx:afterSwap", () => {
      this.#lines.settle();
      this.refresh();
    });
    this.refresh();
  }

  get prompt() {
    return /** @type {HTMLTextAreaElement} */ (this.#form.elements.namedItem("prompt"));
  }

  get model() {
    return this.#choices.model;
  }

  /** @param {string | null} verb null = as the paint suggests */
  set verb(verb) {
    this.#verb = verb;
    this.refresh();
  }

  /** What one edit costs: nano-dollars for an image, null when nobody said, and how many are paid. */
  get price() {
    const { model } = this.#choices;
    if (!model) return { unit: null, count: 1 };
    return { unit: this.#unitPrice(model), count: paidImages(model, this.#choices.count) };
  }

  get choices() {
    return this.#choices;
  }

  get files() {
    return this.#files;
  }

  /** Whether leaving the page loses something. The page replaces it. */
  wouldLose() {
    return false;
  }

  /**
   * Says what is wrong, below the prompt.
   * @param {string} text
   * @param {string} [field]
   */
  complain(text, field) {
    this.#fail(text, field ?? null);
  }

  /** @param {() => void} listener called when the wish may be another one, but for its mask */
  onRefresh(listener) {
    this.#listeners.push(listener);
  }

  /** @param {(prompt: string) => void} listener called when an edit was queued */
  onSent(listener) {
    this.#sentListeners.push(listener);
  }

  /** @param {string} words */
  say(words) {
    this.#lines.say(words);
  }

  /** Brings the button, the price and the sentence about the mask in line with everything chosen. */
  refresh() {
    const { model } = this.#choices;
    if (!model) return;
    const { unit, count } = this.price;
    const verb = this.#verb ?? usualVerb(!this.#sheet.mask.isEmpty);
    this.#price.value = unit === null ? "" : String(unit * count);
    this.#button.name(priceLabel(unit, count, verb), gateTitle(), approvalOf(this.asked()));
    const edits = this.#askedHow.parts?.length ?? 1;
    this.#there.keepFor(this.#signature(this.#sheet.revision), costWords(unit, count * edits));
    this.#lines.showMask(model, this.#sheet.measure().share);
    this.#lines.showLength(this.prompt.value.trim().length, promptLimit(model, this.#maxPrompt));
    this.#showRefusal();
    for (const listener of this.#listeners) listener();
  }

  /** Measuring a large mask takes a moment, which the end of a stroke should not wait for. */
  #refreshSoon() {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = window.setTimeout(() => this.refresh(), REFRESH_AFTER);
  }

  /** @param {How} [how] */
  async submit(how = {}) {
    if (this.#button.isBusy) return;
    const problem = problemOf(this.asked(how.parts?.length));
    if (problem) {
      this.#lines.fail(problem);
      return;
    }
    this.#lines.clear();
    this.#button.busy("Preparing the mask");
    try {
      const sent = await this.#delivery.send(
        (revision) => this.#signature(revision, how.parts),
        this.#fields(how),
      );
      if (sent.answer.ok) this.#sent(sent, how);
      else this.#refused(sent, how);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error), null);
    }
    this.#button.busy(null);
    this.refresh();
  }

  /**
   * What stands in no control of the form.
   * @param {How} how
   * @returns {[string, string][]}
   */
  #fields({ runAgain, toFront, parts }) {
    /** @type {[string, string][]} */
    const fields = (parts ?? []).map((box) => ["part", box.join()]);
    const { cost } = this.asked(parts?.length);
    if (parts) fields.push(["shown_price", cost === null ? "" : String(cost)]);
    if (runAgain) fields.push(["run_again", "1"]);
    if (toFront) fields.push(["to_front", "1"]);
    return fields;
  }

  /**
   * @param {import("./wish/delivery.js").Sent} sent
   * @param {How} how
   */
  #sent({ answer }, how) {
    this.#there.hide();
    this.#lines.say(answer.held ?? answer.warned ?? queuedWords(how), { whileOpen: true });
    for (const listener of this.#sentListeners) listener(this.prompt.value);
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
   * @param {import("./wish/delivery.js").Sent} sent
   * @param {How} how
   */
  #refused({ answer, revision }, how) {
    const { model, size } = this.#choices;
    if (model && answer.price_nano !== undefined) {
      const count = this.price.count * (how.parts?.length ?? 1);
      const unit = answer.price_nano === null ? null : answer.price_nano / count;
      this.#newPrices.set(`${model.id} ${size}`, unit);
    }
    this.#askedHow = how;
    if (answer.already) this.#there.show(answer, this.#signature(revision));
    else this.#fail(answer.error ?? "", answer.field ?? null);
  }

  /**
   * @param {number} revision
   * @param {number[][]} [parts]
   */
  #signature(revision, parts) {
    const { model, size, count } = this.#choices;
    const more = [...new FormData(this.#form)].filter(([name]) => /^(frame|references)/.test(name));
    return JSON.stringify([this.prompt.value, model?.id, size, count, revision, more, parts]);
  }

  /**
   * The wish as far as it can be judged here.
   * @param {number} [edits] that one press would send
   * @returns {import("./wish/problems.js").Asked}
   */
  asked(edits = 1) {
    const { unit, count } = this.price;
    const budget = /** @type {HTMLElement | null} */ (document.querySelector("[data-left-nano]"));
    const left = budget?.dataset.leftNano;
    return {
      model: this.#choices.model,
      prompt: this.prompt.value,
      maxPrompt: this.#maxPrompt,
      isPainted: !this.#sheet.mask.isEmpty,
      isUploading: document.querySelector("[data-references][data-busy]") !== null,
      cost: unit === null ? null : unit * count * edits,
      left: left ? Number(left) : null,
      of: budget?.dataset.leftOf,
      edits,
    };
  }

  #showRefusal() {
    const asked = this.asked();
    const refusal = refusalOf(asked);
    const words = approvalOf(asked);
    this.#lines.showBudget(refusal?.text ?? words, refusal !== null);
    showAllowances();
    this.#button.block(refusal !== null);
  }

  /** @param {Model} model */
  #unitPrice(model) {
    const { size } = this.#choices;
    const said = this.#newPrices.get(`${model.id} ${size}`);
    return said === undefined ? unitPrice(model, size) : said;
  }

  /**
   * @param {string} text
   * @param {string | null} field
   */
  #fail(text, field) {
    this.#lines.fail({ text, field });
  }

  get #price() {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem("shown_price"));
  }
}

/** Why no call can leave at present; "" when calls can. An edit is taken all the same, and waits. */
function gateTitle() {
  return document.querySelector("[data-gate-closed]")?.getAttribute("data-gate-closed") ?? "";
}

/** What is left comes with the strip, which is fetched anew; it is shown beside the button. */
function showAllowances() {
  const now = document.querySelector("[data-allowances-now]")?.innerHTML;
  const shown = document.querySelector("[data-allowances]");
  if (shown && now !== undefined && shown.innerHTML !== now) shown.innerHTML = now;
}

/** @param {How} how */
function queuedWords({ toFront, parts }) {
  if (parts) return "Two edits are queued: two pictures come back.";
  const where = toFront ? "Queued first." : "Queued.";
  return `${where} Mask and prompt stay as they are.`;
}

/** @param {string} name */
function part(name) {
  return /** @type {HTMLElement} */ (document.querySelector(`[data-${name}]`));
}
