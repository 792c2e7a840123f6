/** The properties: brush sliders, and on small screens the sheet they lie in. */

/** @typedef {import("./settings.js").BrushSettings} BrushSettings */

/** Steps of the size slider, which is logarithmic: small brushes need finer steps. */
const SIZE_STEPS = 1000;

/**
 * @param {HTMLElement} root
 * @param {BrushSettings} brush
 */
export function armSliders(root, brush) {
  const size = /** @type {HTMLInputElement} */ (root.querySelector("[data-brush-size]"));
  const hardness = /** @type {HTMLInputElement} */ (root.querySelector("[data-brush-hardness]"));
  const sizeSaid = /** @type {HTMLElement} */ (root.querySelector("[data-brush-size-said]"));
  const hardnessSaid = /** @type {HTMLElement} */ (root.querySelector("[data-brush-hardness-said]"));
  let isDragged = false;
  const show = () => {
    const sizeWords = `${brush.size} px`;
    const hardnessWords = `${Math.round(brush.hardness * 100)} %`;
    // Putting the thumb back to a whole pixel while it is moved would hold it in place.
    if (!isDragged) size.value = String(Math.round(brush.sizePlace * SIZE_STEPS));
    hardness.value = String(Math.round(brush.hardness * 100));
    // How far the track is filled; the browsers that need no help ignore it.
    size.style.setProperty("--share", String(brush.sizePlace));
    hardness.style.setProperty("--share", String(brush.hardness));
    size.setAttribute("aria-valuetext", sizeWords);
    hardness.setAttribute("aria-valuetext", hardnessWords);
    sizeSaid.textContent = sizeWords;
    hardnessSaid.textContent = hardnessWords;
  };
  size.max = String(SIZE_STEPS);
  size.addEventListener("input", () => {
    isDragged = true;
    brush.set({ size: brush.sizeAt(Number(size.value) / SIZE_STEPS) });
    isDragged = false;
  });
  hardness.addEventListener("input", () => brush.set({ hardness: Number(hardness.value) / 100 }));
  brush.onChange(show);
  show();
}

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
