/** Every button that stands for a command: pressing, tooltips with the key, pressed and disabled looks. */

import { ariaChord, spoken } from "./chords.js";

/**
 * @typedef {object} Command
 * @property {() => void} run for a held command: begins it
 * @property {() => void} [release] ends a held command
 * @property {() => void} [again] what its key does instead while it is pressed already
 * @property {() => boolean} [isPressed]
 * @property {() => boolean} [isEnabled]
 */

/** @typedef {Record<string, Command>} Commands */

export class Toolbar {
  #commands;
  #bindings;
  #buttons;

  /**
   * @param {HTMLElement} root
   * @param {Commands} commands
   * @param {import("./chords.js").KeyList} bindings
   */
  constructor(root, commands, bindings) {
    this.#commands = commands;
    this.#bindings = bindings;
    bindings.onChange(() => this.#showKeys());
    this.#buttons = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-command]")]);
    for (const button of this.#buttons) this.#arm(button);
    this.#showKeys();
    this.refresh();
  }

  /** Every tooltip names the key that its command has now. */
  #showKeys() {
    for (const button of this.#buttons) {
      const binding = this.#bindings.of(button.dataset.command ?? "");
      if (!binding) continue;
      const [first] = binding.keys;
      button.dataset.tip = binding.label;
      button.dataset.key = first ? spoken(first) : "";
      button.setAttribute("aria-keyshortcuts", binding.keys.map(ariaChord).join(" "));
    }
  }

  /** Shows which buttons are pressed and which cannot do anything now. */
  refresh() {
    for (const button of this.#buttons) {
      const { isPressed, isEnabled } = this.#commandOf(button);
      if (isPressed) button.setAttribute("aria-pressed", String(isPressed()));
      if (isEnabled) button.setAttribute("aria-disabled", String(!isEnabled()));
    }
  }

  /** @param {HTMLElement} button */
  #commandOf(button) {
    return this.#commands[button.dataset.command ?? ""] ?? { run: () => {} };
  }

  /** @param {HTMLElement} button */
  #arm(button) {
    const command = this.#commandOf(button);
    if (command.release) this.#armHeld(button, command);
    else button.addEventListener("click", () => !isOff(button) && command.run());
  }

  /**
   * @param {HTMLElement} button
   * @param {Command} command
   */
  #armHeld(button, command) {
    let isHeld = false;
    const press = () => {
      isHeld = true;
      command.run();
    };
    const release = () => {
      if (isHeld) command.release?.();
      isHeld = false;
    };
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      press();
    });
    for (const name of ["pointerup", "pointercancel", "blur"]) button.addEventListener(name, release);
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("keydown", ({ key, repeat }) => {
      if ((key === " " || key === "Enter") && !repeat) press();
    });
    button.addEventListener("keyup", release);
  }
}

/** @param {HTMLElement} button */
function isOff(button) {
  return button.getAttribute("aria-disabled") === "true";
}
