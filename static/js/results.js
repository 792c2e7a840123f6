/*
 * Several results of one job: thumbnails are tabs, the results their panels. Without script
 * every result stands on the page and the thumbnails are links down to them.
 */

/** Which result was looked at, by tab list: the page's fragment is swapped while one looks. */
const chosen = /** @type {Map<string, string>} */ (new Map());

/**
 * @param {HTMLElement[]} tabs
 * @param {HTMLElement} picked
 */
function pick(tabs, picked) {
  for (const tab of tabs) {
    const isPicked = tab === picked;
    tab.setAttribute("aria-selected", String(isPicked));
    tab.tabIndex = isPicked ? 0 : -1;
    const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
    if (panel) panel.hidden = !isPicked;
  }
  const list = picked.closest("[data-results]");
  if (list) chosen.set(list.id, picked.getAttribute("aria-controls") ?? "");
}

/** @param {HTMLElement} list */
function arm(list) {
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[aria-controls]")]);
  if (tabs.length === 0) return;
  list.setAttribute("role", "tablist");
  for (const tab of tabs) {
    tab.setAttribute("role", "tab");
    document.getElementById(tab.getAttribute("aria-controls") ?? "")?.setAttribute("role", "tabpanel");
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      pick(tabs, tab);
    });
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = tabs[(at + step + tabs.length) % tabs.length];
    pick(tabs, next);
    next.focus();
    event.preventDefault();
  });
  const asked = chosen.get(list.id) ?? location.hash.slice(1);
  pick(tabs, tabs.find((tab) => tab.getAttribute("aria-controls") === asked) ?? tabs[0]);
}

/** @param {ParentNode} root */
export function startResults(root) {
  for (const list of root.querySelectorAll("[data-results]")) {
    if (list.getAttribute("role") !== "tablist") arm(/** @type {HTMLElement} */ (list));
  }
}
