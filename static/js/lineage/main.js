/** Starts the page of a family: tree or list, zoom, keys, and two to compare. */

import { Choosing } from "./choosing.js";
import { FamilyTree } from "./tree.js";

const REMEMBERED = "nanoedit-family-as";
const ARROWS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home"]);

/** @typedef {{tree: FamilyTree, choosing: Choosing, root: HTMLElement, stop: () => void}} Running */

/**
 * @param {HTMLElement} root
 * @param {Running} [earlier] the same family before something in it has changed
 * @returns {Running}
 */
function start(root, earlier) {
  const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-${name}]`));
  const said = find("zoom-said");
  const tree = new FamilyTree(root, (scale) => (said.textContent = `${Math.round(scale * 100)} %`));
  const choosing = new Choosing(root, find("choose"));
  const isTree = earlier ? earlier.root.dataset.as === "tree" : asked() !== "list";
  for (const choice of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-as-choice]"))) {
    choice.addEventListener("click", () => {
      remember(choice.dataset.asChoice ?? "tree");
      show(root, tree, choice.dataset.asChoice === "tree");
    });
  }
  const verbs = zoomVerbs(tree);
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-zoom]"))) {
    button.addEventListener("click", () => {
      tree.table.glide("yes");
      verbs[button.dataset.zoom ?? ""]?.();
    });
  }
  const listening = new AbortController();
  const { signal } = listening;
  document.addEventListener("keydown", (event) => pressed(event, root, tree, choosing, verbs), { signal });
  root.dataset.ready = "yes";
  if (earlier) {
    tree.takeOver(earlier.tree);
    choosing.takeOver(earlier.choosing);
  }
  show(root, tree, isTree, earlier?.tree);
  return { tree, choosing, root, stop: () => listening.abort() };
}

/**
 * @param {HTMLElement} root
 * @param {FamilyTree} tree
 * @param {boolean} isTree
 * @param {FamilyTree} [earlier]
 */
function show(root, tree, isTree, earlier) {
  root.dataset.as = isTree ? "tree" : "list";
  for (const choice of root.querySelectorAll("[data-as-choice]")) {
    choice.setAttribute("aria-pressed", String(choice.getAttribute("data-as-choice") === root.dataset.as));
  }
  tree.show(isTree, earlier);
}

/**
 * @param {FamilyTree} tree
 * @returns {Record<string, () => void>}
 */
function zoomVerbs(tree) {
  return {
    in: () => tree.table.zoomBy(1),
    out: () => tree.table.zoomBy(-1),
    fit: () => tree.table.fit(),
    full: () => tree.table.zoomTo(1),
  };
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} root
 * @param {FamilyTree} tree
 * @param {Choosing} choosing
 * @param {Record<string, () => void>} verbs
 */
function pressed(event, root, tree, choosing, verbs) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = /** @type {Element} */ (event.target);
  if (target !== document.body && target.id !== "main" && !root.contains(target)) return;
  if (document.querySelector("[popover]:popover-open")) return;
  const isTree = root.dataset.as === "tree";
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  /** @type {Record<string, () => void>} */
  const keys = {
    "+": verbs.in, "=": verbs.in, "-": verbs.out, "0": verbs.fit, "1": verbs.full,
    f: () => tree.foldHere(),
    c: () => choosing.toggle(tree.at),
    b: () => branch(root, tree.at),
    Escape: () => choosing.clear(),
  };
  if (isTree && ARROWS.has(key)) tree.walk(key);
  else if (isTree && keys[key]) keys[key]();
  else return;
  if (key !== "Escape") event.preventDefault();
}

/**
 * @param {HTMLElement} root
 * @param {string} key
 */
function branch(root, key) {
  /** @type {HTMLElement | null} */ (root.querySelector(`[data-key="${key}"] > [data-lineage-card] [data-branch]`))?.click();
}

/** The address says it, else what was chosen last. */
function asked() {
  const asIt = new URLSearchParams(location.search).get("as");
  try {
    return asIt ?? localStorage.getItem(REMEMBERED);
  } catch {
    return asIt;
  }
}

/** @param {string} as */
function remember(as) {
  const address = new URL(location.href);
  address.searchParams.set("as", as);
  address.searchParams.delete("with");
  history.replaceState(history.state, "", address);
  try {
    localStorage.setItem(REMEMBERED, as);
  } catch {
    // A browser that keeps nothing: the address still says it.
  }
}

const first = /** @type {HTMLElement | null} */ (document.querySelector("[data-lineage]"));
if (first) {
  let running = start(first);
  let hadFocus = false;
  // An edit that goes on brings the whole family anew; hand and eye find everything where it was.
  first.parentElement?.addEventListener("htmx:beforeSwap", () => {
    hadFocus = running.root.contains(document.activeElement);
  });
  document.addEventListener("htmx:load", (event) => {
    const root = /** @type {CustomEvent<{elt: HTMLElement}>} */ (event).detail.elt;
    if (!root.matches("[data-lineage]") || root === running.root) return;
    running.stop();
    running = start(root, running);
    if (hadFocus) running.tree.focus();
  });
}
