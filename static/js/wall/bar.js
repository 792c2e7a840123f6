/*
 * The bar of what can be done with the selected edits. Its buttons are those of a plain form,
 * which works by itself; here they are sent for what is selected, drawn or not, and the cards
 * follow without a new page.
 */

/** @typedef {import("./wall.js").Wall} Wall */
/** @typedef {import("./selection.js").Selection} Selection */
/** @typedef {{ action: string, moment: string }} Undo */
/** @typedef {{ sentence?: string, error?: string, ask?: string, verb?: string, gone?: string[], undo?: Undo | null, on?: boolean }} Answer */

const LOST = "The server could not be reached, so nothing was done. Try again in a moment.";
const LOGGED_OUT = "You are no longer logged in. Reload the page and log in.";
/** Milliseconds that a message stays; one that can be undone stays longer. */
const STAYS = 5000;
const STAYS_FOR_UNDO = 12000;

export class Bar {
  #form = /** @type {HTMLFormElement} */ (document.querySelector("[data-bar]"));
  #toast = /** @type {HTMLElement} */ (document.querySelector("[data-toast]"));
  /** @type {() => Wall | null} */
  #wall;
  #selection;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #busy = false;

  /**
   * @param {() => Wall | null} wall the present one
   * @param {Selection} selection
   */
  constructor(wall, selection) {
    this.#wall = wall;
    this.#selection = selection;
    selection.onChange(() => this.show());
    document.addEventListener("submit", (event) => this.#submit(event));
    this.#form.addEventListener("keydown", (event) => this.#enter(event));
    this.#button("[data-clear]").addEventListener("click", () => selection.clear());
    this.#button("[data-whole]").addEventListener("click", () => selection.selectWhole(this.#total));
    this.show();
  }

  /** @param {string} selector */
  #button(selector) {
    return /** @type {HTMLElement} */ (this.#form.querySelector(selector));
  }

  /** Buttons are called "action", so the form's own property of that name is hidden. */
  get #address() {
    return this.#form.getAttribute("action") ?? "";
  }

