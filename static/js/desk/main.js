/*
 * The review desk by keyboard: the next job is fetched while one looks at this one and shown the
 * moment a verdict is given; the verdict itself is sent behind it. Everything is a form or a link
 * on the page, so without this file the same happens with a page for each step.
 */

import { startElapsed } from "../elapsed.js";
import { startResults } from "../results.js";
import { Ahead } from "./ahead.js";
import { commandOf } from "./keymap.js";
import { Place } from "./place.js";
import { Sending } from "./sending.js";
import { fetchPage, messageOf, parsed, post, withQuery } from "./server.js";

/** @typedef {import("./keymap.js").Command} Command */

const FIELDS = "input:not([type=range], [type=checkbox], [type=radio], [type=hidden]), textarea, select";
const TAKE_ARROWS = "input[type=range], input[type=radio], [role=slider], [role=tab], select";

class Desk {
  #root;
  #frame;
  #said;
  #ahead = new Ahead(fetchPage);
  #sending = new Sending(post);
  #undo = "";
  #isOutlined = true;
  #isMoving = false;
  #turn = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#frame = /** @type {HTMLElement} */ (root.querySelector("[data-frame]"));
    this.#said = /** @type {HTMLElement} */ (root.querySelector("[data-said]"));
    document.addEventListener("keydown", (event) => this.#keyDown(event), { capture: true });
    root.addEventListener("click", (event) => this.#click(event));
    root.addEventListener("submit", (event) => this.#submit(event));
    addEventListener("beforeunload", (event) => {
      if (this.#sending.waiting) event.preventDefault();
    });
    this.#arrived();
    root.dataset.ready = "yes";
  }

  /** The job that is shown, or what stands at the end of a lane. */
  get #job() {
    return /** @type {HTMLElement} */ (this.#frame.firstElementChild);
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement | null} */ (this.#job.querySelector(name));
  }

  // What a key or a click does

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    const target = /** @type {Element} */ (event.target);
    const asking = /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog[open]"));
    const isTyping = target.matches(FIELDS);
    if (asking && !isTyping && this.#digit(asking, event)) return;
    if (target.matches("[data-note]") && this.#inNote(event)) return;
    const command = commandOf(event, { isTyping, takesArrows: target.matches(TAKE_ARROWS), isAsking: asking !== null });
    if (!command || !this.#run(command)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {HTMLDialogElement} dialog
   * @param {KeyboardEvent} event
   */
  #digit(dialog, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return false;
    const button = /** @type {HTMLButtonElement | null} */ (dialog.querySelector(`[data-digit="${CSS.escape(event.key)}"]`));
    if (!button) return false;
    event.preventDefault();
    button.click();
    return true;
  }

  /** @param {KeyboardEvent} event */
  #inNote(event) {
    if (event.key === "Escape") this.#frame.focus();
    else if (event.key === "Enter" && event.ctrlKey) this.#press("[data-note-alone]");
    else return false;
    event.preventDefault();
    return true;
  }

  /** @param {Command} command */
  #run(command) {
    /** @type {Record<Command, () => boolean>} */
    const does = {
      next: () => this.#go(this.#job.dataset.next, this.#placeOf(this.#job).afterSkipping()),
      previous: () => this.#go(this.#job.dataset.previous),
      approve: () => this.#press("[data-approve]") || this.#focus("[data-allow]"),
      reject: () => this.#ask("reject") || this.#focus("[data-decline]"),
      note: () => this.#focus("[data-note]"),
      flag: () => this.#ask("flag"),
      hold: () => this.#press("[data-release]") || this.#ask("withhold"),
      blur: () => this.#turnBlur(),
      outline: () => this.#turnOutline(),
      owner: () => this.#press("[data-owner]"),
      undo: () => this.#takeBack(),
      list: () => this.#press(".desk__back") || this.#press(".lanes__tab[aria-current]"),
      keys: () => this.#ask("keys"),
    };
    return does[command]();
  }

  /** @param {string} name */
  #press(name) {
    const found = this.#part(name);
    found?.click();
    return found !== null;
  }

  /** @param {string} name */
  #focus(name) {
    const found = this.#part(name);
    found?.focus();
    found?.scrollIntoView({ block: "nearest" });
    return found !== null;
  }

  /** @param {string} name */
  #ask(name) {
    const dialog = /** @type {HTMLDialogElement | null} */ (this.#root.querySelector(`[data-ask=${name}]`));
    if (!dialog) return false;
    const words = /** @type {HTMLInputElement | null} */ (dialog.querySelector("[data-words]"));
    const note = /** @type {HTMLTextAreaElement | null} */ (this.#part("[data-note]"));
    if (words && !words.value) words.value = note?.value.trim() ?? ""; // what was typed beside the picture goes along
    dialog.showModal();
    const first = /** @type {HTMLElement | null} */ (dialog.querySelector("[data-digit], [data-words], [data-close]"));
    first?.focus();
    return true;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (target.closest("[data-close]")) target.closest("dialog")?.close();
    else if (target.closest("[data-keys]")) this.#ask("keys");
    else if (target.closest("[data-unblur]") && isPlain) this.#turnBlur();
    else if (target.closest("a[rel=next], a[rel=prev]") && isPlain) this.#run(target.closest("a[rel=next]") ? "next" : "previous");
    else if (target.closest("[data-reject]") && !this.#hasWords()) this.#ask("reject");
    else if (target.closest("[data-flag]") && !this.#noteIsWritten()) this.#ask("flag");
    else if (target.closest("[data-withhold]") && !this.#noteIsWritten()) this.#ask("withhold");
    else return;
    event.preventDefault();
  }

  /** Whether the form beside the pictures says why already. */
  #hasWords() {
    const reason = /** @type {HTMLSelectElement | null} */ (this.#part("[data-judge] select"));
    return Boolean(reason?.value) || this.#noteIsWritten();
  }

  #noteIsWritten() {
    return Boolean(/** @type {HTMLTextAreaElement | null} */ (this.#part("[data-note]"))?.value.trim());
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if ("undoForm" in form.dataset) {
      event.preventDefault();
      this.#takeBack();
    }
    if (!("act" in form.dataset)) return;
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const body = new FormData(form, button);
    const judges = form.action.endsWith("/review/") && !button?.hasAttribute("formaction");
    const url = button?.hasAttribute("formaction") ? button.formAction : form.action;
    form.closest("dialog")?.close();
    if (judges) void this.#judge(url, body);
    else void this.#act(url, body);
  }

  // Acts

  /**
   * @param {string} url
   * @param {FormData} body
   */
  async #judge(url, body) {
    if (this.#isMoving) return;
    const judged = /** @type {string} */ (this.#job.dataset.url);
    const before = this.#placeOf(this.#job);
    const leaves = this.#job.dataset.lane !== "all";
    const answer = this.#sending.send(url, body);
    this.#say("");
    const place = leaves ? before.afterJudging() : before.afterSkipping();
    void this.#show(/** @type {string} */ (this.#job.dataset.next), { place });
    try {
      const told = await answer;
      this.#undo = told.undo ?? "";
      this.#say(`${told.said} U takes it back.`);
    } catch (problem) {
      this.#ahead.forget();
      await this.#show(judged);
      this.#say(messageOf(problem), true);
    }
  }

  /**
   * @param {string} url
   * @param {FormData} body
   */
  async #act(url, body) {
    try {
      const told = await this.#sending.send(url, body);
      await this.#show(this.#shownUrl(), { silently: true });
      this.#say(told.said);
    } catch (problem) {
      this.#say(messageOf(problem), true);
    }
  }

  #takeBack() {
    const url = this.#undo || this.#job.dataset.undo || "";
    if (!url) {
      this.#say("There is nothing to take back.");
      return true;
    }
    this.#undo = "";
    void this.#sendUndo(url);
    return true;
  }

  /** @param {string} url */
  async #sendUndo(url) {
    const body = new FormData();
    const token = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=csrfmiddlewaretoken]"));
    body.set("csrfmiddlewaretoken", token?.value ?? "");
    try {
      const told = await this.#sending.send(url, body);
      const [, job] = /\/([0-9a-f-]{36})\/undo\//.exec(url) ?? [];
      const lane = this.#job.dataset.lane ?? location.pathname.split("/").at(-2);
      this.#ahead.forget();
      await this.#show(location.pathname.replace(/\/desk\/.*$/, `/desk/${lane}/${job}/`));
      this.#say(told.said);
    } catch (problem) {
      this.#say(messageOf(problem), true);
    }
  }

  // Moving

  /**
   * @param {string | undefined} url
   * @param {Place} [place] where the job stands, if that is known better here
   */
  #go(url, place) {
    if (!url || this.#isMoving) return Boolean(url);
    void this.#show(url, { place });
    return true;
  }

  /**
   * Show another job, unless something else is asked for before it comes: the last wish counts.
   * @param {string} url
   * @param {{ place?: Place, silently?: boolean }} [how]
   */
  async #show(url, { place, silently = false } = {}) {
    const turn = ++this.#turn;
    this.#isMoving = true;
    try {
      const html = await (silently ? fetchPage(url) : this.#ahead.take(url));
      if (turn !== this.#turn) return;
      this.#frame.replaceChildren(parsed(html));
      if (place && "place" in this.#job.dataset) this.#setPlace(place);
      if (!silently) {
        scrollTo({ top: 0 });
        this.#frame.focus({ preventScroll: true });
      }
      history.replaceState(null, "", this.#job.dataset.url ?? url);
      this.#arrived();
      if (!silently && "end" in this.#job.dataset) void this.#countAgain();
    } catch {
      if (turn === this.#turn) location.assign(url);
    } finally {
      if (turn === this.#turn) this.#isMoving = false;
    }
  }

  /** The end of a lane was fetched ahead, and counts what was judged on the way there. */
  async #countAgain() {
    await this.#sending.done();
    if (this.#isMoving || !("end" in this.#job.dataset)) return;
    await this.#show(this.#job.dataset.url ?? location.href, { silently: true });
  }

  /** What every job needs once it stands on the page. */
  #arrived() {
    const job = this.#job;
    if (job.dataset.title) document.title = `${job.dataset.title} · NanoEdit`;
    this.#frame.tabIndex = -1;
    startResults(this.#frame);
    startElapsed(this.#frame);
    void this.#drawOutlines();
    void this.#ahead.want(job.dataset.next ?? "");
  }

  /** @param {HTMLElement} job */
  #placeOf(job) {
    return new Place(Number(job.dataset.place), Number(job.dataset.left), "inLane" in job.dataset);
  }

  /** @param {Place} place */
  #setPlace(place) {
    this.#job.dataset.place = String(place.place);
    this.#job.dataset.left = String(place.left);
    const words = this.#part("[data-place-words]");
    if (words) words.textContent = place.words;
  }

  // Pictures

  #shownUrl() {
    const url = this.#job.dataset.url ?? "";
    return "shown" in this.#job.dataset ? withQuery(url, "show") : url;
  }

  /** Show the pictures, which the server notes, or blur them again. */
  #turnBlur() {
    if (!("url" in this.#job.dataset) || "end" in this.#job.dataset) return false;
    const isShown = "shown" in this.#job.dataset;
    void this.#swapPictures(withQuery(this.#job.dataset.url ?? "", isShown ? "blur" : "show"), !isShown);
    return true;
  }

  /**
   * @param {string} url
   * @param {boolean} isShown
   */
  async #swapPictures(url, isShown) {
    const job = this.#job;
    try {
      const pictures = parsed(await fetchPage(url)).querySelector("[data-pictures]");
      if (job !== this.#job || !pictures) return;
      this.#part("[data-pictures]")?.replaceWith(pictures);
      job.toggleAttribute("data-shown", isShown);
      startResults(this.#frame);
      void this.#drawOutlines();
    } catch {
      this.#say("The pictures could not be fetched. Try again.", true);
    }
  }

  #turnOutline() {
    this.#isOutlined = !this.#isOutlined;
    void this.#drawOutlines();
    return true;
  }

  async #drawOutlines() {
    const compared = [...this.#frame.querySelectorAll("ne-compare[data-mask]")];
    if (compared.length === 0) return;
    const { outline } = await import("./outlines.js");
    for (const each of compared) outline(/** @type {HTMLElement} */ (each), this.#isOutlined);
  }

  /**
   * @param {string} sentence
   * @param {boolean} [isProblem]
   */
  #say(sentence, isProblem = false) {
    this.#said.textContent = sentence;
    this.#said.toggleAttribute("data-problem", isProblem);
  }
}

for (const root of document.querySelectorAll("[data-triage]")) new Desk(/** @type {HTMLElement} */ (root));
