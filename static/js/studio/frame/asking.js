/** Asks the server which part of the picture would be sent: the one truth about frame and figures. */

/** @typedef {import("../mask/box.js").Box} Box */
/** @typedef {import("../types.js").FrameAnswer} FrameAnswer */

/** Milliseconds until it is looked again whether a stroke has ended. */
const LOOK_AGAIN = 60;
/** More areas than this are no two clusters. */
const MOST_AREAS = 64;

/**
 * The question as the address asks it.
 * @param {URLSearchParams} wish model, size, and the fields of the frame
 * @param {{painted: Box | null, areas: Box[]}} paint
 */
export function questionOf(wish, { painted, areas }) {
  const question = new URLSearchParams(wish);
  if (painted) question.set("painted", boxText(painted));
  const isFew = areas.length > 1 && areas.length <= MOST_AREAS;
  if (isFew) for (const area of areas) question.append("area", boxText(area));
  return question.toString();
}

/** @param {Box} box */
function boxText({ left, top, right, bottom }) {
  return [left, top, right, bottom].join(",");
}

/** Asks one question at a time; a newer one takes the older one's place. */
export class FrameAsker {
  #url;
  #answered;
  #fetch;
  #timer = 0;
  /** @type {AbortController | null} */
  #running = null;
  /** The question that was answered last. @type {string | null} */
  #settled = null;

  /**
   * @param {string} url
   * @param {(answer: FrameAnswer | null) => void} answered null: no answer could be had
   * @param {typeof fetch} [fetcher]
   */
  constructor(url, answered, fetcher = (...given) => fetch(...given)) {
    this.#url = url;
    this.#answered = answered;
    this.#fetch = fetcher;
  }

  /**
   * @param {() => string | null} question put together when its time has come; null: it cannot be asked yet
   * @param {number} after milliseconds in which a newer one may take its place
   */
  ask(question, after) {
    clearTimeout(this.#timer);
    this.#timer = Number(
      setTimeout(() => {
        const asked = question();
        if (asked === null) this.ask(question, LOOK_AGAIN);
        else void this.#send(asked);
      }, after),
    );
  }

  /** @param {string} question */
  async #send(question) {
    this.#running?.abort();
    this.#running = null;
    if (question === this.#settled) return;
    const running = new AbortController();
    this.#running = running;
    const answer = await this.#answerTo(question, running.signal);
    if (this.#running !== running) return;
    this.#running = null;
    this.#settled = answer ? question : null;
    this.#answered(answer);
  }

  /**
   * @param {string} question
   * @param {AbortSignal} signal
   * @returns {Promise<FrameAnswer | null>}
   */
  async #answerTo(question, signal) {
    try {
      const response = await this.#fetch(`${this.#url}?${question}`, {
        signal,
        headers: { Accept: "application/json" },
      });
      return response.ok && !response.redirected ? await response.json() : null;
    } catch {
      return null;
    }
  }
}
