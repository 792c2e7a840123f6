/* Starts the wall of the gallery, and starts it anew whenever another search is laid in. */

import { startArrivals } from "./arrivals.js";
import { Bar } from "./bar.js";
import { Hands } from "./hands.js";
import { startFilters } from "./filters.js";
import { startKeys } from "./keys.js";
import { followPlace, goToPlace, leftHere } from "./place.js";
import { Selection } from "./selection.js";
import { Wall } from "./wall.js";

/** @type {Wall | null} */
let wall = null;
const selection = new Selection();

function begin() {
  const root = /** @type {HTMLElement | null} */ (document.querySelector("[data-wall]"));
  if (root && wall?.root === root) return;
  wall?.end();
  wall = null;
  selection.clear();
  if (!root) return;
  const left = leftHere();
  wall = new Wall(root, left?.wall ?? null);
  new Hands(wall, selection);
  if (left) goToPlace(wall, left);
}

begin();
startFilters();
startKeys(() => wall, selection, new Bar(() => wall, selection));
followPlace(() => wall);
const arrivals = document.querySelector("[data-arrivals]");
if (arrivals) startArrivals(arrivals, () => wall);
document.addEventListener("htmx:load", (event) => {
  const fragment = /** @type {CustomEvent<{ elt: HTMLElement }>} */ (event).detail.elt;
  if (wall && fragment.matches(".wall__item") && wall.root.contains(fragment)) wall.replace(fragment);
  else begin();
});
