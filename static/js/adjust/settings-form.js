/** The form: sliders and switches say what they stand for, and give the settings as they are now. */

/** @typedef {import("./types.js").Settings} Settings */

const SIGNED = new Intl.NumberFormat("en", { signDisplay: "exceptZero" });

export class SettingsForm {
  #form;
  #settings;
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {HTMLFormElement} form
   * @param {Settings} settings to begin with
   */
  constructor(form, settings) {
    this.#form = form;
    this.#settings = settings;
    for (const slider of this.#sliders()) this.#arm(slider);
    for (const box of form.querySelectorAll("input[type=checkbox][name]")) {
      box.addEventListener("change", () => this.#read());
    }
    this.#write();
  }

  /** @returns {Settings} */
  get settings() {
    return this.#settings;
  }

  /** @param {() => void} listener called whenever a setting has changed */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {Partial<Settings>} change */
  set(change) {
    this.#settings = { ...this.#settings, ...change };
    this.#write();
    this.#tell();
  }

  /** Shows the sensitivity, once it is known. */
  showLevel() {
    const slider = this.#field("level-slider");
    slider.value = String(this.#settings.level);
    say(slider);
  }

  #sliders() {
    return /** @type {NodeListOf<HTMLInputElement>} */ (this.#form.querySelectorAll("input[type=range]:not([data-option])"));
  }

  /** @param {HTMLInputElement} slider */
  #arm(slider) {
    say(slider);
    slider.addEventListener("input", () => {
      say(slider);
      this.#read();
    });
  }

  #read() {
    const number = (/** @type {string} */ name) => Number(this.#field(name).value);
    const level = this.#settings.level === null ? null : number("level-slider");
    // Another sensitivity finds other areas, so what was chosen of them means nothing any more.
    const areas = level === this.#settings.level ? this.#settings.areas : [];
    this.#settings = {
      ...this.#settings,
      feather: number("feather"),
      grow: number("grow"),
      opacity: number("opacity"),
      match_colour: this.#field("match_colour").checked,
      undo_drift: this.#field("undo_drift").checked,
      level,
      areas,
    };
    this.#write();
    this.#tell();
  }

  #write() {
    this.#field("result").value = String(this.#settings.result);
    this.#field("areas").value = JSON.stringify(this.#settings.areas);
    this.#field("level").value = this.#settings.level === null ? "" : String(this.#settings.level);
  }

  /**
   * @param {string} name
   * @returns {HTMLInputElement}
   */
  #field(name) {
    const found = name === "level-slider" ? this.#form.querySelector("[data-level]") : this.#form.elements.namedItem(name);
    return /** @type {HTMLInputElement} */ (found);
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}

/** @param {HTMLInputElement} slider */
function say(slider) {
  const { value, min, max, dataset } = slider;
  const number = "signed" in dataset ? SIGNED.format(Number(value)) : value;
  const words = dataset.unit ? `${number}\u00a0${dataset.unit}` : `${value} of ${max}`;
  slider.setAttribute("aria-valuetext", words);
  slider.style.setProperty("--share", String((Number(value) - Number(min)) / (Number(max) - Number(min))));
  const said = slider.parentElement?.querySelector("[data-said]");
  if (said) said.textContent = words;
}
