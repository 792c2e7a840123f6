/**
 * The further pictures of a wish: chosen among one's own, uploaded or dropped, and numbered in their
 * order. Hidden fields of the form are the truth; without script the checkboxes themselves are sent.
 */

/** @typedef {import("./types.js").Lent} Lent */
/** @typedef {import("./types.js").Model} Model */

const NOT_UPLOADED = "It could not be uploaded. Try again in a moment.";

/**
 * What to say below the chosen pictures.
 * @param {{name: string, max_references: number}} model
 * @param {number} chosen
 */
export function referenceWords({ name, max_references: most }, chosen) {
  if (chosen > most) {
    const rest = chosen - most;
    return `${name} takes ${most}: the last ${rest === 1 ? "one is" : `${rest} are`} not sent.`;
  }
  if (chosen) return "Picture 1 is the one you edit. Speak of the others by their numbers.";
  return `${name} takes up to ${most === 1 ? "1 more picture" : `${most} more pictures`}: for what they show, their colours or style.`;
}

export class References {
  #root;
  #form;
  #changed;
  #uploadUrl;
  /** @type {Lent[]} */
  #chosen;
  /** @type {Model | null} */
  #model = null;
  #uploads = 0;
  /** What is on the page, so that a keystroke in the prompt does not draw it anew. */
  #shown = "";

