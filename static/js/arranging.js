/*
 * A collection is put in order: by dragging a picture, or with Shift and the arrow keys. The
 * server keeps the places; what was moved here is told to it at once. Without script there are
 * buttons for the same.
 */

/**
 * Where a dragged picture would land among the others: before which one.
 * @param {{ left: number, top: number, right: number, bottom: number }[]} places in order
 * @param {{ x: number, y: number }} at the pointer
 * @returns {{ index: number, after: boolean } | null} the nearest place, and on which side of it
 */
export function landing(places, at) {
  let best = null;
  let nearest = Infinity;
  places.forEach((place, index) => {
    const middle = (place.left + place.right) / 2;
    const up = Math.max(place.top - at.y, 0, at.y - place.bottom);
    const side = Math.max(place.left - at.x, 0, at.x - place.right);
    // Rows count more than columns: the picture in the pointer's own row is meant.
    const distance = up * 1000 + side;
    if (distance < nearest) {
      nearest = distance;
      best = { index, after: at.x > middle };
    }
  });
  return best;
}

/** @param {Element} wall */
function items(wall) {
  return /** @type {HTMLElement[]} */ ([...wall.querySelectorAll(".collected")]);
}

/** @param {HTMLElement} item */
function nameOf(item) {
  return item.querySelector(".card__title")?.textContent ?? "The picture";
}

/** @param {string} words */
function say(words) {
  const line = document.querySelector("[data-arranged]");
  if (line) line.textContent = words;
}

/**
 * Tell the server that a picture stands before another one now.
 * @param {HTMLElement} wall
 * @param {HTMLElement} item
 */
async function keep(wall, item) {
  const next = /** @type {HTMLElement | null} */ (item.nextElementSibling?.closest(".collected") ?? null);
  const token = /** @type {HTMLInputElement} */ (item.querySelector("[name=csrfmiddlewaretoken]"));
  const asked = new URLSearchParams({
    csrfmiddlewaretoken: token.value,
    picture: item.dataset.picture ?? "",
    before: next?.dataset.picture ?? "",
  });
  const place = items(wall).indexOf(item) + 1;
  try {
    const answer = await fetch(wall.dataset.arrange ?? "", {
      method: "POST",
      body: asked,
      headers: { "X-Requested-With": "fetch" },
    });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    say(`${nameOf(item)} is number ${place} now.`);
  } catch {
    say("This order could not be kept. Reload the page and try again.");
    location.reload();
  }
}

/** @param {HTMLElement} wall */
function unmark(wall) {
  for (const each of items(wall)) {
    each.removeAttribute("data-drop");
    each.removeAttribute("data-drop-after");
  }
}

/** @param {HTMLElement} wall */
function startDragging(wall) {
  /** @type {HTMLElement | null} */
  let dragged = null;
  /** @type {(() => void) | null} */
  let land = null;
  wall.addEventListener("dragstart", (event) => {
    dragged = /** @type {HTMLElement | null} */ (
      /** @type {Element} */ (event.target).closest(".collected")
    );
    if (!dragged || !event.dataTransfer) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", nameOf(dragged));
    dragged.setAttribute("data-dragged", "");
  });
  wall.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const others = items(wall).filter((each) => each !== dragged);
    const places = others.map((each) => each.getBoundingClientRect());
    const where = landing(places, { x: event.clientX, y: event.clientY });
    unmark(wall);
    if (!where) return;
    const other = others[where.index];
    other.setAttribute(where.after ? "data-drop-after" : "data-drop", "");
    land = () => (where.after ? other.after(/** @type {Node} */ (dragged)) : other.before(/** @type {Node} */ (dragged)));
  });
  wall.addEventListener("drop", (event) => {
    if (!dragged || !land) return;
    event.preventDefault();
    const before = dragged.nextElementSibling;
    land();
    if (before !== dragged.nextElementSibling) void keep(wall, dragged);
  });
  wall.addEventListener("dragend", () => {
    dragged?.removeAttribute("data-dragged");
    unmark(wall);
    dragged = land = null;
  });
}

/**
 * @param {HTMLElement} wall
 * @param {KeyboardEvent} event
 */
function moveByKey(wall, event) {
  if (!event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const card = /** @type {HTMLElement | null} */ (
    /** @type {Element} */ (event.target).closest(".collected .card")
  );
  const item = /** @type {HTMLElement | null} */ (card?.closest(".collected") ?? null);
  if (!step || !card || !item) return;
  event.preventDefault();
  const all = items(wall);
  const other = all[all.indexOf(item) + step];
  if (!other) return;
  if (step < 0) other.before(item);
  else other.after(item);
  card.focus();
  void keep(wall, item);
}

/** @param {ParentNode} root */
export function startArranging(root) {
  const wall = /** @type {HTMLElement | null} */ (root.querySelector("[data-arrange]"));
  if (!wall) return;
  for (const item of items(wall)) item.draggable = true;
  if ("ready" in wall.dataset) return;
  wall.dataset.ready = "";
  startDragging(wall);
  wall.addEventListener("keydown", (event) => moveByKey(wall, event));
}
