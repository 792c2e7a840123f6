/** Mouse, pen and fingers in the viewer: they zoom and move; over a whole picture a finger turns the page. */

import { PointerInput } from "../studio/pointer.js";
import { swipeMeaning } from "./zooming.js";

/** @typedef {import("./looking.js").Looking} Looking */

/**
 * @param {Looking} looking
 * @param {{previous: () => void, next: () => void, close: () => void}} turns
 */
export function armHands({ element, table }, turns) {
  let swipe = { dx: 0, dy: 0, began: 0, isOn: false };
  const show = () => {
    const { dx, dy, isOn } = swipe;
    const isDown = Math.abs(dy) > Math.abs(dx);
    element.style.translate = isOn ? (isDown ? `0 ${Math.max(0, dy)}px` : `${dx}px 0`) : "";
  };
  const begin = (/** @type {PointerEvent} */ { pointerType, isPrimary, timeStamp }) => {
    swipe = { dx: 0, dy: 0, began: timeStamp, isOn: pointerType === "touch" && isPrimary && table.isFitted };
  };
  element.addEventListener("pointerdown", begin, { capture: true });
  const cancel = () => {
    swipe.isOn = false;
    show();
  };
  const nothing = () => {};
  new PointerInput(element, {
    pointOf: (event) => table.pointOf(event),
    movesView: () => true,
    controlHeld: () => false,
    begin: () => false,
    go: nothing,
    end: nothing,
    cancel: nothing,
    hover: nothing,
    pan: (dx, dy) => {
      if (swipe.isOn) {
        swipe.dx += dx;
        swipe.dy += dy;
        show();
      } else if (!table.isFitted) table.panBy(dx, dy);
    },
    rest: () => {
      if (!swipe.isOn) return;
      const milliseconds = performance.now() - swipe.began;
      const meant = swipeMeaning({ ...swipe, milliseconds }, table.size);
      cancel();
      if (meant) turns[meant]();
    },
    pinch: (before, after) => {
      cancel();
      table.pinch(before, after);
    },
    zoom: (factor, point) => table.zoomTo(table.zoom * factor, point),
    twice: (point) => table.toggleZoom(point),
    shapeBrush: nothing,
    resizeBrush: nothing,
    undo: nothing,
    redo: nothing,
  });
}
