/** Which draft to go on with: this browser's, the server's, or whichever the person chooses. */

import { isBlank } from "./asked.js";

/** @typedef {import("./draft.js").Kept} Kept */
/** @typedef {import("./draft.js").Told} Told */
/** @typedef {"nothing" | "browser" | "server" | "conflict"} Verdict */

/**
 * A draft wins alone only when it descends from the other one, or the other one holds nothing.
 * @param {Kept | null} kept in this browser
 * @param {Told | null} told by the server
 * @returns {Verdict}
 */
export function reconcile(kept, told) {
  if (!kept) return told ? "server" : "nothing";
  // Never saved, or the server has forgotten it.
  if (!told) return "browser";
  // The same; this browser also knows where it looked.
  if (kept.revision === told.revision) return "browser";
  // What the server was given has been gone on with elsewhere.
  if (kept.isSaved) return "server";
  if (kept.base === told.revision) return "browser";
  if (isBlank(kept)) return "server";
  if (isBlank({ asked: told.wish, mask: told.mask_id })) return "browser";
  return "conflict";
}
