/**
 * Saves a draft by itself: at once in this browser, after a pause on the server. Every content has
 * a name of its own (revision) and says on which of the server's it builds, so nothing is overwritten
 * that this page has not seen.
 */

import { freshKey } from "../sending.js";
import { sameAsked } from "./asked.js";
import { Pause } from "./pause.js";
import { pauseAfter } from "./server-keeper.js";

/** @typedef {import("./draft.js").Kept} Kept */
/** @typedef {import("./draft.js").Saved} Saved */
/** @typedef {import("./draft.js").ServerState} ServerState */
/** @typedef {import("./draft.js").Told} Told */
/** @typedef {import("./words.js").ServerSide} ServerSide */
/** @typedef {import("./words.js").BrowserSide} BrowserSide */

/** Milliseconds after the last change, and at most since the first one that is not saved. */
const BROWSER_AFTER = 500;
const BROWSER_MOST = 2500;
const SERVER_AFTER = 2500;
const SERVER_MOST = 15_000;

export class Autosave {
  #desk;
  #browser;
  #server;
  #who;
  #timers = { browser: new Pause(BROWSER_AFTER, BROWSER_MOST), server: new Pause(SERVER_AFTER, SERVER_MOST) };
  /** @type {(() => void)[]} */
  #listeners = [];
  /** @type {((state: ServerState) => void)} */
  #moved = () => {};
  /** What is saved now or last. @type {import("./draft.js").Asked} */
  #asked;
  #sheetRevision;
  #revision = freshKey();
  #changedAt = Date.now();
  /** The strokes as a file, and what the server calls them, as of a revision of the sheet. */
  #strokes = { of: -1, file: /** @type {ArrayBuffer | null} */ (null), id: /** @type {string | null} */ (null) };
  #failures = 0;
  /** The save that is under way. @type {Promise<void> | null} */
  #sending = null;
  #isHeld = true;
  #isEnded = false;
  /** Revision that the browser has, and that the server has. */
  #has = { browser: "", server: "" };
  /** The server's revision that this page builds on. @type {string | null} */
  base = null;
  /** What is to become of the draft that stands on the server, with the next save. */
  next = /** @type {import("./server-keeper.js").How} */ ({});
  /** @type {Told[]} */
  aside = [];
  /** @type {{server: ServerSide, browser: BrowserSide, why: string}} */
  state = { server: "idle", browser: "kept", why: "" };

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./browser-keeper.js").BrowserKeeper} browser
   * @param {import("./server-keeper.js").ServerKeeper} server
   * @param {{owner: string, picture: string}} who
   */
  constructor(desk, browser, server, who) {
    this.#desk = desk;
    this.#browser = browser;
    this.#server = server;
    this.#who = who;
    this.#asked = desk.asked();
    this.#sheetRevision = desk.sheet.revision;
    this.#has = { browser: this.#revision, server: this.#revision };
    desk.onChange(() => this.#look());
    desk.onLook(() => !this.#isHeld && this.#timers.browser.after(() => void this.#keep()));
    window.addEventListener("online", () => this.#retry());
    document.addEventListener("visibilitychange", () => document.hidden && void this.flush());
    window.addEventListener("pagehide", () => this.#leave());
  }

  /** @param {() => void} listener called when what is to be said may have changed */
  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** @param {(state: ServerState) => void} moved called when another device has saved meanwhile */
  onMoved(moved) {
    this.#moved = moved;
  }

  /** Whether closing the page now would lose something. */
  get wouldLose() {
    return this.#has.browser !== this.#revision && this.#has.server !== this.#revision;
  }

  get isHeld() {
    return this.#isHeld;
  }

  /** When the person changed it last, in milliseconds since 1970. */
  get changedAt() {
    return this.#changedAt;
  }

  /** Whether the server has everything. */
  get isSaved() {
    return this.#has.server === this.#revision;
  }

  /**
   * Begins to save. What lies on the desk is `kept` or `told`, or nothing that would be missed.
   * @param {{kept?: Kept | null, told?: Told | null, isChanged?: boolean}} [from] isChanged: the desk
   *   has been worked on meanwhile
   */
  begin({ kept = null, told = null, isChanged = false } = {}) {
    this.#asked = this.#desk.asked();
    this.#sheetRevision = this.#desk.sheet.revision;
    this.#revision = (kept ?? told)?.revision ?? freshKey();
    const isThere = told !== null && told.revision === this.#revision;
    this.#changedAt = kept ? kept.changedAt : told ? Date.parse(told.changed_at) : Date.now();
    const id = kept?.maskId ?? (isThere ? told.mask_id : null);
    const file = kept?.mask ?? null;
    const isWritten = !isChanged && (file !== null || id !== null || this.#desk.sheet.mask.isEmpty);
    this.#strokes = { of: isWritten ? this.#sheetRevision : -1, file, id };
    const isNew = !kept && !told;
    this.#has = {
      browser: isNew || kept?.isSaved === isThere ? this.#revision : "",
      server: isNew || isThere ? this.#revision : "",
    };
    this.#say({ server: isThere ? "saved" : isNew ? "idle" : "saving", browser: "kept" });
    if (isChanged) this.touch();
    this.release();
  }

  /** Saves nothing on the server until `release`; the browser goes on. */
  hold() {
    this.#isHeld = true;
    this.#timers.server.cancel();
  }

  release() {
    this.#isHeld = false;
    this.#look();
    if (!this.isSaved) this.#timers.server.after(() => void this.#send());
    else if (this.#has.browser !== this.#revision) this.#timers.browser.after(() => void this.#keep());
  }

  /** Counts what lies on the desk as new, whatever was there before. */
  touch() {
    this.#revision = freshKey();
    this.#changedAt = Date.now();
    this.#asked = this.#desk.asked();
    this.#sheetRevision = this.#desk.sheet.revision;
    this.#timers.browser.after(() => void this.#keep());
    this.#timers.server.after(() => void this.#send());
    this.#say({ server: this.state.server === "moved" ? "moved" : "saving", browser: "writing" });
  }

  /** Saves now what has not been saved yet. @returns {Promise<boolean>} whether the server has all */
  async flush() {
    this.#look();
    this.#timers.browser.cancel();
    this.#timers.server.cancel();
    if (this.#has.browser !== this.#revision) await this.#keep();
    // A save that was under way already may have missed the last change.
    if (!this.isSaved) await this.#send();
    if (!this.isSaved && this.state.server === "saving") await this.#send();
    return this.isSaved;
  }

  /** Saves what there is, and nothing any more: the person logs out. */
  async end() {
    await this.flush();
    // The browser's copy may go only when it is marked as saved.
    if (this.isSaved && this.state.server === "saved") await this.#keep();
    this.#isEnded = true;
    this.hold();
    this.#timers.browser.cancel();
  }

  /**
   * The draft as it is now; work may go on meanwhile.
   * @param {{whole?: boolean}} [how] whole: with the strokes, also where their name would do
   * @returns {Promise<Kept>}
   */
  async snapshot({ whole = false } = {}) {
    await this.#desk.free();
    const { sheet, files } = this.#desk;
    const now = this.#kept();
    const { of, file, id } = this.#strokes;
    const isWritten = of === sheet.revision;
    if (isWritten && (file || !whole || sheet.mask.isEmpty)) return now;
    const written = { of: sheet.revision, file: /** @type {ArrayBuffer | null} */ (null), id: isWritten ? id : null };
    if (!sheet.mask.isEmpty) written.file = await (await files.write(sheet.mask)).arrayBuffer();
    if (written.of >= this.#strokes.of) this.#strokes = written;
    return { ...now, mask: written.file, maskId: written.id };
  }

  /**
   * Sends one draft at once, whatever else is under way.
   * @param {Kept} kept
   * @param {import("./server-keeper.js").How} how
   */
  async send(kept, how) {
    const answer = await this.#server.save(kept, how);
    if (answer.kind === "saved") this.#took(kept, answer, this.next);
    return answer;
  }

  /** Compares the desk with what was saved last. */
  #look() {
    const asked = this.#desk.asked();
    const { revision } = this.#desk.sheet;
    if (this.#isHeld && this.state.server !== "moved") return;
    if (revision === this.#sheetRevision && sameAsked(asked, this.#asked)) return;
    this.touch();
  }

  /** @returns {Kept} the strokes as they were written last */
  #kept() {
    const { file, id } = this.#strokes;
    return {
      ...this.#who,
      revision: this.#revision,
      base: this.base,
      isSaved: this.isSaved,
      changedAt: this.#changedAt,
      asked: this.#desk.asked(),
      mask: file,
      maskId: id,
      view: this.#desk.view(),
    };
  }

  async #keep() {
    if (this.#isEnded) return;
    const kept = await this.#tried({ whole: true });
    const isKept = kept !== null && (await this.#browser.write(kept));
    if (kept && isKept) this.#has.browser = kept.revision;
    if (!kept || kept.revision === this.#revision) this.#say({ browser: isKept ? "kept" : "failed" });
  }

  /** @param {{whole?: boolean}} [how] */
  async #tried(how) {
    try {
      return await this.snapshot(how);
    } catch (error) {
      this.#failed({ kind: "later", why: error instanceof Error ? error.message : String(error) });
      return null;
    }
  }

  /** One save at a time. */
  #send() {
    this.#sending ??= this.#sendNow().finally(() => (this.#sending = null));
    return this.#sending;
  }

  async #sendNow() {
    if (this.#isHeld || this.isSaved) return;
    const how = this.next;
    const kept = await this.#tried();
    if (!kept) return;
    const answer = await this.#server.save(kept, how);
    if (answer.kind === "moved") this.beaten(answer.state);
    else if (answer.kind !== "saved") this.#failed(answer);
    else {
      this.#took(kept, answer, how);
      if (!this.isSaved) this.#timers.server.after(() => void this.#send());
    }
  }

  /**
   * @param {Kept} kept
   * @param {Extract<Saved, {kind: "saved"}>} answer
   * @param {import("./server-keeper.js").How} how what was asked for with it is done
   */
  #took(kept, { saved, aside }, how) {
    this.#failures = 0;
    this.base = saved.revision;
    this.aside = aside;
    if (this.next === how) this.next = {};
    this.#has.server = saved.revision;
    if (kept.mask === this.#strokes.file) this.#strokes.id = saved.mask_id;
    this.#say({ server: this.isSaved ? "saved" : "saving", why: "" });
    // The browser must know what the server has, or the next page would ask for nothing.
    this.#timers.browser.after(() => void this.#keep());
  }

  /**
   * Another device has saved what this page has not seen: nothing is sent until somebody has chosen.
   * @param {ServerState} state
   */
  beaten(state) {
    const { draft } = state;
    const isForgotten = draft === null;
    if (isForgotten || (draft.revision === this.base && !this.isSaved)) {
      // Forgotten there, or only the strokes are: everything is sent anew, with the strokes.
      if (isForgotten) this.base = null;
      this.#strokes = { ...this.#strokes, of: -1, id: null };
      this.#again();
      return;
    }
    this.hold();
    this.#say({ server: "moved" });
    this.#moved(state);
  }

  /** @param {Extract<Saved, {why: string}>} answer */
  #failed({ kind, why }) {
    this.#say({ server: kind === "refused" ? "refused" : "later", why });
    if (kind !== "refused") this.#again();
  }

  #again() {
    this.#failures++;
    this.#timers.server.in(pauseAfter(this.#failures), () => void this.#send());
  }

  #retry() {
    if (this.isSaved || this.#isHeld) return;
    this.#failures = 0;
    void this.#send();
  }

  #leave() {
    if (this.#isEnded) return;
    this.#look();
    if (this.#strokes.of !== this.#desk.sheet.revision) return;
    const kept = this.#kept();
    const isWhole = kept.mask !== null || this.#desk.sheet.mask.isEmpty;
    if (this.#has.browser !== this.#revision && isWhole) void this.#browser.write(kept);
    if (!this.isSaved && !this.#isHeld) this.#server.leave(kept, this.next);
  }

  /** @param {Partial<Autosave["state"]>} change */
  #say(change) {
    this.state = { ...this.state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
