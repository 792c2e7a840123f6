/*
 * Walls of pictures: the arrow keys walk over them by where pictures lie on the screen, and
 * a placeholder leaves once its picture is there (it would shine through transparent ones).
 */

/**
 * @typedef {{ left: number, top: number, width: number, height: number }} Place
 */

/**
 * Which place lies next in a direction. Left and right follow the order; up and down take the
 * nearest row, and in it the place whose middle is nearest.
 * @param {Place[]} places in order
 * @param {number} from index of the present place
 * @param {string} key name of the pressed key
 * @returns {number | null} index, or null when the key means nothing here
 */
export function nextPlace(places, from, key) {
  const last = places.length - 1;
  if (key === "ArrowLeft") return Math.max(0, from - 1);
  if (key === "ArrowRight") return Math.min(last, from + 1);
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const here = places[from];
  const middle = here.left + here.width / 2;
  const beyond = places.filter((place) =>
    key === "ArrowUp" ? place.top < here.top - 1 : place.top > here.top + 1,
  );
  if (beyond.length === 0) return from;
  const tops = beyond.map((place) => place.top);
  const row = key === "ArrowUp" ? Math.max(...tops) : Math.min(...tops);
  const inRow = beyond.filter((place) => Math.abs(place.top - row) <= 1);
  const nearest = inRow.reduce((best, place) =>
    Math.abs(place.left + place.width / 2 - middle) < Math.abs(best.left + best.width / 2 - middle)
      ? place
      : best,
  );
  return places.indexOf(nearest);
}

/** @param {KeyboardEvent} event */
function walk(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const card = /** @type {Element} */ (event.target).closest(".wall .card");
  const wall = card?.closest(".wall");
  if (!card || !wall || wall.closest("[data-wall]")) return; // the gallery's has more keys
  const cards = /** @type {HTMLElement[]} */ ([...wall.querySelectorAll(".card")]);
  const places = cards.map((each) => each.getBoundingClientRect());
  const next = nextPlace(places, cards.indexOf(/** @type {HTMLElement} */ (card)), event.key);
  if (next === null) return;
  event.preventDefault();
  cards[next].focus();
  cards[next].scrollIntoView({ block: "nearest" });
}

/** @param {HTMLImageElement} picture */
function dropPlaceholder(picture) {
  const before = picture.previousElementSibling;
  if (before?.matches(".well__placeholder, .compare__backdrop")) before.remove();
}

/** @param {ParentNode} root */
export function startGallery(root) {
  for (const picture of root.querySelectorAll("img.well__picture, img.compare__after")) {
    const image = /** @type {HTMLImageElement} */ (picture);
    if (image.complete && image.naturalWidth > 0) dropPlaceholder(image);
    else image.addEventListener("load", () => dropPlaceholder(image), { once: true });
  }
  if (root === document) document.addEventListener("keydown", walk);
}
