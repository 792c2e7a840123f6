/* Fetches the job that comes next while one looks at this one. One page is kept, no more. */

export class Ahead {
  #fetchPage;
  #url = "";
  /** @type {Promise<string> | null} */
  #page = null;

  /** @param {(url: string) => Promise<string>} fetchPage */
  constructor(fetchPage) {
    this.#fetchPage = fetchPage;
  }

  /**
   * Begin to fetch a page, unless it is there already or on its way.
   * @param {string} url
   */
  want(url) {
    if (!url || this.#url === url) return this.#page;
    this.#url = url;
    const page = this.#fetchPage(url);
    page.catch(() => this.#forget(url)); // whoever takes it tries again
    this.#page = page;
    return page;
  }

  /**
   * Give a page, fetched ahead or now.
   * @param {string} url
   * @returns {Promise<string>}
   */
  take(url) {
    const page = this.#url === url && this.#page ? this.#page : this.#fetchPage(url);
    this.#forget(this.#url);
    return page;
  }

  /** What was fetched is old: something has changed since. */
  forget() {
    this.#forget(this.#url);
  }

  /** @param {string} url */
  #forget(url) {
    if (this.#url !== url) return;
    this.#url = "";
    this.#page = null;
  }
}
