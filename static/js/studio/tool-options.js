/**
 * The settings of the tool in hand: shows the parts that are `data-for-tool`, and joins every field
 * with a `data-option` in them to the setting of that name.
 */

/** @typedef {import("./settings.js").ToolSettings} ToolSettings */

/** Steps of every slider; what they mean is the setting's business. */
const STEPS = 1000;

export class ToolOptions {
  #parts;
  #fields;
  /** @type {ToolSettings | null} */
  #settings = null;
  /** @type {Set<ToolSettings>} */
  #heard = new Set();
  /** Putting a thumb back to a whole value while it is moved would hold it in place. @type {HTMLElement | null} */
  #dragged = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#parts = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-for-tool]")]);
    this.#fields = this.#parts.flatMap((part) =>
      /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ ([...part.querySelectorAll("[data-option]")]),
    );
    for (const field of this.#fields) this.#arm(field);
  }

  /**
   * @param {string} tool
   * @param {ToolSettings} settings
   */
  show(tool, settings) {
    this.#settings = settings;
    if (!this.#heard.has(settings)) settings.onChange(() => settings === this.#settings && this.#refresh());
    this.#heard.add(settings);
    for (const part of this.#parts) part.hidden = !part.dataset.forTool?.split(" ").includes(tool);
    this.#refresh();
  }

  /** @param {HTMLInputElement | HTMLSelectElement} field */
  #arm(field) {
    const name = field.dataset.option ?? "";
    if (isSlider(field)) field.max = String(STEPS);
    // A number is half written most of the time.
    field.addEventListener(field.type === "number" ? "change" : "input", () => {
      const settings = this.#settings;
      if (!settings || (isRadio(field) && !field.checked)) return;
      this.#dragged = field;
      if (isSlider(field)) settings.set({ [name]: settings.at(name, Number(field.value) / STEPS) });
      else settings.set({ [name]: isBox(field) ? field.checked : field.value });
      this.#dragged = null;
    });
  }

  #refresh() {
    const settings = this.#settings;
    if (!settings) return;
    for (const field of this.#fields) {
      const name = field.dataset.option ?? "";
      if (!settings.option(name)) continue;
      if (isSlider(field)) this.#slide(field, settings, name);
      else if (isBox(field)) field.checked = settings.isOn(name);
      else if (isRadio(field)) field.checked = settings.choice(name) === field.value;
      else field.value = settings.choice(name);
    }
  }

  /**
   * @param {HTMLInputElement} field
   * @param {ToolSettings} settings
   * @param {string} name
   */
  #slide(field, settings, name) {
    const place = settings.place(name);
    const words = settings.words(name);
    if (field !== this.#dragged) field.value = String(Math.round(place * STEPS));
    // How far the track is filled; the browsers that need no help ignore it.
    field.style.setProperty("--share", String(place));
    field.setAttribute("aria-valuetext", words);
    const said = field.parentElement?.querySelector("output");
    if (said) said.textContent = words;
  }
}

/**
 * @param {HTMLElement} field
 * @returns {field is HTMLInputElement}
 */
function isSlider(field) {
  return field instanceof HTMLInputElement && field.type === "range";
}

/**
 * @param {HTMLElement} field
 * @returns {field is HTMLInputElement}
 */
function isBox(field) {
  return field instanceof HTMLInputElement && field.type === "checkbox";
}

/**
 * @param {HTMLElement} field
 * @returns {field is HTMLInputElement}
 */
function isRadio(field) {
  return field instanceof HTMLInputElement && field.type === "radio";
}
