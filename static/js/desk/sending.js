/* Sends verdicts one after the other, in the order in which they were given. */

/** @typedef {{ said: string, undo?: string }} Answer */

/** The server has kept nothing; the message says why. */
export class Refused extends Error {}

export class Sending {
  #post;
  #last = Promise.resolve();
  #waiting = 0;

  /** @param {(url: string, body: FormData) => Promise<{ ok: boolean, told: Answer }>} post */
  constructor(post) {
    this.#post = post;
  }

  /** How many were given and not yet kept. */
  get waiting() {
    return this.#waiting;
  }

  /** Wait until all that was given is kept or refused. */
  async done() {
    while (this.#waiting > 0) await this.#last;
  }

  /**
   * @param {string} url
   * @param {FormData} body
   * @returns {Promise<Answer>} rejected with Refused when the server has kept nothing
   */
  send(url, body) {
    this.#waiting += 1;
    const answer = this.#last.then(async () => {
      try {
        const { ok, told } = await this.#post(url, body);
        if (!ok) throw new Refused(told.said);
        return told;
      } finally {
        this.#waiting -= 1; // whoever waits for this answer finds it counted out
      }
    });
    this.#last = answer.then(() => {}, () => {});
    return answer;
  }
}
