/*
 * Times that live on the page: <time data-elapsed-since="ISO 8601"> counts up each second,
 * <time datetime="ISO 8601" data-local> is said in the reader's own time zone.
 */

const localTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const localDay = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const localYear = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
});

/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

/**
 * A span of seconds in words: "12 s", "1 min 05 s", "2 h 03 min".
 * @param {number} seconds
 * @returns {string}
 */
export function inWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/**
 * A moment as a reader would say it now: the time today, the day this year, else the year too.
 * @param {Date} moment
 * @param {Date} now
 * @returns {string}
 */
export function momentInWords(moment, now) {
  if (moment.toDateString() === now.toDateString()) return localTime.format(moment);
  if (moment.getFullYear() === now.getFullYear()) return localDay.format(moment);
  return localYear.format(moment);
}

/** A bar never claims that a call is done. */
const MOST_SHARE = 0.97;

/**
 * How far a bar may go: nine tenths at the 90th percentile. The server draws by the same curve.
 * @param {number} elapsed seconds
 * @param {number} p90 seconds that nine of ten calls do not exceed
 * @returns {number}
 */
export function shareDone(elapsed, p90) {
  return Math.min(MOST_SHARE, 1 - 0.1 ** (Math.max(0, elapsed) / Math.max(p90, 0.1)));
}

/** @returns {number} how many bars there are */
function moveBars() {
  const bars = /** @type {NodeListOf<HTMLProgressElement>} */ (
    document.querySelectorAll("progress[data-progress-since]")
  );
  for (const bar of bars) {
    const since = Date.parse(bar.dataset.progressSince ?? "");
    const p90 = Number(bar.dataset.p90);
    // A reader's clock may run before the server's: a bar that was right must not jump back.
    const share = shareDone((Date.now() - since) / 1000, p90);
    if (share > bar.value) bar.value = share;
  }
  return bars.length;
}

function tick() {
  const clocks = document.querySelectorAll("time[data-elapsed-since]");
  for (const clock of clocks) {
    const since = Date.parse(clock.getAttribute("data-elapsed-since") ?? "");
    if (Number.isNaN(since)) continue;
    const words = inWords((Date.now() - since) / 1000);
    if (clock.textContent !== words) clock.textContent = words;
  }
  if (clocks.length + moveBars() === 0) {
    clearInterval(ticking);
    ticking = undefined;
  }
}

/**
 * Say the times under `root` and keep those that run running.
 * @param {ParentNode} root
 */
export function startElapsed(root) {
  const now = new Date();
  for (const time of root.querySelectorAll("time[data-local]")) {
    const moment = new Date(time.getAttribute("datetime") ?? "");
    if (Number.isNaN(moment.getTime())) continue;
    time.textContent = momentInWords(moment, now);
    time.setAttribute("title", moment.toLocaleString());
    time.removeAttribute("data-local");
  }
  if (ticking === undefined && document.querySelector("time[data-elapsed-since]")) {
    ticking = setInterval(tick, 1000);
    tick();
  }
}
