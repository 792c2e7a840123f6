/** Places a popover beside what opened it. */

const GAP = 8;

/**
 * Lies above its anchor whenever it is opened, or under it where there is more room.
 * @param {HTMLElement} popover
 * @param {() => DOMRect} anchor
 * @param {"start" | "end"} align which sides stand over each other
 */
export function keepBeside(popover, anchor, align) {
  const place = () => {
    const { left, right, top, bottom } = anchor();
    const { innerWidth: width, innerHeight: height } = window;
    const room = { above: top - 2 * GAP, below: height - bottom - 2 * GAP };
    const isAbove = room.above >= Math.min(popover.scrollHeight, room.below);
    popover.style.maxHeight = `${Math.max(120, isAbove ? room.above : room.below)}px`;
    popover.style.inset = "auto";
    if (isAbove) popover.style.bottom = `${height - top + GAP}px`;
    else popover.style.top = `${bottom + GAP}px`;
    const own = popover.offsetWidth;
    const wanted = align === "start" ? left : right - own;
    popover.style.left = `${Math.max(GAP, Math.min(wanted, width - own - GAP))}px`;
  };
  const again = () => popover.matches(":popover-open") && place();
  popover.addEventListener("toggle", again);
  window.addEventListener("resize", again);
}
