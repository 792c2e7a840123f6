/** The family of a picture as a tree: the cards of the list laid out, folded, and walked over. */

import { handleOf, reach, readCards } from "./cards.js";
import { Folding, wayTo } from "./folding.js";
import { layOut } from "./layout.js";
import { Lines } from "./lines.js";
import { makeStack, makeToggle } from "./stacks.js";
import { Table } from "./table.js";
import { cardBeside } from "./walking.js";

/** @typedef {import("./cards.js").Kindred} Kindred */
/** @typedef {import("./layout.js").Layout} Layout */

export class FamilyTree {
  #root;
  #cards;
  #folding;
  #table;
  #lines;
  /** @type {Map<string, Kindred>} */
  #byKey;
  /** @type {Map<string, Kindred>} */
  #stacks = new Map();
  /** @type {Map<string, (folded: boolean) => void>} */
  #toggles = new Map();
  /** @type {Layout} */
  #layout = { places: new Map(), width: 0, height: 0 };
  #at;
  #isTree = false;

  /**
   * @param {HTMLElement} root
   * @param {(scale: number) => void} zoomed
   */
  constructor(root, zoomed) {
    this.#root = root;
    const find = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-lineage-${name}]`));
    this.#cards = readCards(root);
    this.#byKey = new Map(this.#cards.map((each) => [each.key, each]));
    this.#at = root.querySelector("[data-current]")?.closest("[data-key]")?.getAttribute("data-key") ?? this.#cards[0].key;
    this.#folding = new Folding(this.#cards, this.#at);
    this.#lines = new Lines(find("plane"));
    this.#table = new Table(find("stage"), find("plane"), zoomed);
    for (const each of this.#cards) this.#addToggle(each);
    root.addEventListener("focusin", (event) => this.#focused(event));
    find("stage").addEventListener("pointerover", (event) => this.#hovered(event));
    new ResizeObserver(() => {
      // One that has left the page has no size, and keeps its view for the next one.
      if (this.#isTree && root.isConnected) this.#table.reveal(this.#placeOf(this.#at));
    }).observe(find("stage"));
    this.#fold();
  }

  get table() {
    return this.#table;
  }

  /** The card that was walked to last. */
  get at() {
    return this.#at;
  }

  /** Folds and stands as the same family did before. @param {FamilyTree} earlier */
  takeOver(earlier) {
    this.#folding.takeOver(earlier.#folding);
    this.#fold();
    if (this.#kindred(earlier.#at)) this.#at = earlier.#at;
    // What was in sight may lie in a stack by now.
    for (let at = this.#at; !this.#shows(this.#at); at = this.#parentOf(at) ?? this.#cards[0].key) {
      this.#at = this.#stacks.get(this.#parentOf(at) ?? "")?.key ?? at;
    }
  }

  /**
   * @param {boolean} isTree otherwise it is the list that it is by itself
   * @param {FamilyTree} [earlier] whose view stays
   */
  show(isTree, earlier) {
    this.#isTree = isTree;
    if (isTree) {
      this.#place();
      if (earlier) this.#keepInPlace(earlier);
      else this.#table.open(this.#placeOf(this.#at));
    } else {
      for (const { card } of this.#all()) card.style.transform = "";
    }
    this.#reach();
  }

  focus() {
    handleOf((this.#kindred(this.#at) ?? this.#cards[0]).card).focus({ preventScroll: true });
  }

  /** @param {string} arrow */
  walk(arrow) {
    const next = cardBeside(this.#layout.places, (key) => this.#parentOf(key), this.#at, arrow);
    this.#goTo(next);
  }

  /** Folds the siblings of the present card, or unfolds them where it is a stack. */
  foldHere() {
    const parent = this.#parentOf(this.#at);
    if (parent !== null) this.toggle(parent);
  }

  /** @param {string} parent */
  toggle(parent) {
    const folds = !this.#folding.isFolded(parent);
    const first = this.#stacks.get(parent)?.key;
    const inStack = new Set(this.#folding.now().stacks.get(parent)?.kin.map(({ key }) => key));
    const before = this.#layout.places.get(parent);
    this.#folding.fold(parent, folds);
    this.#fold();
    if (this.#isTree) {
      this.#table.glide("yes");
      this.#place();
      const after = this.#layout.places.get(parent);
      // The card under the hand stays under the hand.
      if (before && after) this.#table.shift(before.x - after.x, before.y - after.y);
    }
    const wasHere = document.activeElement?.closest("[data-lineage-card]");
    const isGone = this.#at === first || !this.#shows(this.#at);
    if (!isGone) return;
    const next = folds ? this.#stacks.get(parent)?.key : [...inStack][0];
    if (wasHere || document.activeElement === document.body) this.#goTo(next ?? parent);
    else this.#at = next ?? parent;
    this.#reach();
  }

  /** The card that one was at stays where it was in sight. @param {FamilyTree} earlier */
  #keepInPlace(earlier) {
    this.#table.takeOver(earlier.#table);
    const [before, after] = [earlier, this].map((tree) => tree.#layout.places.get(this.#at));
    if (before && after) this.#table.shift(before.x - after.x, before.y - after.y);
  }

  #all() {
    return [...this.#cards, ...this.#stacks.values()];
  }

  /** @param {Kindred} kindred */
  #addToggle(kindred) {
    const count = this.#folding.countBelow(kindred.key);
    if (count < 2) return;
    this.#toggles.set(kindred.key, makeToggle(kindred, count, () => this.toggle(kindred.key)));
  }

  /** Hides what lies in stacks, and puts the stacks into the list. */
  #fold() {
    const { seen, stacks } = this.#folding.now();
    for (const { item } of this.#stacks.values()) item.remove();
    this.#stacks.clear();
    for (const { key, item } of this.#cards) item.hidden = !seen.has(key);
    for (const [parent, stack] of stacks) {
      this.#stacks.set(parent, makeStack(stack, this.#byKey, () => this.toggle(parent)));
    }
    for (const [key, show] of this.#toggles) show(this.#folding.isFolded(key));
  }

  /** Lays out what is seen. */
  #place() {
    const seen = this.#inOrder();
    const sized = seen.map(({ key, parent, card }) => ({ key, parent, width: card.offsetWidth, height: card.offsetHeight }));
    this.#layout = layOut(sized);
    for (const { key, card } of seen) {
      const { x, y, height } = this.#placeOf(key);
      card.style.transform = `translate(${x}px, ${y}px)`;
      card.style.setProperty("--middle", `${height / 2}px`);
    }
    const lent = seen.flatMap(({ key, lent: from }) => from.map((each) => /** @type {[string, string]} */ ([each, key])));
    this.#lines.draw(this.#layout, (key) => this.#parentOf(key), lent);
    this.#table.tree = this.#layout;
    this.#light(this.#at);
  }

  /** What is seen, as it stands in the page: stacks where their first card was. */
  #inOrder() {
    const stacks = new Map([...this.#stacks.values()].map((stack) => [stack.item, stack]));
    const items = [...this.#root.querySelectorAll(".lineage__item")].filter((item) => !item.closest("[hidden]"));
    return items.flatMap((item) => stacks.get(/** @type {HTMLElement} */ (item)) ?? this.#byKey.get(item.getAttribute("data-key") ?? "") ?? []);
  }

  /** @param {string} key */
  #kindred(key) {
    return this.#byKey.get(key) ?? [...this.#stacks.values()].find((stack) => stack.key === key);
  }

  /** @param {string} key */
  #parentOf(key) {
    return this.#kindred(key)?.parent ?? null;
  }

  /** @param {string} key */
  #placeOf(key) {
    return this.#layout.places.get(key) ?? { x: 0, y: 0, width: 0, height: 0, column: 0 };
  }

  /** @param {string} key */
  #shows(key) {
    return this.#kindred(key)?.item.closest("[hidden]") === null;
  }

  /** @param {string} key */
  #goTo(key) {
    const kindred = this.#kindred(key);
    if (!kindred) return;
    this.#at = key;
    this.#reach();
    handleOf(kindred.card).focus({ preventScroll: this.#isTree });
    this.#arrived();
  }

  #arrived() {
    if (!this.#isTree) return;
    this.#table.glide("yes");
    this.#table.reveal(this.#placeOf(this.#at));
    this.#light(this.#at);
  }

  #reach() {
    for (const { key, card } of this.#all()) reach(card, !this.#isTree || key === this.#at);
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const key = this.#keyOf(event.target);
    if (!key || key === this.#at) return;
    this.#at = key;
    this.#reach();
    if (/** @type {Element} */ (event.target).matches(":focus-visible")) this.#arrived();
  }

  /** @param {PointerEvent} event */
  #hovered(event) {
    this.#light(this.#keyOf(event.target) ?? this.#at);
  }

  /** @param {EventTarget | null} target */
  #keyOf(target) {
    const card = target instanceof Element ? target.closest("[data-lineage-card]") : null;
    return card && this.#all().find((each) => each.card === card)?.key;
  }

  /** @param {string} key */
  #light(key) {
    const stack = [...this.#stacks.values()].find((each) => each.key === key);
    this.#lines.light(stack ? [key, ...wayTo(this.#cards, stack.parent ?? "")] : wayTo(this.#cards, key));
  }
}
