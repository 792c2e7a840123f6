/* The keys of the review desk. Knows no page: `main.js` does what they ask for. */

/** @typedef {"next" | "previous" | "approve" | "reject" | "note" | "flag" | "hold" | "blur" | "outline" | "owner" | "undo" | "list" | "keys"} Command */

/** @type {Record<string, Command>} */
const KEYS = {
  ArrowRight: "next", ArrowLeft: "previous", a: "approve", r: "reject", n: "note", f: "flag",
  h: "hold", b: "blur", v: "outline", o: "owner", u: "undo", l: "list", "?": "keys",
};

/**
 * What a press of a key asks for; null for keys that belong to the browser, to a field, or to
 * what has the focus.
 * @param {{ key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, repeat?: boolean }} press
 * @param {{ isTyping: boolean, takesArrows: boolean, isAsking: boolean }} where
 * @returns {Command | null}
 */
export function commandOf(press, where) {
  if (press.ctrlKey || press.metaKey || press.altKey || where.isTyping || where.isAsking) return null;
  const command = KEYS[press.key.length === 1 ? press.key.toLowerCase() : press.key] ?? null;
  if ((command === "next" || command === "previous") && where.takesArrows) return null;
  // A key that is held down must not judge one job after the other.
  if (press.repeat && command !== "next" && command !== "previous") return null;
  return command;
}
