/** What stands for folded siblings, and the buttons that fold them. */

import { money } from "../studio/prices.js";
import { sumOf } from "./folding.js";

/** @typedef {import("./folding.js").Stack} Stack */
/** @typedef {import("./cards.js").Kindred} Kindred */

/**
 * A line of the list that stands for several: a pile of pictures, how many, and what they cost.
 * @param {Stack} stack
 * @param {Map<string, Kindred>} cards
 * @param {() => void} open
 * @returns {Kindred}
 */
export function makeStack(stack, cards, open) {
  const item = document.createElement("li");
  item.className = "lineage__item lineage__item--stack";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "lineage__stack";
  button.dataset.lineageCard = "";
  button.append(pileOf(stack, cards), wordsOf(stack));
  button.addEventListener("click", open);
  item.append(button);
  cards.get(stack.before)?.item.before(item);
  const { nano, inDoubt } = sumOf(stack.kin);
  return { key: stack.key, parent: stack.parent, nano, inDoubt, lent: [], item, card: button };
}

/** @param {Stack} stack */
function wordsOf(stack) {
  const words = document.createElement("span");
  words.className = "lineage__words";
  const count = document.createElement("span");
  count.className = "lineage__label";
  const arePictures = stack.kin[0].key.startsWith("picture-");
  count.textContent = `${stack.kin.length} more ${arePictures ? "pictures" : "edits"}`;
  const cost = document.createElement("span");
  cost.className = "lineage__facts";
  const sum = sumOf(stack.kin);
  cost.textContent = costWords(sum);
  // What nothing was made from has cost nothing by itself.
  words.append(count, ...(arePictures && !sum.nano && !sum.inDoubt ? [] : [cost]));
  return words;
}

/** @param {{nano: number, inDoubt: boolean}} sum */
export function costWords({ nano, inDoubt }) {
  if (inDoubt) return nano ? `at least ${money(nano)}` : "cost unknown";
  return nano ? money(nano) : "free";
}

/**
 * Up to three small pictures over each other.
 * @param {Stack} stack
 * @param {Map<string, Kindred>} cards
 */
function pileOf(stack, cards) {
  const pile = document.createElement("span");
  pile.className = "lineage__pile";
  const pictures = stack.kin
    .map(({ key }) => cards.get(key)?.item.querySelector("img.well__picture"))
    .filter((picture) => picture instanceof HTMLImageElement)
    .slice(-3);
  for (const picture of pictures) {
    const copy = document.createElement("img");
    copy.src = picture.getAttribute("src") ?? "";
    copy.alt = "";
    copy.loading = "lazy";
    pile.append(copy);
  }
  return pile;
}

/**
 * The button at a card that folds what hangs on it.
 * @param {Kindred} kindred
 * @param {number} count how many hang on it
 * @param {() => void} press
 * @returns {(folded: boolean) => void} shows how it stands
 */
export function makeToggle(kindred, count, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "lineage__toggle";
  const words = kindred.key.startsWith("picture-") ? `${count} edits` : `${count} pictures`;
  button.addEventListener("click", press);
  kindred.card.append(button);
  return (folded) => {
    button.textContent = folded ? "+" : "\u2212";
    button.setAttribute("aria-label", `${folded ? "Unfold" : "Fold"} ${words}`);
    button.title = `${folded ? "Unfold" : "Fold"} ${words} ( F at one of them )`;
  };
}
