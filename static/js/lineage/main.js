/** Starts the page of a family: tree or list, zoom, keys, and two to compare. */

import { Choosing } from "./choosing.js";
import { FamilyTree } from "./tree.js";

const REMEMBERED = "nanoedit-family-as";
const ARROWS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home"]);

/** @param {HTMLElement} root */
function start(root) {
  const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-${name}]`));
  const said = find("zoom-said");
  const tree = new FamilyTree(root, (scale) => (said.textContent = `${Math.round(scale * 100)} %`));
  const choosing = new Choosing(root, find("choose"));

  /** @param {boolean} isTree */
  const show = (isTree) => {
    root.dataset.as = isTree ? "tree" : "list";
    for (const choice of root.querySelectorAll("[data-as-choice]")) {
      choice.setAttribute("aria-pressed", String(choice.getAttribute("data-as-choice") === root.dataset.as));
    }
    tree.show(isTree);
  };
  for (const choice of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-as-choice]"))) {
    choice.addEventListener("click", () => {
      remember(choice.dataset.asChoice ?? "tree");
      show(choice.dataset.asChoice === "tree");
    });
  }
  /** @type {Record<string, () => void>} */
  const verbs = {
    in: () => tree.table.zoomBy(1),
    out: () => tree.table.zoomBy(-1),
    fit: () => tree.table.fit(),
    full: () => tree.table.zoomTo(1),
  };
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-zoom]"))) {
    button.addEventListener("click", () => {
      tree.table.glide("yes");
      verbs[button.dataset.zoom ?? ""]?.();
    });
  }
  document.addEventListener("keydown", (event) => pressed(event, root, tree, choosing, verbs));
  root.dataset.ready = "yes";
  show(asked() !== "list");
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

const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-lineage]"));
if (root) start(root);
