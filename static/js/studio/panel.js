/** The properties on small screens: a sheet. */

/**
 * @param {HTMLElement} panel
 * @param {HTMLElement} toggle
 */
export function armSheet(panel, toggle) {
  const open = (/** @type {boolean} */ isOpen) => {
    panel.dataset.open = String(isOpen);
    toggle.setAttribute("aria-expanded", String(isOpen));
  };
  toggle.addEventListener("click", () => open(panel.dataset.open !== "true"));
  for (const close of panel.querySelectorAll("[data-close-sheet]")) {
    close.addEventListener("click", () => {
      open(false);
      toggle.focus();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.dataset.open !== "true") return;
    if (document.querySelector("dialog[open]")) return;
    open(false);
    toggle.focus();
  });
}

/**
 * The middle of what the sheet leaves of the stage.
 * @param {HTMLElement} stage
 * @param {HTMLElement} panel
 * @returns {{x: number, y: number}} on the stage
 */
export function uncoveredMiddle(stage, panel) {
  const whole = stage.getBoundingClientRect();
  const sheet = panel.getBoundingClientRect();
  const isOver = sheet.left < whole.right && sheet.right > whole.left && sheet.top < whole.bottom;
  const bottom = isOver ? Math.max(whole.top, sheet.top) : whole.bottom;
  return { x: whole.width / 2, y: (bottom - whole.top) / 2 };
}
