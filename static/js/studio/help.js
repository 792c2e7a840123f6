/** The dialog that lists every key and gesture, made from the key map itself. */

import { GESTURES, KEYMAP } from "./keymap.js";

/** More spellings of one command would only be noise. */
const MOST_KEYS = 2;

/** @param {HTMLDialogElement} dialog */
export function fillHelp(dialog) {
  const list = /** @type {HTMLElement} */ (dialog.querySelector("[data-help-groups]"));
  const groups = [...new Set(KEYMAP.map(({ group }) => group))];
  const sections = groups.map((group) =>
    section(
      group,
      KEYMAP.filter((binding) => binding.group === group),
    ),
  );
  const hands = GESTURES.map(({ keys, label }) => ({ keys: [keys], label }));
  list.replaceChildren(...sections, section("Mouse, pen and fingers", hands));
}

/**
 * @param {string} title
 * @param {readonly {keys: string[], label: string}[]} rows
 */
function section(title, rows) {
  const element = document.createElement("section");
  const heading = document.createElement("h3");
  heading.textContent = title;
  const facts = document.createElement("dl");
  facts.className = "keys";
  for (const { keys, label } of rows) {
    const name = document.createElement("dt");
    name.textContent = label;
    const value = document.createElement("dd");
    const shown = keys.slice(0, MOST_KEYS);
    value.append(...shown.flatMap((chord, i) => [i ? " or " : "", ...caps(chord)]));
    facts.append(name, value);
  }
  element.append(heading, facts);
  return element;
}

/** @param {string} chord */
function caps(chord) {
  // The last plus of "Ctrl++" is itself a key.
  return chord.split(/\s\+\s|\+(?=.)/).map((key) => {
    const cap = document.createElement("kbd");
    cap.textContent = key === "Escape" ? "Esc" : key;
    return cap;
  });
}

/**
 * Dialogs close by their close buttons and by a press outside of them.
 * @param {Iterable<HTMLDialogElement>} dialogs
 */
export function armDialogs(dialogs) {
  for (const dialog of dialogs) {
    dialog.addEventListener("click", (event) => {
      const { target } = event;
      const closes = target instanceof Element && target.closest("[data-close]");
      if (target === dialog || closes) dialog.close();
    });
  }
}
