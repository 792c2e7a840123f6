/** Earlier prompts and templates, as the server keeps them. */

/** @typedef {{prompt: string, is_here: boolean}} Earlier */
/** @typedef {{id: string, name: string, prompt: string}} Template */
/** @typedef {{name: string, prompt: string}} BuiltIn */
/** @typedef {{earlier: Earlier[], templates: Template[], built_in: BuiltIn[]}} Kept */

const NOT_READ = "Your prompts could not be fetched just now.";
const NOT_KEPT = "The server could not be reached. Nothing has changed; try again.";

export class PromptShelf {
  #url;
  #templatesUrl;
  #token;
  #fetch;
  /** @type {Promise<Kept> | null} */
  #asked = null;

  /**
   * @param {{prompts: string, templates: string}} urls
   * @param {string} token against forged forms
   * @param {typeof fetch} [fetcher]
   */
  constructor(urls, token, fetcher = (...given) => fetch(...given)) {
    this.#url = urls.prompts;
    this.#templatesUrl = urls.templates;
    this.#token = token;
    this.#fetch = fetcher;
  }

  /**
   * Asks the server once; after a failure, again.
   * @returns {Promise<Kept>}
   */
  read() {
    this.#asked ??= this.#read().catch((problem) => {
      this.#asked = null;
      throw problem;
    });
    return this.#asked;
  }

  /** @returns {Promise<Kept>} */
  async #read() {
    const answer = await this.#fetch(this.#url, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(NOT_READ);
    return await answer.json();
  }

  /**
   * @param {string} name
   * @param {string} prompt
   * @returns {Promise<Template>}
   */
  async save(name, prompt) {
    const made = await this.#post(this.#templatesUrl, { name, prompt });
    const { templates } = await this.read();
    if (!templates.some(({ id }) => id === made.id)) templates.push(made);
    sort(templates);
    return made;
  }

  /**
   * @param {Template} template
   * @param {string} name
   */
  async rename(template, name) {
    const renamed = await this.#post(`${this.#templatesUrl}${template.id}/rename/`, { name });
    template.name = renamed.name;
    sort((await this.read()).templates);
  }

  /** @param {Template} template */
  async delete(template) {
    await this.#post(`${this.#templatesUrl}${template.id}/delete/`, {});
    const kept = await this.read();
    kept.templates = kept.templates.filter(({ id }) => id !== template.id);
  }

  /**
   * A prompt was sent: it is the newest of this picture now.
   * @param {string} prompt
   */
  async sent(prompt) {
    const text = prompt.trim();
    if (!this.#asked || !text) return;
    const kept = await this.#asked.catch(() => null);
    if (!kept) return;
    kept.earlier = [{ prompt: text, is_here: true }, ...kept.earlier.filter((other) => other.prompt !== text)];
  }

  /**
   * @param {string} url
   * @param {Record<string, string>} fields
   * @returns {Promise<Template>}
   */
  async #post(url, fields) {
    const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: this.#token });
    const answer = await this.#fetch(url, { method: "POST", body, headers: { Accept: "application/json" } })
      .catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (!answer?.ok || !said) throw new Error(said?.error ?? NOT_KEPT);
    return said;
  }
}

/** @param {Template[]} templates */
function sort(templates) {
  templates.sort((one, other) => one.name.localeCompare(other.name, undefined, { sensitivity: "base" }));
}

/**
 * Whether a search finds something: every word of it, anywhere.
 * @param {string} search
 * @param {...string} texts
 */
export function isFound(search, ...texts) {
  const all = texts.join(" ").toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}
