/** Drafts on the server: sends one, and tells what its answer means. */

import { fill } from "./asked.js";

/** @typedef {import("./draft.js").Kept} Kept */
/** @typedef {import("./draft.js").Saved} Saved */
/** @typedef {import("./draft.js").ServerState} ServerState */
/** @typedef {{status: number, body: any, isElsewhere: boolean}} Answer status 0 = none came */
/** @typedef {{setAside?: boolean, fromAside?: string | null}} How what becomes of the draft that stands there */

const NO_ANSWER = "The server does not answer.";
const LOGGED_OUT = "You are logged out. Log in again in another tab.";
/** What a browser sends on behalf of a page that is gone, headers included. */
const MOST_ON_LEAVING = 56_000;
const LONGEST_PAUSE = 60_000;

/**
 * How long to wait after so many failures: 2 s, doubling up to a minute.
 * @param {number} failures
 */
export function pauseAfter(failures) {
  return Math.min(LONGEST_PAUSE, 2000 * 2 ** (failures - 1));
}

/**
 * @param {Answer} answer
 * @returns {Saved}
 */
export function readSave({ status, body, isElsewhere }) {
  if (status === 0) return { kind: "later", why: NO_ANSWER };
  if (isElsewhere || status === 401 || status === 403) return { kind: "outside", why: LOGGED_OUT };
  if (status === 200 && body?.saved) return { kind: "saved", saved: body.saved, aside: body.aside ?? [] };
  if (status === 409 && body && "draft" in body) {
    return { kind: "moved", state: { draft: body.draft, aside: body.aside ?? [] } };
  }
  if (status === 404) return { kind: "refused", why: "This picture is not there any more." };
  if (status === 413) return { kind: "refused", why: "The strokes are too large for the server." };
  if (status >= 400 && status < 500) return { kind: "refused", why: body?.error ?? `The server refused it (${status}).` };
  return { kind: "later", why: body?.error ?? `The server could not take it (${status}).` };
}

/**
 * @param {Kept} kept
 * @param {How} how
 * @param {number} now
 */
export function bodyOf(kept, { setAside = false, fromAside = null }, now) {
  const body = new FormData();
  body.set("revision", kept.revision);
  if (kept.base) body.set("base", kept.base);
  body.set("changed_ago", String(Math.max(0, Math.round(now - kept.changedAt))));
  fill(body, kept.asked);
  if (kept.view) body.set("view", JSON.stringify(kept.view));
  if (kept.maskId) body.set("kept_mask", kept.maskId);
  else if (kept.mask) body.set("mask", new Blob([kept.mask], { type: "image/png" }), "mask.png");
  if (setAside) body.set("set_aside", "1");
  if (fromAside) body.set("from_aside", fromAside);
  return body;
}

export class ServerKeeper {
  #url;
  #token;

  /**
   * @param {string} url
   * @param {HTMLInputElement} token the field of the form that carries it
   */
  constructor(url, token) {
    this.#url = url;
    this.#token = token;
  }

  /** @returns {Promise<ServerState | null>} null when no answer came */
  async look() {
    const { status, body, isElsewhere } = await this.#fetch({ method: "GET" });
    if (status !== 200 || isElsewhere || !body) return null;
    if (body.token) this.#token.value = body.token;
    return { draft: body.draft, aside: body.aside ?? [] };
  }

  /**
   * @param {Kept} kept
   * @param {How} [how]
   * @returns {Promise<Saved>}
   */
  async save(kept, how = {}) {
    const send = () => this.#fetch({ method: "POST", body: this.#signed(bodyOf(kept, how, Date.now())) });
    const answer = await send();
    // A new login has made the page's token worthless; a look brings a new one.
    if (answer.status === 403 && (await this.look())) return readSave(await send());
    return readSave(answer);
  }

  /**
   * The last word of a page that is being left; nobody waits for the answer.
   * @param {Kept} kept
   * @param {How} how
   */
  leave(kept, how) {
    const size = (kept.maskId ? 0 : (kept.mask?.byteLength ?? 0)) + 4 * kept.asked.prompt.length;
    if (size > MOST_ON_LEAVING) return;
    void this.#fetch({ method: "POST", body: this.#signed(bodyOf(kept, how, Date.now())), keepalive: true });
  }

  /** @param {FormData} body */
  #signed(body) {
    body.set("csrfmiddlewaretoken", this.#token.value);
    return body;
  }

  /**
   * @param {RequestInit} init
   * @returns {Promise<Answer>}
   */
  async #fetch(init) {
    try {
      const answer = await fetch(this.#url, { ...init, headers: { Accept: "application/json" } });
      const body = await answer.json().catch(() => null);
      return { status: answer.status, body, isElsewhere: answer.redirected };
    } catch {
      return { status: 0, body: null, isElsewhere: false };
    }
  }
}
