/*
 * Going back lands where one left. The wall's numbers are kept with the entry of the history, so
 * they last as long as the way back, and no longer; cards near the place are then asked for.
 */

/** @typedef {{ address: string, wall: import("./model.js").Kept, at: string, offset: number, current: string | null }} Left */

const PAUSE = 250;

/** @returns {Left | null} what was left on this very address */
export function leftHere() {
  const left = /** @type {{ wall?: Left } | null} */ (history.state)?.wall;
  return left && left.address === location.pathname + location.search ? left : null;
}

/** @param {import("./wall.js").Wall} wall */
export function keepPlace(wall) {
  const top = scrollY - wall.top;
  const index = wall.layout.boxes.findIndex((box) => box.top + box.height > Math.max(0, top));
  const item = wall.model.items[index];
  if (!item || !wall.isThere) return;
  /** @type {Left} */
  const left = {
    address: location.pathname + location.search,
    wall: wall.model.keep(),
    at: item.id,
    offset: wall.layout.boxes[index].top - top,
    current: wall.current,
  };
  history.replaceState({ ...history.state, wall: left }, "");
}

/**
 * @param {import("./wall.js").Wall} wall
 * @param {Left} left
 */
export function goToPlace(wall, left) {
  const index = wall.model.indexOf(left.at);
  if (index < 0) return;
  if (left.current !== null && wall.model.indexOf(left.current) >= 0) wall.setCurrent(left.current);
  const top = wall.top + wall.layout.boxes[index].top - left.offset;
  scrollTo({ top, behavior: "instant" });
  wall.soon();
}

/**
 * Keep the place whenever it may be needed: after scrolling, and when the page is left.
 * @param {() => import("./wall.js").Wall | null} wall
 */
export function followPlace(wall) {
  history.scrollRestoration = "manual";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const keep = () => {
    const present = wall();
    if (present) keepPlace(present);
  };
  addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  }, { passive: true });
  document.addEventListener("click", keep, { capture: true });
  addEventListener("pagehide", keep);
}
