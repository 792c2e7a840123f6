/** What the page says of its draft: the truth, in few words. */

import { briefly } from "./asked.js";

/** @typedef {"idle" | "saved" | "saving" | "later" | "refused" | "moved"} ServerSide */
/** @typedef {"kept" | "writing" | "failed"} BrowserSide */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * @param {{server: ServerSide, browser: BrowserSide, why: string}} state why: what is in the way
 * @returns {{words: string, tone: "" | "warn" | "bad", more: string}}
 */
export function stateWords({ server, browser, why }) {
  if (server === "idle") return { words: "", tone: "", more: "What you paint and write here is saved by itself." };
  if (server === "saved") return { words: "Saved", tone: "", more: "Saved on the server: go on here, or on any other device." };
  if (server === "saving") return { words: "Saving …", tone: "", more: "On its way to the server." };
  const isKept = browser === "kept";
  const tries = server === "later" ? " It is tried again by itself." : "";
  const reason = server === "moved" ? "Another device has saved meanwhile: choose which draft to go on with." : why;
  return {
    words: isKept ? "Saved in this browser" : `Not saved: ${lowered(reason)}`,
    tone: isKept ? "warn" : "bad",
    more: isKept ? `Saved in this browser only. ${reason}${tries}` : `${reason}${tries} Keep this page open.`,
  };
}

/**
 * @param {number} then milliseconds since 1970
 * @param {number} now
 */
export function agoWords(then, now) {
  const passed = now - then;
  if (passed < MINUTE) return "just now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < 12 * HOUR) return `${Math.floor(passed / HOUR)} h ago`;
  const time = { hour: "2-digit", minute: "2-digit" };
  const day = passed < 300 * 24 * HOUR ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(undefined, /** @type {Intl.DateTimeFormatOptions} */ ({ ...day, ...time })).format(then);
}

/**
 * One draft in a line: when, and what was asked.
 * @param {{changed_at: string, wish: {prompt: string}}} told
 * @param {number} now
 */
export function draftLine({ changed_at: changedAt, wish }, now) {
  return `${agoWords(Date.parse(changedAt), now)} · ${briefly(wish.prompt)}`;
}

/** @param {string} sentence */
function lowered(sentence) {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}
