/*
 * Notices of the browser: when an edit ends while this page is in the background. The event stream
 * of the page says that something has changed; what there is to tell is asked for then.
 *
 * Whether this browser tells anything lies in localStorage, beside its own permission, which is
 * only asked for when somebody presses the button for it.
 */

/** @typedef {{id: string, text: string, url: string}} Notice */

const SWITCH = "notices";
const SEEN = "notices-seen";
const MOST_SEEN = 60;
const SOON = 400;
/** A verdict is told when it cannot be taken back any more. */
const LATER = 25_000;

/** @returns {Storage | null} */
function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/**
 * What was not told yet, and what is to be remembered as told.
 * @param {Notice[]} notices the newest first
 * @param {string[]} seen
 * @returns {{news: Notice[], seen: string[]}}
 */
export function fresh(notices, seen) {
  const known = new Set(seen);
  const news = notices.filter(({ id }) => !known.has(id));
  return { news, seen: [...news.map(({ id }) => id), ...seen].slice(0, MOST_SEEN) };
}

/**
 * How this browser stands: whether it can, may and shall tell.
 * @param {string | undefined} permission of the browser; undefined where it knows no notices
 * @param {boolean} isOn
 * @returns {"cannot" | "denied" | "off" | "on"}
 */
export function standing(permission, isOn) {
  if (permission === undefined) return "cannot";
  if (permission === "denied") return "denied";
  return permission === "granted" && isOn ? "on" : "off";
}

function here() {
  const permission = "Notification" in window && window.isSecureContext ? Notification.permission : undefined;
  return standing(permission, storage()?.getItem(SWITCH) === "on");
}

/** @param {Notice} notice */
function tell({ id, text, url }) {
  // The same tag in two tabs is one notice.
  const shown = new Notification("NanoEdit", { body: text, tag: id });
  shown.addEventListener("click", () => {
    window.focus();
    location.assign(url);
    shown.close();
  });
}

/** @param {string} url */
async function look(url) {
  if (!document.hidden || here() !== "on") return;
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok || response.redirected) return;
  /** @type {{notices: Notice[]}} */
  const { notices } = await response.json();
  const kept = storage();
  const { news, seen } = fresh(notices, JSON.parse(kept?.getItem(SEEN) ?? "[]"));
  kept?.setItem(SEEN, JSON.stringify(seen));
  for (const notice of news.slice(0, 5)) tell(notice);
}

/**
 * The switch on the page of notifications.
 * @param {HTMLElement} box
 */
function arm(box) {
  const show = () => {
    const stands = here();
    for (const part of box.querySelectorAll("[data-notify-when]")) {
      const when = (part.getAttribute("data-notify-when") ?? "").split(" ");
      /** @type {HTMLElement} */ (part).hidden = !when.includes(stands);
    }
  };
  box.querySelector("[data-notify-on]")?.addEventListener("click", async () => {
    const answer = await Notification.requestPermission();
    if (answer === "granted") storage()?.setItem(SWITCH, "on");
    show();
  });
  box.querySelector("[data-notify-off]")?.addEventListener("click", () => {
    storage()?.setItem(SWITCH, "off");
    show();
  });
  box.querySelector("[data-notify-test]")?.addEventListener("click", () => {
    tell({ id: `test-${Date.now()}`, text: "This is how an edit that has ended tells you.", url: location.pathname });
  });
  show();
}

export function startNotices() {
  const box = document.querySelector("[data-notify]");
  if (box instanceof HTMLElement) arm(box);
  const source = document.querySelector("[data-notices]");
  const url = source?.getAttribute("data-notices");
  if (!source || !url || here() === "cannot") return;
  /** @type {ReturnType<typeof setTimeout>[]} */
  let waiting = [];
  const quietly = () => void look(url).catch(() => {}); // the next event asks again
  source.addEventListener("htmx:sseMessage", () => {
    for (const timer of waiting) clearTimeout(timer);
    waiting = [SOON, LATER].map((wait) => setTimeout(quietly, wait));
  });
}
