/**
 * A fresh strip laid over the one on the page: what has not changed stays the very same element,
 * so that nothing flickers, and focus and scroll position are kept.
 */

/** @typedef {{defineExtension: (name: string, extension: object) => void}} Htmx */

export class KeyedList {
  /** What the server sent last, by id. @type {Map<string, string>} */
  #sent = new Map();

  /** @param {ParentNode} root where the list stands already */
  constructor(root) {
    for (const item of items(root)) this.#sent.set(item.id, item.outerHTML);
  }

  /**
   * @param {Element} target
   * @param {ParentNode & Node} fresh
   */
  merge(target, fresh) {
    const list = target.querySelector(".variants");
    const next = fresh.querySelector(".variants");
    const sent = new Map(items(fresh).map((item) => [item.id, item.outerHTML]));
    if (list && next) {
      for (const child of [...target.children]) if (child !== list) child.remove();
      list.before(...[...fresh.children].filter((child) => child !== next));
      this.#weave(list, next, sent);
    } else target.replaceChildren(...fresh.children);
    this.#sent = sent;
  }

  /**
   * @param {Element} list
   * @param {Element} next
   * @param {Map<string, string>} sent
   */
  #weave(list, next, sent) {
    const old = new Map([...list.children].map((item) => [item.id, item]));
    let place = list.firstElementChild;
    for (const item of [...next.children]) {
      const same = old.get(item.id);
      const stays = same && this.#sent.get(item.id) === sent.get(item.id);
      if (stays && same === place) {
        place = place.nextElementSibling;
        continue;
      }
      if (same === place) place = place?.nextElementSibling ?? null;
      list.insertBefore(stays ? same : item, place);
      if (same && !stays) same.remove();
    }
    while (place) {
      const gone = place;
      place = place.nextElementSibling;
      gone.remove();
    }
  }
}

/** @param {ParentNode} root */
function items(root) {
  return [...root.querySelectorAll(".variants > [id]")];
}

/**
 * Teaches htmx to swap in this way, under the name "keyed".
 * @param {ParentNode} root
 */
export function defineKeyedSwap(root) {
  const { htmx } = /** @type {{htmx?: Htmx}} */ (/** @type {unknown} */ (window));
  const list = new KeyedList(root);
  htmx?.defineExtension("keyed", {
    isInlineSwap: (/** @type {string} */ style) => style === "keyed",
    /**
     * @param {string} style
     * @param {Element} target
     * @param {DocumentFragment} fragment
     */
    handleSwap: (style, target, fragment) => {
      if (style !== "keyed") return false;
      list.merge(target, fragment);
      return [...target.children];
    },
  });
}
