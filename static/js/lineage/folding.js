/** Which siblings are seen, and which lie in a stack. Pure: knows keys, not cards. */

/**
 * @typedef {object} Kin
 * @property {string} key
 * @property {string | null} parent
 * @property {number} nano what its branch cost, in nano-dollars
 * @property {boolean} inDoubt whether nobody knows all of what it cost
 */
/** @typedef {{key: string, parent: string, before: string, kin: Kin[]}} Stack */
/** @typedef {{seen: Set<string>, stacks: Map<string, Stack>}} Folded */

/** More siblings than this are folded by themselves. */
export const MOST_SIBLINGS = 4;
/** So many of them stay in sight. */
const KEPT = 3;

export class Folding {
  #kin;
  /** @type {Map<string, Kin[]>} */
  #children = new Map();
  #way;
  /** What somebody has said, by the key of the parent. @type {Map<string, boolean>} */
  #said = new Map();

  /**
   * @param {Kin[]} kin parents before their children
   * @param {string} current the card that the page was opened for; the way to it stays in sight
   */
  constructor(kin, current) {
    this.#kin = kin;
    for (const each of kin) {
      if (each.parent === null) continue;
      const siblings = this.#children.get(each.parent);
      if (siblings) siblings.push(each);
      else this.#children.set(each.parent, [each]);
    }
    this.#way = new Set(wayTo(kin, current));
  }

  /** @param {Folding} earlier */
  takeOver(earlier) {
    this.#said = new Map(earlier.#said);
  }

  /** @param {string} parent */
  canFold(parent) {
    return this.countBelow(parent) > 1;
  }

  /** @param {string} parent */
  countBelow(parent) {
    return this.#children.get(parent)?.length ?? 0;
  }

  /** @param {string} parent */
  isFolded(parent) {
    return this.#said.get(parent) ?? this.countBelow(parent) > MOST_SIBLINGS;
  }

  /**
   * @param {string} parent
   * @param {boolean} folded
   */
  fold(parent, folded) {
    if (this.canFold(parent)) this.#said.set(parent, folded);
  }

  /** Folds whatever lies between a card and the beginning away no more. @param {string} key */
  show(key) {
    for (const each of wayTo(this.#kin, key)) {
      const parent = this.#kin.find((kin) => kin.key === each)?.parent;
      if (parent) this.#said.set(parent, false);
    }
  }

  /** @returns {Folded} */
  now() {
    /** @type {Set<string>} */
    const seen = new Set();
    /** @type {Map<string, Stack>} */
    const stacks = new Map();
    const hidden = new Set();
    for (const each of this.#kin) {
      if (each.parent !== null && !seen.has(each.parent)) continue;
      if (hidden.has(each.key)) continue;
      seen.add(each.key);
      const below = this.#children.get(each.key) ?? [];
      if (below.length < 2 || !this.isFolded(each.key)) continue;
      const kin = stacked(below, this.#way, (key) => this.countBelow(key));
      for (const { key } of kin) hidden.add(key);
      stacks.set(each.key, { key: `stack-${each.key}`, parent: each.key, before: kin[0].key, kin });
    }
    return { seen, stacks };
  }
}

/**
 * What of these goes into the stack. Of many the way stays out of it, then what has most below, then
 * the newest; of a few, which somebody folded on purpose, all go in.
 * @param {Kin[]} siblings oldest first
 * @param {Set<string>} way
 * @param {(key: string) => number} countBelow
 * @returns {Kin[]}
 */
function stacked(siblings, way, countBelow) {
  if (siblings.length <= MOST_SIBLINGS) return siblings;
  const worth = (/** @type {Kin} */ kin) => (way.has(kin.key) ? 1e6 : countBelow(kin.key));
  const places = new Map(siblings.map((kin, place) => [kin, place]));
  const ranked = [...siblings].sort(
    (a, b) => worth(b) - worth(a) || (places.get(b) ?? 0) - (places.get(a) ?? 0),
  );
  const kept = new Set(ranked.slice(0, KEPT));
  return siblings.filter((kin) => !kept.has(kin));
}

/**
 * @param {Kin[]} kin
 * @param {string} key
 * @returns {string[]} from the card itself up to the first one
 */
export function wayTo(kin, key) {
  const parents = new Map(kin.map((each) => [each.key, each.parent]));
  const way = [];
  for (let at = parents.has(key) ? key : null; at !== null; at = parents.get(at) ?? null) way.push(at);
  return way;
}

/**
 * @param {Kin[]} kin
 * @returns {{nano: number, inDoubt: boolean}}
 */
export function sumOf(kin) {
  return {
    nano: kin.reduce((sum, { nano }) => sum + nano, 0),
    inDoubt: kin.some(({ inDoubt }) => inDoubt),
  };
}
