/** What the studio opens with: the draft of this browser or of the server, decided before anything is built. */

import { reconcile } from "./reconcile.js";

/** @typedef {import("./draft.js").Kept} Kept */
/** @typedef {import("./draft.js").Told} Told */
/** @typedef {{kept: Kept | null, told: Told | null, verdict: import("./reconcile.js").Verdict}} Opening */

/**
 * Reads what this browser keeps, and makes the studio's first wish of it where it goes first.
 * @param {import("../types.js").StudioData} data its wish is replaced
 * @param {import("./browser-keeper.js").BrowserKeeper} browser
 * @returns {Promise<Opening>}
 */
export async function openDraft(data, browser) {
  const { owner, draft: told } = data.draft;
  const kept = await browser.read(owner, data.picture.id);
  void browser.tidy(owner);
  const verdict = reconcile(kept, told);
  const isFirst = verdict === "browser" || verdict === "conflict";
  if (kept && isFirst && !data.wish.is_again) Object.assign(data.wish, kept.asked, { mask_url: null });
  return { kept, told, verdict };
}
