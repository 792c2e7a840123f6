/** The draft of the studio's picture: opened, saved by itself, chosen among two, brought back, begun afresh. */

import { wordsOf } from "../mask/tiles.js";
import { Autosave } from "./autosave.js";
import { DraftBar } from "./bar.js";
import { isBlank, sameAsked } from "./asked.js";
import { DraftLine } from "./line.js";
import { ServerKeeper } from "./server-keeper.js";
import { agoWords, draftLine } from "./words.js";

/** @typedef {import("./draft.js").Asked} Asked */
/** @typedef {import("./draft.js").Kept} Kept */
/** @typedef {import("./draft.js").ServerState} ServerState */
/** @typedef {import("./draft.js").Told} Told */
/** @typedef {import("./small-mask.js").Strokes} Strokes */

const LOST_STROKES = "The earlier mask could not be loaded. Paint it again, or reload the page.";
const NOT_NOW = "The server does not answer, so nothing was changed. Try again in a moment.";
const AGAIN_AFTER = 10_000;
/** Who was away for less than this many milliseconds has hardly been at another device. */
const AWAY = 5000;

export class Drafts {
  #desk;
  #data;
  #opening;
  #server;
  #bar;
  #autosave;
  #hiddenSince = 0;

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("../types.js").StudioData} data
   * @param {import("./opening.js").Opening} opening
   * @param {import("./browser-keeper.js").BrowserKeeper} browser
   * @param {{bar: HTMLElement, state: HTMLElement, menu: HTMLElement, token: HTMLInputElement}} page
   */
  constructor(desk, data, opening, browser, { bar, state, menu, token }) {
    this.#desk = desk;
    this.#data = data;
    this.#opening = opening;
    this.#server = new ServerKeeper(data.urls.draft, token);
    this.#bar = new DraftBar(bar);
    const who = { owner: data.draft.owner, picture: data.picture.id };
    this.#autosave = new Autosave(desk, browser, this.#server, who);
    this.#autosave.aside = data.draft.aside;
    this.#autosave.onMoved((there) => void this.#choose(there));
    new DraftLine(state, menu, this.#autosave, (told) => void this.#bringBack(told));
    document.addEventListener("visibilitychange", () => void this.#seen());
    document.addEventListener("nanoedit:logout", (event) => {
      /** @type {CustomEvent<{wait: (work: Promise<unknown>) => void}>} */ (event).detail.wait(this.#autosave.end());
    });
  }

  /** Whether leaving the page would lose something. */
  get wouldLose() {
    return this.#autosave.wouldLose;
  }

  /** Saves what is not saved yet. */
  keep() {
    return this.#autosave.flush();
  }

  /** Lays the draft out and begins to save. */
  async begin() {
    const { kept, told, verdict } = this.#opening;
    const { wish } = this.#data;
    const asked = this.#desk.asked();
    this.#desk.files.prepare();
    this.#autosave.base = (verdict === "conflict" ? kept?.base : told?.revision) ?? null;
    const isHere = !wish.is_again && kept !== null && (verdict === "browser" || verdict === "conflict");
    const found = await this.#load(isHere ? kept : null, wish.mask_url);
    // Somebody may have painted or written while the strokes were on their way.
    const isChanged = found.isChanged || asked.prompt.trim() !== wish.prompt.trim() || !sameAsked(asked, this.#desk.asked());
    if (wish.is_again) return this.#beginAgain(isChanged);
    // Who has begun to paint keeps looking where the hand is.
    if (verdict !== "nothing" && !found.isChanged) this.#desk.look((isHere ? kept : told)?.view ?? null);
    if (found.isLost) {
      // What is painted now must not take the place of strokes that nobody could see.
      this.#autosave.next = { setAside: true };
      this.#autosave.begin({ told: told && { ...told, mask_id: null }, isChanged });
    } else this.#autosave.begin({ kept: isHere ? kept : null, told, isChanged });
    if (verdict === "conflict") this.#autosave.beaten(this.#data.draft);
  }

  /** Clears strokes and words, at once and with a way back. */
  async afresh() {
    const before = this.#now();
    await this.#autosave.flush();
    this.#autosave.next = { setAside: true };
    const frame = /** @type {const} */ ({ choice: "auto", context: before.asked.frame.context, box: null });
    await this.#desk.layOut({ ...before.asked, prompt: "", references: [], frame }, null);
    this.#autosave.touch();
    this.#bar.note("Begun afresh.", "Undo", () => void this.#undo(before));
  }

  get isBlank() {
    return this.#desk.isBlank;
  }

  /**
   * The wish of an earlier edit lies on the desk; the draft is kept until that is worked on.
   * @param {boolean} isChanged
   */
  async #beginAgain(isChanged) {
    const { kept, told, verdict } = this.#opening;
    const asked = this.#desk.asked();
    const sheetRevision = this.#desk.sheet.revision;
    let standing = told;
    const isOnlyHere = kept !== null && !kept.isSaved && kept.revision !== told?.revision;
    if (isOnlyHere && (verdict === "browser" || verdict === "conflict") && !isBlank(kept)) {
      standing = await this.#pushed({ ...kept, base: told?.revision ?? null }, verdict === "conflict");
    }
    const isKept = standing !== null && !isBlank({ asked: standing.wish, mask: standing.mask_id });
    this.#autosave.next = { setAside: isKept };
    const isSame = sameAsked(asked, this.#desk.asked()) && sheetRevision === this.#desk.sheet.revision;
    this.#autosave.begin({ isChanged: isChanged || !isSame });
    if (!standing || !isKept) return;
    const left = agoWords(Date.parse(standing.changed_at), Date.now());
    const words = `This is an earlier edit. Your draft, left ${left}, is kept.`;
    this.#bar.note(words, "Bring it back", () => void this.#bringBack(standing), { isBrief: false });
  }

  /**
   * Brings a draft that only this browser has to the server, however long that takes.
   * @param {Kept} kept
   * @param {boolean} setAside
   * @returns {Promise<Told | null>}
   */
  async #pushed(kept, setAside) {
    for (;;) {
      const answer = await this.#autosave.send({ ...kept, maskId: null }, { setAside });
      if (answer.kind === "saved") return answer.saved;
      if (answer.kind === "refused") return null;
      if (answer.kind === "moved") kept = { ...kept, base: answer.state.draft?.revision ?? null };
      else await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
    }
  }

  /**
   * @param {Kept | null} kept whose strokes to load; null: those at the address
   * @param {string | null} url
   */
  async #load(kept, url) {
    try {
      const strokes = kept?.mask ? await this.#desk.files.decode(new Uint8Array(kept.mask)) : await this.#read(url);
      // A stroke that is being painted counts, too; it ends before the strokes come in below it.
      await this.#desk.free();
      const isChanged = this.#desk.sheet.revision > 0;
      if (!strokes) return { isChanged, isLost: false };
      if (await this.#desk.putBelow(strokes)) return { isChanged, isLost: false };
    } catch {
      // Said below.
    }
    this.#desk.complain(LOST_STROKES);
    return { isChanged: this.#desk.sheet.revision > 0, isLost: true };
  }

  /**
   * @param {string | null} url
   * @returns {Promise<Strokes | null>}
   */
  async #read(url) {
    return url ? this.#desk.files.read(url) : null;
  }

  /** @returns {{asked: Asked, strokes: Strokes | null}} what lies on the desk */
  #now() {
    return { asked: this.#desk.asked(), strokes: this.#desk.sheet.mask.isEmpty ? null : this.#desk.strokes };
  }

  /** @param {{asked: Asked, strokes: Strokes | null}} what */
  async #layOut({ asked, strokes }) {
    await this.#desk.layOut(asked, strokes);
    this.#autosave.touch();
  }

  /** @param {{asked: Asked, strokes: Strokes | null}} before whatever stands there now is kept aside */
  async #undo(before) {
    this.#autosave.next = { setAside: true };
    await this.#layOut(before);
  }

  /** @param {ServerState} state what the server has by now */
  async #choose({ draft: other }) {
    if (!other) return;
    /** @type {Strokes | null} */
    let strokes = null;
    try {
      strokes = await this.#read(other.wish.mask_url);
    } catch {
      // Shown without; taking it tries again.
    }
    const here = this.#now();
    if (sameAsked(here.asked, other.wish) && sameStrokes(here.strokes, strokes)) {
      this.#autosave.base = other.revision;
      this.#autosave.release();
      return;
    }
    const now = Date.now();
    const changedAt = new Date(this.#autosave.changedAt).toISOString();
    const mine = { title: "This browser", line: draftLine({ changed_at: changedAt, wish: here.asked }, now), strokes: here.strokes };
    const theirs = { title: other.device, line: draftLine(other, now), strokes };
    const picture = /** @type {HTMLImageElement} */ (document.querySelector("[data-stage-preview]"));
    this.#bar.ask(mine, theirs, this.#data.picture, picture, (which) => {
      if (which === "mine") this.#keepMine(other);
      else void this.#takeOther(other);
    });
  }

  /** @param {Told} other */
  #keepMine(other) {
    this.#bar.hide();
    this.#autosave.base = other.revision;
    this.#autosave.next = { setAside: true };
    this.#autosave.release();
    void this.#autosave.flush();
  }

  /** @param {Told} other */
  async #takeOther(other) {
    const before = this.#now();
    try {
      const strokes = await this.#read(other.wish.mask_url);
      // First mine is brought to safety beside the other one, then they change places.
      const mine = { ...(await this.#autosave.snapshot({ whole: true })), base: other.revision, maskId: null };
      const answer = await this.#autosave.send(mine, { setAside: true });
      if (answer.kind === "moved") {
        await this.#choose(answer.state);
        return;
      }
      if (answer.kind !== "saved") throw new Error(answer.why);
      this.#bar.hide();
      const fromAside = this.#autosave.aside.find(({ revision }) => revision === other.revision)?.id ?? null;
      this.#autosave.next = { setAside: true, fromAside };
      await this.#layOut({ asked: other.wish, strokes });
      this.#autosave.release();
      this.#bar.note(`Going on with the draft of ${other.device}.`, "Undo", () => void this.#undo(before));
      void this.#autosave.flush();
    } catch {
      this.#bar.complain(NOT_NOW);
    }
  }

  /** @param {Told} told what lies aside, or the draft that an earlier edit covers */
  async #bringBack(told) {
    const before = this.#now();
    try {
      if (!this.#autosave.isSaved && !(await this.#autosave.flush())) throw new Error(NOT_NOW);
      const strokes = await this.#read(told.wish.mask_url);
      if (told.revision === this.#autosave.base) {
        await this.#desk.layOut(told.wish, strokes);
        this.#autosave.next = {};
        this.#autosave.begin({ told });
        return;
      }
      const fromAside = this.#autosave.aside.find(({ revision }) => revision === told.revision)?.id;
      this.#autosave.next = { setAside: true, fromAside };
      await this.#layOut({ asked: told.wish, strokes });
      this.#bar.note("Brought back.", "Undo", () => void this.#undo(before));
    } catch {
      this.#desk.complain(NOT_NOW);
    }
  }

  /** Coming back to this page after a while: perhaps another device has gone on. */
  async #seen() {
    if (document.hidden) {
      this.#hiddenSince = Date.now();
      return;
    }
    if (Date.now() - this.#hiddenSince < AWAY || this.#autosave.isHeld) return;
    const there = await this.#server.look();
    const { base, isSaved } = this.#autosave;
    if (!there?.draft || there.draft.revision === base || this.#autosave.isHeld) return;
    this.#autosave.aside = there.aside;
    if (!isSaved) {
      this.#autosave.beaten(there);
      return;
    }
    const before = this.#now();
    const strokes = await this.#read(there.draft.wish.mask_url).catch(() => undefined);
    if (strokes === undefined || !this.#autosave.isSaved) return;
    this.#autosave.base = there.draft.revision;
    await this.#desk.layOut(there.draft.wish, strokes);
    this.#autosave.begin({ told: there.draft });
    const words = `Going on with what ${there.draft.device} has saved.`;
    this.#bar.note(words, "Undo", () => void this.#undo(before));
  }
}

/**
 * @param {Strokes | null} a
 * @param {Strokes | null} b
 */
function sameStrokes(a, b) {
  if (!a || !b) return !a && !b;
  return a.slots.every((slot, i) => {
    const other = b.slots[i];
    if (slot === other || !slot || !other) return slot === other;
    const [words, others] = [wordsOf(slot), wordsOf(other)];
    for (let at = 0; at < words.length; at++) if (words[at] !== others[at]) return false;
    return true;
  });
}
