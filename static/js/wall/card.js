/* How a card comes onto the wall: its place, the size of its picture, and its own changes. */

/**
 * Tell how wide a picture is drawn: away from the page the browser would take the larger file.
 * @param {HTMLElement} card
 * @param {number} width
 * @param {number} ratio
 * @param {boolean} isCropped to a square
 */
export function size(card, width, ratio, isCropped) {
  const picture = card.querySelector(".well__picture");
  const sizes = `${Math.ceil(isCropped ? width * Math.max(1, ratio) : width)}px`;
  if (picture instanceof HTMLImageElement && picture.srcset && picture.sizes !== sizes) picture.sizes = sizes;
}

/** @param {HTMLElement} card one that htmx shall follow */
export function process(card) {
  const { htmx } = /** @type {{ htmx?: { process: (element: Element) => void } }} */ (
    /** @type {unknown} */ (window)
  );
  htmx?.process(card);
}

/**
 * @param {HTMLElement} element
 * @param {Record<string, number>} place
 */
export function put(element, place) {
  for (const [name, value] of Object.entries(place)) {
    const text = `${Math.round(value * 100) / 100}px`;
    if (element.style.getPropertyValue(name) !== text) element.style.setProperty(name, text);
  }
}
