/* The wall by keyboard. Every key stands in the list that "?" opens. */

import { nextPlace } from "../gallery.js";

/** @typedef {import("./wall.js").Wall} Wall */
/** @typedef {import("./selection.js").Selection} Selection */
/** @typedef {import("./bar.js").Bar} Bar */

/**
 * @param {() => Wall | null} present
 * @param {Selection} selection
 * @param {Bar} bar
 */
export function startKeys(present, selection, bar) {
  const help = /** @type {HTMLDialogElement | null} */ (document.getElementById("wall-help"));
  document.querySelector("[data-wall-help]")?.addEventListener("click", () => help?.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || isTyping(event)) return;
    const wall = present();
    if (event.key === "/" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const field = /** @type {HTMLInputElement | null} */ (document.getElementById("find-words"));
      field?.focus();
      field?.select();
    } else if (event.key === "?") {
      event.preventDefault();
      help?.showModal();
    } else if (wall && press(wall, selection, bar, event)) event.preventDefault();
  });
}

/** @param {KeyboardEvent} event */
function isTyping({ target }) {
  if (!(target instanceof Element)) return false;
  if (document.querySelector("dialog[open]")) return true;
  const field = target.closest("input, select, textarea, [contenteditable], [popover]");
  return field !== null && !(field instanceof HTMLInputElement && field.type === "checkbox" && field.closest("[data-wall]"));
}

/**
 * @param {Wall} wall
 * @param {Selection} selection
 * @param {Bar} bar
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key meant something here
 */
function press(wall, selection, bar, event) {
  const { key, shiftKey } = event;
  if (event.ctrlKey || event.metaKey) {
    if (key !== "a") return false;
    selection.set(wall.model.ids, true);
    return true;
  }
  if (key === "Escape") {
    if (selection.size === 0) return false;
    selection.clear();
    return true;
  }
  // Who has just pressed a button of the bar goes on with the same edits.
  if (/** @type {Element} */ (event.target).closest("[data-bar]")) return act(wall, selection, bar, key);
  const onWall = wall.root.contains(/** @type {Node} */ (event.target));
  const isElsewhere = !onWall && event.target !== document.body && /** @type {Element} */ (event.target).id !== "main";
  if (isElsewhere) return false;
  return move(wall, selection, key, shiftKey) || act(wall, selection, bar, key);
}

/**
 * @param {Wall} wall
 * @param {Selection} selection
 * @param {string} key
 * @param {boolean} extends_
 */
function move(wall, selection, key, extends_) {
  const { boxes } = wall.layout;
  const isMove = key.startsWith("Arrow") || ((key === "Home" || key === "End") && document.activeElement?.matches(".card"));
  if (boxes.length === 0 || !isMove) return false;
  const from = wall.current === null ? -1 : wall.model.indexOf(wall.current);
  const next = from < 0 ? firstInSight(wall) : nextPlace(boxes, from, key);
  if (next === null) return false;
  if (extends_) {
    const { items } = wall.model;
    selection.extend(wall.model.ids, items[next].id, items[Math.max(0, from)].id);
  }
  wall.focus(next);
  return true;
}

/** @param {Wall} wall */
function firstInSight(wall) {
  const top = scrollY - wall.top;
  const index = wall.layout.boxes.findIndex((box) => box.top >= Math.max(0, top));
  return index < 0 ? null : index;
}

/**
 * @param {Wall} wall
 * @param {Selection} selection
 * @param {Bar} bar
 * @param {string} key
 */
function act(wall, selection, bar, key) {
  const at = document.activeElement?.closest(".wall__item") ? wall.current : null;
  if (key === "x" || key === " ") {
    if (at === null) return false;
    selection.toggle(at);
    return true;
  }
  if (key === "v" && at !== null) {
    const link = /** @type {HTMLElement | null | undefined} */ (wall.cards.get(at)?.querySelector(".card__view"));
    link?.click();
    return true;
  }
  const none = selection.size === 0;
  const ids = none && at !== null ? [at] : undefined;
  if (none && !ids) return false;
  const action = actionOf(key, ids ? wall.cards.get(ids[0]) : undefined);
  if (action) void bar.act(action, ids);
  return action !== null;
}

/**
 * @param {string} key
 * @param {HTMLElement | undefined} card the only one that is meant
 * @returns {string | null}
 */
function actionOf(key, card) {
  if (/^[0-5]$/.test(key)) return `rate-${key}`;
  if (key === "Delete") return "trash";
  if (key !== "f") return null;
  if (card) return card.querySelector(".card__heart")?.ariaPressed === "true" ? "unfavourite" : "favourite";
  return /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-heart-verb]"))?.value ?? "favourite";
}