  /**
   * @param {HTMLElement} root
   * @param {HTMLFormElement} form
   * @param {import("./types.js").StudioData} data
   * @param {() => void} changed
   */
  constructor(root, form, data, changed) {
    this.#root = root;
    this.#form = form;
    this.#changed = changed;
    this.#uploadUrl = data.urls.upload;
    this.#chosen = [...data.wish.references];
    for (const box of this.#boxes()) box.removeAttribute("name");
    root.addEventListener("change", (event) => this.#ticked(event));
    this.#armUploads();
  }

  /** All that are chosen, also what the model at hand does not take. */
  get chosen() {
    return [...this.#chosen];
  }

  /** @param {Lent[]} chosen in place of what is chosen now */
  replace(chosen) {
    this.#chosen = [...chosen];
    this.show(this.#model);
  }

  /**
   * Shows the row for a model, or hides it for one that takes a single picture.
   * @param {Model | null} model
   */
  show(model) {
    this.#model = model;
    const state = JSON.stringify([model?.id, this.#chosen.map(({ id }) => id)]);
    if (state === this.#shown) return;
    this.#shown = state;
    const most = model?.max_references ?? 0;
    this.#root.hidden = most === 0;
    this.#part("chosen").replaceChildren(...this.#chosen.map((lent, at) => this.#row(lent, at, at < most)));
    this.#part("chosen").hidden = this.#chosen.length === 0;
    this.#part("count").textContent = `${Math.min(this.#chosen.length, most)} of ${most}`;
    this.#part("words").textContent = model ? referenceWords(model, this.#chosen.length) : "";
    const full = this.#chosen.length >= most;
    for (const box of this.#boxes()) {
      box.checked = this.#chosen.some(({ id }) => id === box.value);
      box.disabled = full && !box.checked;
    }
    /** @type {HTMLInputElement} */ (this.#part("file")).disabled = full;
  }

  /**
   * @param {Lent} lent
   * @param {number} at
   * @param {boolean} isSent
   */
  #row(lent, at, isSent) {
    const row = document.createElement("li");
    row.className = "references__lent";
    row.dataset.sent = String(isSent);
    const image = new Image(64, 64);
    image.src = lent.thumb;
    image.alt = lent.name;
    image.title = lent.name;
    const number = document.createElement("span");
    number.className = "references__number";
    number.textContent = String(at + 2);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "references__remove";
    remove.setAttribute("aria-label", `Remove picture ${at + 2}, ${lent.name}`);
    remove.textContent = "\u00d7";
    remove.addEventListener("click", () => this.#remove(lent.id));
    row.append(image, number, remove);
    if (isSent) row.append(this.#field(lent.id));
    return row;
  }

  /** @param {string} id */
  #field(id) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "references";
    field.value = id;
    field.setAttribute("form", this.#form.id);
    return field;
  }

  /** @param {Event} event */
  #ticked({ target }) {
    if (!(target instanceof HTMLInputElement) || target.type !== "checkbox") return;
    const image = target.parentElement?.querySelector("img");
    if (!target.checked) this.#remove(target.value);
    else if (image) this.#add({ id: target.value, name: image.alt, thumb: image.src });
  }

  /** @param {Lent} lent */
  #add(lent) {
    if (!this.#chosen.some(({ id }) => id === lent.id)) this.#chosen.push(lent);
    this.#refresh();
  }

  /** @param {string} id */
  #remove(id) {
    this.#chosen = this.#chosen.filter((lent) => lent.id !== id);
    this.#refresh();
    this.#part("more").querySelector("summary")?.focus();
  }

  #refresh() {
    this.#complain("");
    this.show(this.#model);
    this.#changed();
  }

  /**
   * Takes files that were dropped elsewhere.
   * @param {File[]} files
   * @returns {boolean} false where the model takes no further picture
   */
  take(files) {
    if (!this.#model?.max_references) return false;
    void this.#upload(files);
    this.#root.scrollIntoView({ block: "nearest" });
    return true;
  }

  #armUploads() {
    const file = /** @type {HTMLInputElement} */ (this.#part("file"));
    file.addEventListener("change", () => {
      void this.#upload([...(file.files ?? [])]);
      file.value = "";
    });
    document.addEventListener("dragover", (event) => this.#hover(event));
    document.addEventListener("drop", (event) => {
      if (!this.#hover(event)) return;
      delete this.#root.dataset.drop;
      void this.#upload([...(event.dataTransfer?.files ?? [])]);
    });
    document.addEventListener("dragleave", () => delete this.#root.dataset.drop);
  }

  /**
   * Lets files be dropped here. Beside it they are refused: the browser would leave the page for them.
   * @param {DragEvent} event
   * @returns {boolean} whether they are over this row
   */
  #hover(event) {
    if (!event.dataTransfer?.types.includes("Files") || event.defaultPrevented) return false;
    event.preventDefault();
    const isHere = event.target instanceof Node && this.#root.contains(event.target);
    if (isHere) this.#root.dataset.drop = "yes";
    else event.dataTransfer.dropEffect = "none";
    return isHere;
  }

  /** @param {File[]} files */
  async #upload(files) {
    const room = Math.max(0, (this.#model?.max_references ?? 0) - this.#chosen.length);
    const tooMany = files.length > room ? `There is room for ${room} more.` : "";
    for (const file of files.slice(0, room)) {
      this.#busy(1);
      try {
        const lent = await send(this.#uploadUrl, this.#form, file);
        this.#part("wall").prepend(tile(lent));
        this.#part("none").hidden = true;
        this.#add(lent);
      } catch (error) {
        this.#complain(`${file.name}: ${error instanceof Error ? error.message : NOT_UPLOADED}`);
      }
      this.#busy(-1);
    }
    if (tooMany) this.#complain(tooMany);
  }

  /** @param {number} more */
  #busy(more) {
    this.#uploads += more;
    this.#root.toggleAttribute("data-busy", this.#uploads > 0);
    this.#root.setAttribute("aria-busy", String(this.#uploads > 0));
  }

  /** @param {string} sentence */
  #complain(sentence) {
    const problem = this.#part("problem");
    problem.textContent = sentence;
    problem.hidden = !sentence;
  }

  #boxes() {
    return /** @type {NodeListOf<HTMLInputElement>} */ (
      this.#root.querySelectorAll('input[type="checkbox"]')
    );
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#root.querySelector(`[data-references-${name}]`));
  }
}

/**
 * @param {string} url
 * @param {HTMLFormElement} form whose token the upload carries
 * @param {File} file
 * @returns {Promise<Lent>}
 */
async function send(url, form, file) {
  const token = /** @type {HTMLInputElement} */ (form.elements.namedItem("csrfmiddlewaretoken"));
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token.value);
  body.set("files", file, file.name);
  const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
  const said = await answer.json().catch(() => ({}));
  if (answer.status !== 201 || !said.id) throw new Error(said.error ?? NOT_UPLOADED);
  return { id: said.id, name: said.name, thumb: said.thumb };
}

/** @param {Lent} lent */
function tile({ id, name, thumb }) {
  const item = document.createElement("li");
  item.className = "references__tile";
  const label = document.createElement("label");
  label.title = name;
  const box = document.createElement("input");
  box.type = "checkbox";
  box.value = id;
  const image = new Image(64, 64);
  image.src = thumb;
  image.alt = name;
  label.append(box, image);
  item.append(label);
  return item;
}
