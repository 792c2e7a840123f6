/** Where the picture lies on the stage. Pure numbers; lengths are CSS pixels unless said otherwise. */

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{scale: number, x: number, y: number}} View  CSS pixels per picture pixel; left, top */

/** Room kept free around a fitted picture. */
const MARGIN = 16;
/** The largest zoom: CSS pixels per picture pixel. */
const MOST_SCALE = 32;
/** The smallest zoom, as a share of the fitted one. */
const LEAST_OF_FIT = 0.25;
/** At least this much of the picture stays in sight. */
const KEPT_IN_SIGHT = 48;

/**
 * The whole picture, as large as it fits, never larger than its own pixels ten times.
 * @param {Size} picture in picture pixels
 * @param {Size} stage
 * @returns {View}
 */
export function fit(picture, stage) {
  const margin = Math.min(MARGIN, stage.width / 20, stage.height / 20);
  const across = (stage.width - 2 * margin) / picture.width;
  const down = (stage.height - 2 * margin) / picture.height;
  return centred(picture, stage, Math.min(Math.max(1e-4, Math.min(across, down)), 10));
}

/**
 * The same where something lies over the bottom of the stage: no smaller and no higher than it takes to see all.
 * @param {Size} picture in picture pixels
 * @param {Size} stage
 * @param {number} covered
 * @returns {View}
 */
export function fitAbove(picture, stage, covered) {
  const view = fit(picture, stage);
  const height = stage.height - covered;
  const margin = Math.min(MARGIN, height / 20);
  if (!covered || view.y + picture.height * view.scale <= height - margin) return view;
  const scale = Math.min(view.scale, Math.max(1e-4, (height - 2 * margin) / picture.height));
  return { ...centred(picture, stage, scale), y: height - margin - picture.height * scale };
}

/**
 * @param {Size} picture
 * @param {Size} stage
 * @param {number} scale
 * @returns {View}
 */
export function centred(picture, stage, scale) {
  return {
    scale,
    x: (stage.width - picture.width * scale) / 2,
    y: (stage.height - picture.height * scale) / 2,
  };
}

/**
 * Zooms so that what lies under a point stays there.
 * @param {View} view
 * @param {Point} point on the stage
 * @param {number} scale wanted
 * @param {Size} picture
 * @param {Size} stage
 * @returns {View}
 */
export function zoomTo(view, point, scale, picture, stage) {
  const least = fit(picture, stage).scale * LEAST_OF_FIT;
  const next = Math.min(Math.max(scale, Math.min(least, 1)), MOST_SCALE);
  const change = next / view.scale;
  return keepInSight(
    {
      scale: next,
      x: point.x - (point.x - view.x) * change,
      y: point.y - (point.y - view.y) * change,
    },
    picture,
    stage,
  );
}

/**
 * @param {View} view
 * @param {number} dx
 * @param {number} dy
 * @param {Size} picture
 * @param {Size} stage
 * @returns {View}
 */
export function panBy(view, dx, dy, picture, stage) {
  return keepInSight({ scale: view.scale, x: view.x + dx, y: view.y + dy }, picture, stage);
}

/**
 * @param {View} view
 * @param {Size} picture
 * @param {Size} stage
 * @returns {View}
 */
export function keepInSight(view, picture, stage) {
  const width = picture.width * view.scale;
  const height = picture.height * view.scale;
  const keptX = Math.min(KEPT_IN_SIGHT, width);
  const keptY = Math.min(KEPT_IN_SIGHT, height);
  return {
    scale: view.scale,
    x: Math.min(Math.max(view.x, keptX - width), stage.width - keptX),
    y: Math.min(Math.max(view.y, keptY - height), stage.height - keptY),
  };
}

/**
 * The view of another picture that lies in the place of the one on the stage: over all of it, or as
 * large as it fits in the middle when its shape is another one.
 * @param {View} view of the picture
 * @param {Size} other
 * @param {Size} picture
 * @returns {View}
 */
export function inPlaceOf(view, other, picture) {
  const share = Math.min(picture.width / other.width, picture.height / other.height);
  return {
    scale: view.scale * share,
    x: view.x + ((picture.width - other.width * share) / 2) * view.scale,
    y: view.y + ((picture.height - other.height * share) / 2) * view.scale,
  };
}

/**
 * @param {View} view
 * @param {Point} point on the stage
 * @returns {Point} in picture pixels with fractions
 */
export function toPicture(view, point) {
  return { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
}

/**
 * @param {View} view
 * @param {Point} point in picture pixels
 * @returns {Point} on the stage
 */
export function toStage(view, point) {
  return { x: point.x * view.scale + view.x, y: point.y * view.scale + view.y };
}

/**
 * Two fingers: moved, spread, or both.
 * @param {View} view
 * @param {[Point, Point]} before
 * @param {[Point, Point]} after
 * @param {Size} picture
 * @param {Size} stage
 * @returns {View}
 */
export function pinch(view, before, after, picture, stage) {
  const from = middle(before);
  const to = middle(after);
  const spread = distance(before) > 1 ? distance(after) / distance(before) : 1;
  const zoomed = zoomTo(view, from, view.scale * spread, picture, stage);
  return panBy(zoomed, to.x - from.x, to.y - from.y, picture, stage);
}

/** @param {[Point, Point]} points */
function middle([a, b]) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/** @param {[Point, Point]} points */
export function distance([a, b]) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
