/** The small menu at the prompt: what one wrote before, and templates. Everything in it can be searched. */

import { keepBeside } from "../popovers.js";
import { isFound } from "./shelf.js";
import { builtInRow, earlierRow, templateRow } from "./rows.js";

/** @typedef {import("./shelf.js").PromptShelf} PromptShelf */
/** @typedef {import("./shelf.js").Kept} Kept */
/** @typedef {import("./shelf.js").Template} Template */
/** @typedef {"earlier" | "templates"} Tab */

export class PromptMenu {
  #menu;
  #prompt;
  #shelf;
  #apply;
  /** @type {Tab} */
  #tab = "earlier";
  /** The template that was deleted last. @type {Template | null} */
  #deleted = null;

  /**
   * @param {HTMLElement} menu
   * @param {HTMLTextAreaElement} prompt
   * @param {PromptShelf} shelf
   * @param {(prompt: string) => void} apply
   */
  constructor(menu, prompt, shelf, apply) {
    this.#menu = menu;
    this.#prompt = prompt;
    this.#shelf = shelf;
    this.#apply = apply;
    keepBeside(menu, () => /** @type {HTMLElement} */ (prompt.parentElement).getBoundingClientRect(), "end");
    for (const opener of document.querySelectorAll("[data-prompt-open]")) {
      opener.addEventListener("click", () => this.open(/** @type {Tab} */ (opener.getAttribute("data-prompt-open"))));
    }
    for (const tab of this.#tabs()) {
      tab.addEventListener("click", () => this.#turnTo(/** @type {Tab} */ (tab.dataset.promptTab)));
    }
    this.#search.addEventListener("input", () => void this.#draw());
    menu.addEventListener("keydown", (event) => this.#key(event));
    menu.addEventListener("toggle", () => menu.matches(":popover-open") || this.#closed());
    /** @type {HTMLFormElement} */ (this.#part("save")).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#save();
    });
    this.#part("undo").addEventListener("click", () => void this.#restore());
  }

  /** @param {Tab} tab */
  open(tab) {
    const isOpen = this.#menu.matches(":popover-open");
    if (isOpen && this.#tab === tab) {
      this.#menu.hidePopover();
      return;
    }
    this.#search.value = "";
    this.#turnTo(tab);
    if (!isOpen) this.#menu.showPopover();
    this.#search.focus();
  }

  #closed() {
    this.#say("");
    // Who closed it by a key goes on writing. A finger would only call the keyboard up.
    const { activeElement: left } = document;
    const isLeft = left === document.body || left?.matches("[data-prompt-open]") || this.#menu.contains(left);
    if (isLeft && window.matchMedia("(hover: hover)").matches) this.#prompt.focus();
  }

  /** @param {Tab} tab */
  #turnTo(tab) {
    this.#tab = tab;
    this.#say("");
    for (const other of this.#tabs()) other.setAttribute("aria-pressed", String(other.dataset.promptTab === tab));
    this.#part("save").hidden = tab !== "templates";
    this.#search.placeholder = tab === "earlier" ? "Search what you wrote" : "Search templates";
    this.#search.setAttribute("aria-label", this.#search.placeholder);
    void this.#draw();
  }

  async #draw() {
    const list = this.#part("list");
    try {
      const kept = await this.#shelf.read();
      const groups = this.#tab === "earlier" ? this.#earlier(kept) : this.#templates(kept);
      const rows = groups.flatMap(({ title, rows: found }) => (found.length ? [heading(title), ...found] : []));
      list.replaceChildren(...(rows.length ? rows : [nothing(this.#noneWords(kept))]));
    } catch (problem) {
      list.replaceChildren(nothing(problem instanceof Error ? problem.message : String(problem)));
    }
  }

  /** @param {Kept} kept */
  #earlier({ earlier }) {
    const found = earlier.filter(({ prompt }) => isFound(this.#search.value, prompt));
    const row = (/** @type {{prompt: string}} */ { prompt }) => earlierRow(prompt, () => this.#take(prompt));
    return [
      { title: "This picture", rows: found.filter(({ is_here }) => is_here).map(row) },
      { title: "Other pictures", rows: found.filter(({ is_here }) => !is_here).map(row) },
    ];
  }

  /** @param {Kept} kept */
  #templates({ templates, built_in }) {
    const isHit = (/** @type {{name: string, prompt: string}} */ { name, prompt }) =>
      isFound(this.#search.value, name, prompt);
    return [
      {
        title: "Yours",
        rows: templates.filter(isHit).map((template) =>
          templateRow(template, {
            take: () => this.#take(template.prompt),
            rename: (name) => this.#rename(template, name),
            remove: () => void this.#delete(template),
          }),
        ),
      },
      {
        title: "Come with NanoEdit",
        rows: built_in.filter(isHit).map((template) => builtInRow(template, () => this.#take(template.prompt))),
      },
    ];
  }

  /** @param {Kept} kept */
  #noneWords({ earlier }) {
    if (this.#search.value.trim()) return "Nothing found.";
    return this.#tab === "earlier" && !earlier.length ? "What you send is listed here." : "Nothing here yet.";
  }

  /** @param {string} prompt */
  #take(prompt) {
    this.#menu.hidePopover();
    this.#apply(prompt);
  }

  async #save() {
    const name = /** @type {HTMLInputElement} */ (this.#part("name"));
    await this.#doing(async () => {
      const made = await this.#shelf.save(name.value, this.#prompt.value);
      name.value = "";
      this.#search.value = "";
      this.#say(`Saved as “${made.name}”.`);
    });
  }

  /**
   * @param {Template} template
   * @param {string} name
   */
  async #rename(template, name) {
    await this.#doing(() => this.#shelf.rename(template, name));
    this.#search.focus();
  }

  /** @param {Template} template */
  async #delete(template) {
    await this.#doing(async () => {
      await this.#shelf.delete(template);
      this.#say(`“${template.name}” is deleted.`);
      this.#deleted = template;
      this.#part("undo").hidden = false;
    });
    this.#search.focus();
  }

  async #restore() {
    const template = this.#deleted;
    if (!template) return;
    await this.#doing(async () => {
      await this.#shelf.save(template.name, template.prompt);
      this.#say(`“${template.name}” is back.`);
    });
    this.#search.focus();
  }

  /** @param {() => Promise<void>} act */
  async #doing(act) {
    try {
      await act();
    } catch (problem) {
      this.#say(problem instanceof Error ? problem.message : String(problem), "bad");
    }
    await this.#draw();
  }

  /**
   * @param {string} words
   * @param {"" | "bad"} [tone]
   */
  #say(words, tone = "") {
    const said = this.#part("said");
    said.textContent = words;
    said.dataset.tone = tone;
    this.#deleted = null;
    this.#part("undo").hidden = true;
  }

  /**
   * Up and Down walk through the rows; from the search, Enter takes the first one.
   * @param {KeyboardEvent} event
   */
  #key(event) {
    const rows = /** @type {HTMLElement[]} */ ([...this.#menu.querySelectorAll(".prompt-row__take")]);
    const { activeElement } = document;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !event.altKey) {
      event.preventDefault();
      const row = activeElement?.closest(".prompt-row")?.querySelector(".prompt-row__take");
      const at = rows.indexOf(/** @type {HTMLElement} */ (row));
      if (at + step < 0) this.#search.focus();
      else rows[Math.min(rows.length - 1, at + step)]?.focus();
    } else if (event.key === "Enter" && activeElement === this.#search) {
      event.preventDefault();
      rows[0]?.click();
    }
  }

  get #search() {
    return /** @type {HTMLInputElement} */ (this.#part("search"));
  }

  #tabs() {
    return /** @type {NodeListOf<HTMLElement>} */ (this.#menu.querySelectorAll("[data-prompt-tab]"));
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#menu.querySelector(`[data-prompt-${name}]`));
  }
}

/** @param {string} words */
function heading(words) {
  const item = document.createElement("li");
  item.className = "prompt-menu__group";
  item.textContent = words;
  return item;
}

/** @param {string} words */
function nothing(words) {
  const item = document.createElement("li");
  item.className = "prompt-menu__none";
  item.textContent = words;
  return item;
}
