/*
 * New edits, from another tab or a script, while the wall is open: the hub tells of every change,
 * and what the wall does not know may be new. At the top of the page they come in at once;
 * further down a button says how many there are, so that nothing moves under anybody's hands.
 */

/** @typedef {import("./wall.js").Wall} Wall */

/** Changes come in bursts: one look for all of them. */
const SOON = 300;

/**
 * How many of these stand before the first one that was there, and are not known.
 * @param {string[]} found the first page as it is now
 * @param {(id: string) => boolean} isKnown
 */
export function countNew(found, isKnown) {
  const first = found.findIndex(isKnown);
  return first < 0 ? found.length : first;
}

/** @param {number} count */
export function newEdits(count) {
  return count === 1 ? "1 new edit" : `${count} new edits`;
}

/**
 * @param {Element} source what the hub's messages come to
 * @param {() => Wall | null} current
 */
export function startArrivals(source, current) {
  const button = /** @type {HTMLButtonElement} */ (source.querySelector("button"));
  const words = /** @type {HTMLElement} */ (source.querySelector("[data-arrived]"));
  let timer = 0;

  /** @param {Wall} wall */
  const isAtTop = (wall) => wall.root.getBoundingClientRect().top > 0;

  /** @param {Wall} wall */
  function comeIn(wall) {
    button.hidden = true;
    wall.askAgain([0]);
  }

  async function look() {
    const wall = current();
    const address = wall?.model.pages[0];
    if (!wall || !address) return;
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (answer.redirected || !answer.ok || wall !== current()) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = [...page.querySelectorAll("[data-edit]")].map((card) => card.getAttribute("data-edit") ?? "");
    const count = countNew(found, (id) => wall.model.indexOf(id) >= 0);
    if (count && isAtTop(wall)) comeIn(wall);
    else {
      button.hidden = !count;
      words.textContent = newEdits(count);
    }
  }

  source.addEventListener("htmx:sseMessage", (event) => {
    const id = /** @type {CustomEvent<{ data?: string }>} */ (event).detail?.data ?? "";
    const wall = current();
    if (!wall || wall.model.indexOf(id) >= 0) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => void look().catch(() => {}), SOON); // the next change looks again
  });
  button.addEventListener("click", () => {
    const wall = current();
    if (!wall) return;
    scrollTo({ top: 0 });
    comeIn(wall);
  });
  addEventListener("scroll", () => {
    const wall = current();
    if (!button.hidden && wall && isAtTop(wall)) comeIn(wall);
  }, { passive: true });
}
