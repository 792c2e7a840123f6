/** Entry of the viewer: one picture full screen. Joins the table, the keys, the drawer and the next page. */

import { startElapsed } from "../elapsed.js";
import { Keys } from "../studio/keys.js";
import { find, storage } from "../studio/page.js";
import { Toolbar } from "../studio/toolbar.js";
import { armCopying } from "./copying.js";
import { armHands } from "./hands.js";
import { fillHelp } from "./help.js";
import { KEYS } from "./keymap.js";
import { Looking } from "./looking.js";
import { leave, turnTo } from "./turning.js";

/** @typedef {import("../studio/toolbar.js").Commands} Commands */
/** @typedef {import("../studio/compare/panes.js").Mode} Mode */

const DRAWER = "nanoedit.viewer-drawer";
/** As far as an arrow key moves the view, as a share of the table. */
const PAN_SHARE = 0.12;

class Viewer {
  #store = storage();
  #commands = this.#allCommands();
  /** @type {Looking} */
  #looking;
  /** @type {Toolbar | null} */
  #toolbar = null;
  #isTurning = false;
  #isOpen = this.#store?.getItem(DRAWER) === "open";

  constructor() {
    this.#looking = this.#look();
    this.#arm();
    new Keys(
      (name) => this.#run(name),
      (name) => this.#release(name),
      KEYS,
    );
    document.addEventListener("fullscreenchange", () => this.#toolbar?.refresh());
  }

  #look() {
    const looking = new Looking(find("[data-viewer-stage]"));
    looking.onChange(() => this.#refresh());
    armHands(looking, {
      previous: () => this.#follow("previous"),
      next: () => this.#follow("next"),
      close: () => this.#follow("close"),
    });
    return looking;
  }

  /** Wakes what stands on the page now. */
  #arm() {
    const root = find("[data-viewer]");
    startElapsed(root);
    armCopying(root);
    fillHelp(find("[data-keys]"));
    find("#viewer-full").hidden = !document.fullscreenEnabled;
    find("[data-drawer]").hidden = !this.#isOpen;
    for (const link of document.querySelectorAll("[data-turn]")) {
      link.addEventListener("click", (event) => this.#clicked(/** @type {MouseEvent} */ (event), /** @type {HTMLAnchorElement} */ (link)));
    }
    find("#viewer-close").addEventListener("click", (event) => {
      if (isPlain(event)) {
        event.preventDefault();
        leave(/** @type {HTMLAnchorElement} */ (event.currentTarget).href);
      }
    });
    this.#toolbar = new Toolbar(document.body, this.#commands, KEYS);
    root.dataset.ready = "yes";
    root.querySelector("[data-turn][aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#refresh();
    this.#fetchNeighbours();
  }

  /**
   * @param {MouseEvent} event
   * @param {HTMLAnchorElement} link
   */
  #clicked(event, link) {
    if (!isPlain(event)) return;
    event.preventDefault();
    void this.#turn(link.href);
  }

  /** @param {string} url */
  async #turn(url) {
    if (this.#isTurning) return;
    this.#isTurning = true;
    const { mode, isOutlined } = this.#looking;
    if (await turnTo(url)) {
      this.#looking.close();
      this.#looking = this.#look();
      if (this.#looking.hasBefore) this.#looking.compare(mode);
      if (isOutlined) this.#looking.outline(true);
      this.#arm();
    }
    this.#isTurning = false;
  }

  /** The next picture should show at once. */
  #fetchNeighbours() {
    for (const link of document.querySelectorAll("[data-turn][data-preview]")) {
      new Image().src = link.getAttribute("data-preview") ?? "";
    }
  }

  /** @returns {Commands} */
  #allCommands() {
    return { ...this.#viewCommands(), ...this.#compareCommands(), ...this.#links() };
  }

  /** @returns {Commands} */
  #viewCommands() {
    const table = () => this.#looking.table;
    const pan = (/** @type {number} */ across, /** @type {number} */ down) => ({
      run: () => {
        const { width, height } = table().size;
        table().panBy(-across * width * PAN_SHARE, -down * height * PAN_SHARE);
      },
      isEnabled: () => !table().isFitted,
    });
    return {
      fit: { run: () => table().fit() },
      actual: { run: () => table().zoomTo(1) },
      zoom: { run: () => table().toggleZoom() },
      "zoom-in": { run: () => table().step(1) },
      "zoom-out": { run: () => table().step(-1) },
      "pan-left": pan(-1, 0),
      "pan-right": pan(1, 0),
      "pan-up": pan(0, -1),
      "pan-down": pan(0, 1),
      drawer: { run: () => this.#toggleDrawer(), isPressed: () => this.#isOpen },
      "full-screen": { run: () => toggleFullScreen(), isPressed: () => document.fullscreenElement !== null },
      help: { run: () => find("#viewer-help").click() },
    };
  }

  /** @returns {Commands} */
  #compareCommands() {
    const hasBefore = () => this.#looking.hasBefore;
    const comparison = (/** @type {Mode} */ mode) => ({
      run: () => this.#looking.toggle(mode),
      isPressed: () => this.#looking.mode === mode,
      isEnabled: hasBefore,
    });
    return {
      "compare-line": comparison("line"),
      "compare-sides": comparison("sides"),
      "compare-difference": comparison("difference"),
      original: { run: () => this.#looking.hold(true), release: () => this.#looking.hold(false), isEnabled: hasBefore },
      outline: {
        run: () => this.#looking.outline(!this.#looking.isOutlined),
        isPressed: () => this.#looking.isOutlined,
        isEnabled: () => this.#looking.hasOutline,
      },
    };
  }

  /** Keys that follow a link of the page, where it has it. @returns {Commands} */
  #links() {
    const names = ["previous", "next", "close", "further", "use-all", "remix", "use-prompt", "use-mask", "use-size"];
    return Object.fromEntries(
      names.map((name) => [name, { run: () => this.#follow(name), isEnabled: () => linkTo(name) !== null }]),
    );
  }

  /** @param {string} name */
  #follow(name) {
    linkTo(name)?.click();
  }

  /** @param {string} name */
  #run(name) {
    const command = this.#commands[name];
    if (!command || command.isEnabled?.() === false) return false;
    command.run();
    this.#toolbar?.refresh();
    return true;
  }

  /** @param {string} name */
  #release(name) {
    this.#commands[name]?.release?.();
  }

  #toggleDrawer() {
    this.#isOpen = !this.#isOpen;
    find("[data-drawer]").hidden = !this.#isOpen;
    try {
      this.#store?.setItem(DRAWER, this.#isOpen ? "open" : "closed");
    } catch {
      // It is closed again on the next page.
    }
    this.#toolbar?.refresh();
  }

  #refresh() {
    const { table } = this.#looking;
    find("[data-zoom-said]").textContent = `${Math.round(table.zoom * 100)} %`;
    find("[data-viewer-stage]").toggleAttribute("data-zoomed", !table.isFitted);
    this.#toolbar?.refresh();
  }
}

/**
 * @param {string} name
 * @returns {HTMLAnchorElement | null}
 */
function linkTo(name) {
  return document.querySelector(`a#viewer-${name}`);
}

/** @param {MouseEvent} event whether it is no click that opens another tab */
function isPlain({ ctrlKey, metaKey, shiftKey, altKey, button }) {
  return !(ctrlKey || metaKey || shiftKey || altKey || button);
}

function toggleFullScreen() {
  const asked = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  // The browser may refuse it; the page fills its window all the same.
  asked?.catch(() => {});
}

new Viewer();
