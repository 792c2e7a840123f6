/** The cards of a family as they stand in the page, in one nested list. */

/**
 * @typedef {object} Kindred one line of the list
 * @property {string} key
 * @property {string | null} parent
 * @property {number} nano
 * @property {boolean} inDoubt
 * @property {string[]} lent keys of the pictures that an edit sent along
 * @property {HTMLElement} item
 * @property {HTMLElement} card
 */

/**
 * @param {HTMLElement} root
 * @returns {Kindred[]} in the order of the page: parents before their children
 */
export function readCards(root) {
  const items = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-key]")]);
  return items.map((item) => ({
    key: item.dataset.key ?? "",
    parent: item.dataset.parent ?? null,
    nano: Number(item.dataset.nano ?? 0),
    inDoubt: "inDoubt" in item.dataset,
    lent: (item.dataset.lent ?? "").split(" ").filter(Boolean),
    item,
    card: /** @type {HTMLElement} */ (item.querySelector(":scope > [data-lineage-card]")),
  }));
}

/** What takes the focus for a card: its link or button, else the card. @param {HTMLElement} card */
export function handleOf(card) {
  return /** @type {HTMLElement} */ (card.querySelector("a[href], button") ?? card);
}

/**
 * Tab reaches what is on one card alone; the arrows lead to the others.
 * @param {HTMLElement} card
 * @param {boolean} reached
 */
export function reach(card, reached) {
  const parts = [...card.querySelectorAll("a[href], button")];
  for (const part of parts) {
    if (reached) part.removeAttribute("tabindex");
    else part.setAttribute("tabindex", "-1");
  }
  if (!parts.length) card.setAttribute("tabindex", reached ? "0" : "-1");
}
