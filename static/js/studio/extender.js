/** Extending the canvas: a mode of the studio. Joins the frame on the stage and the form beside it. */

import { carryPrompt } from "./carried.js";
import { ExtendForm } from "./extend-form.js";
import { ExtendFrame } from "./extend-frame.js";
import { NOTHING, canvasOf, pull } from "./extending.js";
import { KEYMAP } from "./keymap.js";
import { TOOLS } from "./tools/registry.js";
import { toStage } from "./view.js";

/** @typedef {import("./extending.js").Margins} Margins */
/** @typedef {import("./extending.js").Side} Side */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./toolbar.js").Commands} Commands */
/** @typedef {import("./view.js").Point} Point */

/** Room to pull a handle outward, as a share of the canvas's longer side. */
const ROOM = 0.14;
/** A canvas that comes nearer to the edge of the stage than this is shown smaller. */
const NEAR = 8;
/** Taking one of these tools ends it. */
const ENDING = [...TOOLS.map(({ name }) => name), "swap"];
/** The mask cannot be seen properly meanwhile, so it does not change either. */
export const MASK_VERBS = KEYMAP.filter(({ group, command }) => group === "Mask" && !["cancel", "export-mask"].includes(command))
  .map(({ command }) => command);

export class Extender {
  isOpen = false;
  #root;
  #stage;
  #picture;
  #frame;
  #form;
  /** @type {Margins} */
  #margins = NOTHING;
  /** @type {Margins} */
  #before = NOTHING;
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {HTMLElement} root the studio
   * @param {Stage} stage
   * @param {import("./types.js").Picture} picture
   * @param {HTMLTextAreaElement} prompt
   */
  constructor(root, stage, picture, prompt) {
    this.#root = root;
    this.#stage = stage;
    this.#picture = picture;
    const table = /** @type {HTMLElement} */ (root.querySelector("[data-stage]"));
    this.#form = new ExtendForm(/** @type {HTMLFormElement} */ (root.querySelector("[data-extend]")), picture, {
      change: (margins) => this.#set(margins, true),
      close: () => this.close(),
      leave: (url) => carryPrompt(url, prompt.value),
    });
    this.#frame = new ExtendFrame(table, picture, {
      begin: () => (this.#before = this.#margins),
      pull: (moved, sides, both) => this.#pulled(moved, sides, both),
      end: () => this.#look(),
      nudge: (side, pixels) => this.#set(pull(picture, this.#margins, { [side]: pixels }, this.#form.caps), true),
    });
    stage.onChange(() => this.isOpen && this.#draw());
    new ResizeObserver(() => this.isOpen && this.#look()).observe(table);
  }

  /** @param {() => void} listener called when the mode begins or ends */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.#root.dataset.mode = "extend";
    this.#frame.show(true);
    this.#set(this.#margins, true);
    this.#form.focus();
    this.#tell();
  }

  /** Back to painting; the margins are kept for another look. */
  close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    delete this.#root.dataset.mode;
    this.#frame.show(false);
    this.#stage.fit();
    /** @type {HTMLElement | null} */ (this.#root.querySelector("[data-stage]"))?.focus({ preventScroll: true });
    this.#tell();
  }

  /**
   * The commands of the studio with this mode among them.
   * @param {Commands} commands
   * @returns {Commands}
   */
  among(commands) {
    const all = { ...commands };
    for (const name of [...ENDING, ...MASK_VERBS]) {
      const { run, again, isPressed, isEnabled } = commands[name];
      const isTool = ENDING.includes(name);
      all[name] = {
        run: () => {
          if (isTool) this.close();
          run();
        },
        ...(again && { again }),
        ...(isPressed && { isPressed: () => !this.isOpen && isPressed() }),
        isEnabled: () => (isTool || !this.isOpen) && isEnabled?.() !== false,
      };
    }
    const { cancel, submit } = commands;
    all.extend = { run: () => (this.isOpen ? this.close() : this.open()), isPressed: () => this.isOpen };
    all.submit = { run: () => (this.isOpen ? void this.#form.apply() : submit.run()) };
    all.cancel = {
      run: () => (this.isOpen ? this.close() : cancel.run()),
      isEnabled: () => this.isOpen || cancel.isEnabled?.() !== false,
    };
    return all;
  }

  /**
   * @param {Point} moved CSS pixels
   * @param {Side[]} sides
   * @param {boolean} both
   */
  #pulled(moved, sides, both) {
    const { scale } = this.#stage.view;
    const outward = { left: -moved.x, right: moved.x, top: -moved.y, bottom: moved.y };
    const pulled = Object.fromEntries(sides.map((side) => [side, outward[side] / scale]));
    this.#set(pull(this.#picture, this.#before, pulled, this.#form.caps, both), false);
    if (!this.#reachesOut()) return;
    this.#look();
    this.#before = this.#margins;
    this.#frame.rebase();
  }

  /**
   * @param {Margins} margins
   * @param {boolean} look show all of the canvas
   */
  #set(margins, look) {
    this.#margins = margins;
    this.#form.show(margins);
    if (look) this.#look();
    else this.#draw();
  }

  #draw() {
    this.#frame.draw(this.#margins, this.#stage.view);
  }

  /** Shows the whole canvas, with room to pull it farther. */
  #look() {
    const { left, top } = this.#margins;
    const { width, height } = canvasOf(this.#picture, this.#margins);
    const room = Math.max(width, height) * ROOM;
    this.#stage.fitBox({ left: -left - room, top: -top - room, right: width - left + room, bottom: height - top + room });
  }

  /** Whether the canvas goes beyond what can be seen of it. */
  #reachesOut() {
    const { view, size } = this.#stage;
    const { left, top, right, bottom } = this.#margins;
    const { width, height } = this.#picture;
    const from = toStage(view, { x: -left, y: -top });
    const to = toStage(view, { x: width + right, y: height + bottom });
    return from.x < NEAR || from.y < NEAR || to.x > size.width - NEAR || to.y > size.height - NEAR;
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
