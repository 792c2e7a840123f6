/** Keeps somebody's keys and look of the mask on the server, so that every device has them. */

/** @typedef {{colour: string, opacity: number, pattern: string, outline: string}} KeptLook */
/** @typedef {{bindings: import("./bindings.js").Kept, look: Partial<KeptLook>}} Kept */

/** Changes closer together than this many milliseconds are sent as one. */
const SEND_AFTER = 400;
const NOT_KEPT = "This holds on this page, but could not be kept for the next one.";

export class Preferences {
  #url;
  #token;
  #say;
  /** @type {Partial<Kept>} */
  #waiting = {};
  #timer = 0;

  /**
   * @param {string} url
   * @param {string} token
   * @param {(sentence: string) => void} say gets what went wrong, "" when all is well
   */
  constructor(url, token, say) {
    this.#url = url;
    this.#token = token;
    this.#say = say;
    // Who leaves at once keeps the change all the same.
    window.addEventListener("pagehide", () => void this.#send());
  }

  /** @param {Partial<Kept>} part */
  keep(part) {
    this.#waiting = { ...this.#waiting, ...part };
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#send(), SEND_AFTER);
  }

  async #send() {
    clearTimeout(this.#timer);
    const body = JSON.stringify(this.#waiting);
    if (body === "{}") return;
    this.#waiting = {};
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.#token };
    try {
      const response = await fetch(this.#url, { method: "POST", body, headers, keepalive: true });
      const answer = response.redirected ? {} : await response.json();
      this.#say(response.ok && !response.redirected ? "" : `${answer.error ?? ""} ${NOT_KEPT}`.trim());
    } catch {
      this.#say(NOT_KEPT);
    }
  }
}