  /** Whether there are more than were counted. */
  get #more() {
    return this.#wall()?.root.dataset.moreThanCounted !== undefined;
  }

  /** How many edits were found, loaded or not. */
  get #total() {
    return Number(this.#wall()?.root.dataset.count) || 0;
  }

  show() {
    const { size, whole } = this.#selection;
    this.#form.toggleAttribute("data-shown", size > 0);
    document.documentElement.toggleAttribute("data-picked", size > 0);
    if (size === 0) {
      for (const menu of this.#form.querySelectorAll(":popover-open")) /** @type {HTMLElement} */ (menu).hidePopover();
    }
    this.#button("[data-picked-words]").textContent = size === 0 ? "" : this.#pickedWords();
    const model = this.#wall()?.model;
    const allLoaded = model !== undefined && size >= model.items.length && model.next !== null;
    const button = this.#button("[data-whole]");
    button.hidden = whole || !allLoaded || this.#total <= size;
    button.textContent = this.#more ? "Select everything found" : `Select all ${this.#total.toLocaleString("en")}`;
    const favourites = this.#marked().length > 0 && this.#marked().every((card) => heartOf(card)?.ariaPressed !== "false");
    const heart = /** @type {HTMLButtonElement} */ (this.#button("[data-heart-verb]"));
    heart.value = favourites ? "unfavourite" : "favourite";
    heart.ariaPressed = String(favourites);
  }

  #pickedWords() {
    const { size, whole, marked } = this.#selection;
    if (!whole || !this.#more) return `${whole && size === this.#total ? "All " : ""}${size.toLocaleString("en")} selected`;
    // Nobody has counted how many there are.
    return `Everything found${marked.length ? ` but ${marked.length.toLocaleString("en")}` : ""} is selected`;
  }

  /** Cards of what is selected, as far as they are loaded. */
  #marked() {
    const wall = this.#wall();
    return wall ? [...wall.cards].filter(([id]) => this.#selection.has(id)).map(([, card]) => card) : [];
  }

  /**
   * Enter in a field presses the first button beside it; the browser would press the form's first.
   *
   * @param {KeyboardEvent} event
   */
  #enter(event) {
    if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
    const button = /** @type {HTMLButtonElement | null | undefined} */ (event.target.closest("[popover]")?.querySelector("button[name=action]"));
    if (!button) return;
    event.preventDefault();
    this.#form.requestSubmit(button);
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    if (event.target !== this.#form) return;
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (button?.name === "heart") void this.#heart(button);
    else if (button) void this.act(button.value);
  }

  /** @param {HTMLButtonElement} button */
  async #heart(button) {
    const body = new FormData(this.#form, button);
    body.delete("edit");
    const answer = await this.#send(body);
    if (answer?.on !== undefined) button.ariaPressed = String(answer.on);
    this.show();
  }

  /**
   * @param {string} action
   * @param {string[]} [ids] instead of what is selected
   */
  async act(action, ids) {
    const wall = this.#wall();
    if (!wall || this.#busy || (!ids && this.#selection.size === 0)) return;
    const whole = this.#selection.whole && !ids;
    const body = new FormData(this.#form);
    for (const name of ["edit", "action"]) body.delete(name);
    body.set("action", action);
    body.set("found", wall.root.dataset.found ?? "");
    const named = ids ?? (whole ? this.#selection.marked : wall.model.ids.filter((id) => this.#selection.has(id)));
    for (const id of named) body.append(whole ? "except" : "edit", id);
    if (whole) body.set("whole", "yes");
    if (action === "download") {
      openAnswer(this.#address, body);
      return;
    }
    const touched = ids ?? wall.model.ids.filter((id) => this.#selection.has(id));
    const answer = await this.#send(body);
    if (!answer?.sentence) return;
    for (const menu of this.#form.querySelectorAll(":popover-open")) /** @type {HTMLElement} */ (menu).hidePopover();
    this.#follow(wall, action, touched, answer);
  }

  /**
   * @param {Wall} wall
   * @param {string} action
   * @param {string[]} ids
   * @param {Answer} answer
   */
  #follow(wall, action, ids, answer) {
    for (const id of ids) {
      const card = wall.cards.get(id);
      if (card) mark(card, action);
    }
    const gone = answer.gone ?? [];
    if (gone.length > 0) {
      const pages = wall.pagesOf(gone);
      const at = Math.min(...gone.map((id) => wall.model.indexOf(id)).filter((index) => index >= 0));
      const hadFocus = wall.root.contains(document.activeElement);
      this.#count(wall, -gone.length);
      wall.remove(gone);
      if (hadFocus) wall.focus(Math.min(at, wall.model.items.length - 1));
      this.#say(answer.sentence ?? "", answer.undo, () => {
        this.#count(wall, gone.length);
        wall.askAgain(pages);
      });
      if (wall.model.items.length === 0 && !wall.model.next) wall.root.dataset.empty = "";
    } else this.#say(answer.sentence ?? "");
    this.show();
  }

  /**
   * @param {Wall} wall
   * @param {number} more edits are found than before
   */
  #count(wall, more) {
    const count = this.#total + more;
    wall.root.dataset.count = String(count);
    const words = document.querySelector(".gallery-count");
    if (words && !this.#more) words.textContent = words.textContent.replace(/[\d,]+ edits?/, `${count.toLocaleString("en")} edit${count === 1 ? "" : "s"}`);
  }

  /**
   * @param {FormData} body
   * @returns {Promise<Answer | null>}
   */
  async #send(body) {
    this.#busy = true;
    this.#form.ariaBusy = "true";
    try {
      const answer = await fetch(this.#address, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.redirected || !answer.headers.get("content-type")?.includes("json")) {
        this.#say(answer.redirected ? LOGGED_OUT : LOST);
        return null;
      }
      const said = /** @type {Answer} */ (await answer.json());
      if (said.ask && (await sure(said.ask, said.verb ?? "Yes"))) {
        body.set("sure", "yes");
        return await this.#send(body);
      }
      if (said.error) this.#say(said.error);
      return said.ask || said.error ? null : said;
    } catch {
      this.#say(LOST);
      return null;
    } finally {
      this.#busy = false;
      this.#form.ariaBusy = null;
    }
  }

  /**
   * @param {string} sentence
   * @param {Undo | null} [undo]
   * @param {() => void} [undone]
   */
  #say(sentence, undo, undone) {
    clearTimeout(this.#timer);
    const words = document.createElement("p");
    words.textContent = sentence;
    this.#toast.replaceChildren(words);
    if (undo) this.#toast.append(this.#undoButton(undo, undone));
    this.#toast.hidden = false;
    const hide = () => {
      if (this.#toast.matches(":hover, :focus-within")) this.#timer = setTimeout(hide, 2000);
      else this.#toast.hidden = true;
    };
    this.#timer = setTimeout(hide, undo ? STAYS_FOR_UNDO : STAYS);
  }

  /**
   * @param {Undo} undo
   * @param {() => void} [undone]
   */
  #undoButton(undo, undone) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = "Undo";
    button.addEventListener("click", async () => {
      const body = new FormData(this.#form);
      body.delete("edit");
      for (const [name, value] of Object.entries(undo)) body.set(name, value);
      const answer = await this.#send(body);
      if (!answer) return;
      undone?.();
      this.#say(answer.sentence ?? "");
    });
    return button;
  }
}

/**
 * Send a form whose answer is a page of its own.
 * @param {string} address
 * @param {FormData} body
 */
function openAnswer(address, body) {
  const form = document.createElement("form");
  form.method = "post";
  form.setAttribute("action", address);
  for (const [name, value] of body) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = String(value);
    form.append(input);
  }
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
  form.remove();
}

/** @param {HTMLElement} card */
function heartOf(card) {
  return card.querySelector(".card__heart");
}

/**
 * What an action has changed on a card. Cards without a result cannot be marked.
 * @param {HTMLElement} card
 * @param {string} action
 */
function mark(card, action) {
  const heart = heartOf(card);
  if (!heart) return;
  if (action === "favourite" || action === "unfavourite") heart.ariaPressed = String(action === "favourite");
  const stars = /^rate-(\d)$/.exec(action)?.[1];
  const shown = /** @type {HTMLElement | null} */ (card.querySelector("[data-stars]"));
  if (!stars || !shown) return;
  shown.dataset.stars = stars;
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = `${stars} ${stars === "1" ? "star" : "stars"}`;
  shown.replaceChildren(...(stars === "0" ? [] : [words]));
}

/**
 * @param {string} question
 * @param {string} verb
 * @returns {Promise<boolean>}
 */
function sure(question, verb) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("wall-sure"));
  const words = /** @type {HTMLElement} */ (dialog.querySelector("[data-question]"));
  const yes = /** @type {HTMLElement} */ (dialog.querySelector("[data-yes]"));
  words.textContent = question;
  yes.textContent = verb;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
