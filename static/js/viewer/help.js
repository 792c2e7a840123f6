/** The list of keys and gestures, made of the key map. */

import { spoken } from "../studio/chords.js";
import { GESTURES, KEYMAP } from "./keymap.js";

/** @typedef {{label: string, keys: string[]}} Row */

/** @param {HTMLElement} place */
export function fillHelp(place) {
  const groups = [...new Set(KEYMAP.map(({ group }) => group))];
  const sections = groups.map((group) => section(group, rowsOf(group)));
  const gestures = GESTURES.map(({ keys, label }) => ({ label, keys: [keys] }));
  place.replaceChildren(...sections, section("Mouse and fingers", gestures));
}

/**
 * What several keys do alike is one row.
 * @param {string} group
 * @returns {Row[]}
 */
export function rowsOf(group) {
  /** @type {Map<string, string[]>} */
  const rows = new Map();
  for (const { label, keys } of KEYMAP.filter((binding) => binding.group === group)) {
    rows.set(label, [...(rows.get(label) ?? []), spoken(keys[0]).replace("Left", "←").replace("Right", "→")]);
  }
  return [...rows].map(([label, keys]) => ({ label, keys: keys.length > 2 ? ["Shift + arrow keys"] : keys }));
}

/**
 * @param {string} title
 * @param {Row[]} rows
 */
function section(title, rows) {
  const part = document.createElement("section");
  const head = document.createElement("h3");
  head.className = "panel__title";
  head.textContent = title;
  const list = document.createElement("dl");
  list.className = "facts";
  for (const { label, keys } of rows) {
    const name = document.createElement("dt");
    name.textContent = label;
    const caps = document.createElement("dd");
    for (const key of keys) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      caps.append(cap, " ");
    }
    list.append(name, caps);
  }
  part.append(head, list);
  return part;
}
