/**
 * Looking at results in place of the picture: a mode of the studio. Painting is off meanwhile, a drag
 * moves the view. Joins the strip, the stage and the buttons beside the strip.
 */

import { asDataUrl, carry } from "../carried.js";
import { askedOf } from "../draft/asked.js";
import { bindingOf } from "../keymap.js";
import { PictureLevels } from "../picture.js";
import { Comparing } from "./comparing.js";
import { KeptPictures } from "./kept.js";
import { Steps } from "./stepping.js";
import { Strip } from "./strip.js";
import { Verbs } from "./verbs.js";

/** @typedef {import("../toolbar.js").Commands} Commands */
/** @typedef {import("../types.js").Variant} Variant */
/** @typedef {import("../compare/panes.js").Mode} Mode */

/** Full rasters are given back so many milliseconds after one has gone back to painting. */
const LET_GO_AFTER = 8000;

export class Looking {
  #root;
  #studio;
  #form;
  #comparing;
  #picture;
  #strip;
  #verbs;
  #steps = new Steps();
  #kept = new KeptPictures();
  #showsOutline = false;
  #isHeld = false;
  #letGoTimer = 0;
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {HTMLElement} root the studio
   * @param {import("../studio.js").Studio} studio
   * @param {import("../types.js").Picture} picture
   * @param {import("../wish-form.js").WishForm} form
   * @param {Storage | null} storage
   */
  constructor(root, studio, picture, form, storage) {
    this.#root = root;
    this.#studio = studio;
    this.#form = form;
    this.#picture = picture;
    this.#comparing = new Comparing(root, studio.stage, picture, (key) => this.#sideOf(key));
    this.#verbs = new Verbs(root, picture, storage);
    const results = /** @type {HTMLElement} */ (root.querySelector("[data-results-strip]"));
    this.#strip = new Strip(results, storage, {
      pick: (key, byHand) => this.show(key, byHand),
      again: () => void this.accept(),
    });
    this.#strip.onChange(() => this.#stripChanged());
    this.#stripChanged();
    // A task of the prompt or a dropped file may change the mask: not out of sight.
    studio.sheet.onChange(() => this.#stop());
    studio.isLooking = () => this.isOpen;
    studio.stage.covered = () => this.#verbs.covered;
  }

  /** Whether a result is shown. */
  get isOpen() {
    return this.#steps.shown !== null;
  }

  /** @returns {Variant | null} */
  get shown() {
    return this.#strip.variants.get(this.#steps.shown ?? "") ?? null;
  }

  /** @param {() => void} listener called when something else is shown */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /**
   * @param {string | null} key null = the picture itself: painting goes on
   * @param {boolean} [byHand] who points goes on by the stage's keys; who came by keys stays
   */
  show(key, byHand = false) {
    if (!this.#steps.show(key)) return;
    this.#refresh();
    if (byHand || !this.#strip.hasFocus) this.#focusStage();
  }

  close() {
    if (this.#stop()) this.#focusStage();
  }

  #stop() {
    if (!this.isOpen) return false;
    this.#steps.show(null);
    this.#refresh();
    return true;
  }

  /** Goes on from the result shown: its own studio, with the prompt and, if wanted, the mask. */
  async accept() {
    const variant = this.shown;
    if (!variant) return;
    const mask = this.#verbs.keepsMask ? ((await this.#painted()) ?? variant.mask_url) : null;
    const { prompt, model, n, size } = askedOf(new FormData(/** @type {HTMLFormElement} */ (this.#form.prompt.form)), [], "");
    const wish = { prompt, model, n, size };
    // A mask that is too large for the tab's storage must not leave the words behind, too.
    if (!carry(variant.studio_url, { asked: wish, mask })) carry(variant.studio_url, { asked: wish, mask: mask && variant.mask_url });
    await this.keepDraft();
    window.location.assign(variant.studio_url);
  }

  /** Saves what was painted here before the page is left. The page replaces it. @returns {Promise<unknown>} */
  async keepDraft() {
    return undefined;
  }

  /** @returns {Promise<string | null>} the mask as data URL; null without paint */
  async #painted() {
    const { mask } = this.#studio.sheet;
    return mask.isEmpty ? null : asDataUrl(await this.#form.files.write(mask));
  }

  /**
   * The commands of the studio with this mode among them.
   * @param {Commands} commands
   * @returns {Commands}
   */
  among(commands) {
    const all = { ...commands };
    for (const [name, { run, isEnabled }] of Object.entries(commands)) {
      const group = bindingOf(name)?.group;
      // Whoever takes a tool wants to paint.
      if (group === "Tools") all[name] = { ...commands[name], run: () => (this.close(), run()) };
      else if (group === "Mask" && name !== "cancel") {
        all[name] = { ...commands[name], isEnabled: () => !this.isOpen && isEnabled?.() !== false };
      }
    }
    return { ...all, ...this.#viewCommands(commands), ...this.#ownCommands() };
  }

  /**
   * @param {Commands} commands
   * @returns {Commands}
   */
  #viewCommands({ cancel, fit, overlay, original }) {
    return {
      fit: { run: () => (fit.run(), this.#comparing.refit()) },
      cancel: {
        run: () => (this.#comparing.mode ? this.#compare(null) : this.isOpen ? this.close() : cancel.run()),
        isEnabled: () => this.isOpen || cancel.isEnabled?.() !== false,
      },
      overlay: {
        run: () => (this.isOpen ? this.#outline(!this.#showsOutline) : overlay.run()),
        isPressed: () => (this.isOpen ? this.#showsOutline : overlay.isPressed?.() === true),
      },
      original: {
        run: () => (this.isOpen ? this.#hold(true) : original.run()),
        release: () => (this.#isHeld ? this.#hold(false) : original.release?.()),
      },
    };
  }

  /** @returns {Commands} */
  #ownCommands() {
    const isOpen = () => this.isOpen;
    // From the strip the arrows also lead away from the original; on the stage they are the cross-hair's.
    const steps = (/** @type {number} */ by) => ({
      run: () => this.show(this.#steps.at(by)),
      isEnabled: () => this.isOpen || this.#strip.hasFocus,
    });
    return {
      "variant-previous": steps(-1),
      "variant-next": steps(1),
      "compare-line": this.#comparison("line"),
      "compare-sides": this.#comparison("sides"),
      "compare-difference": this.#comparison("difference"),
      accept: { run: () => void this.accept(), isEnabled: isOpen },
      discard: { run: () => this.#discard(), isEnabled: isOpen },
    };
  }

  /**
   * @param {Mode} mode
   * @returns {import("../toolbar.js").Command}
   */
  #comparison(mode) {
    return {
      run: () => this.#compare(mode),
      isPressed: () => this.#comparing.mode === mode,
      isEnabled: () => this.isOpen,
    };
  }

  /** @param {Mode | null} mode null = no more */
  #compare(mode) {
    const key = this.#steps.shown;
    if (mode && key) this.#comparing.toggle(mode, key, this.#strip.variants);
    else this.#comparing.close();
    this.#keepFull();
    this.#tell();
  }

  /**
   * @param {string | null} key
   * @returns {import("../compare/desk.js").Side | null}
   */
  #sideOf(key) {
    if (key === null) return { levels: this.#studio.stage.levels, size: this.#picture, label: "Original" };
    const variant = this.#strip.variants.get(key);
    return variant ? { levels: this.#levelsOf(key, variant), size: variant, label: variant.label } : null;
  }

  /** Only what is in sight may be sharp. */
  #keepFull() {
    const { shown } = this.#steps;
    this.#kept.keepFull([...(shown === null ? [] : [shown]), ...(this.#comparing.mode ? this.#comparing.keys : [])]);
  }

  #discard() {
    const key = this.#steps.shown;
    if (key) this.#strip.discard(key, this.shown?.discarded ?? false);
  }

  #stripChanged() {
    const { shown } = this.#steps;
    this.#steps.take([...this.#strip.variants.keys()]);
    if (shown !== this.#steps.shown) this.#refresh();
    else {
      if (this.isOpen && !this.#isHeld) this.#verbs.show(this.shown, this.#steps);
      this.#comparing.relist(this.#strip.variants);
      this.#tell();
    }
  }

  #refresh() {
    const key = this.#steps.shown;
    this.#isHeld = false;
    const isOther = this.#root.hasAttribute("data-looking") !== (key !== null);
    this.#root.toggleAttribute("data-looking", key !== null);
    this.#strip.mark(key);
    this.#verbs.show(this.shown, this.#steps);
    if (isOther && this.#studio.stage.isFitted) this.#studio.stage.fit();
    this.#showOnStage(key);
    if (key === null) this.#comparing.close();
    else this.#comparing.follow(key, this.#strip.variants);
    clearTimeout(this.#letGoTimer);
    if (key === null) this.#letGoTimer = window.setTimeout(() => this.#keepFull(), LET_GO_AFTER);
    else this.#keepFull();
    this.#studio.pointerAway();
    this.#tell();
  }

  /** @param {string | null} key */
  #showOnStage(key) {
    const { stage } = this.#studio;
    const variant = this.shown;
    stage.showInstead(null);
    stage.outlineMask(this.isOpen);
    if (key === null || !variant) return;
    const levels = this.#levelsOf(key, variant);
    const shown = { levels, size: variant };
    stage.showInstead(shown);
    levels.fetchPreview().then(
      () => {
        if (this.#steps.shown !== key) return;
        if (!this.#isHeld) stage.showInstead(shown);
        this.#fetchNeighbours();
      },
      () => this.#steps.shown === key && this.#verbs.fail(),
    );
  }

  /**
   * @param {string} key
   * @param {Variant} variant
   */
  #levelsOf(key, variant) {
    return this.#kept.get(key, () => {
      const levels = new PictureLevels(variant);
      levels.takeStandIn(this.#strip.thumbOf(key));
      return levels;
    });
  }

  /** The next step should show at once. */
  #fetchNeighbours() {
    for (const by of [1, -1]) {
      const key = this.#steps.at(by);
      const variant = this.#strip.variants.get(key ?? "");
      if (key && variant) this.#levelsOf(key, variant).fetchPreview().catch(() => {});
    }
  }

  /** @param {boolean} isHeld the original shows while it is */
  #hold(isHeld) {
    this.#isHeld = isHeld;
    this.#comparing.hold(isHeld);
    const key = this.#steps.shown;
    const variant = this.shown;
    this.#verbs.hold(isHeld);
    const isShown = !isHeld && key !== null && variant;
    this.#studio.stage.showInstead(isShown ? { levels: this.#levelsOf(key, variant), size: variant } : null);
  }

  /** @param {boolean} isShown */
  #outline(isShown) {
    this.#showsOutline = isShown;
    this.#root.toggleAttribute("data-outline", isShown);
    this.#tell();
  }

  #focusStage() {
    /** @type {HTMLElement | null} */ (this.#root.querySelector("[data-stage]"))?.focus({ preventScroll: true });
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }
}
