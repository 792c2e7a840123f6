/* The filter panel closes as any panel does: by Escape, and by a press beside it. */

export function startFilters() {
  const details = /** @type {HTMLDetailsElement | null} */ (
    document.querySelector(".gallery-form__more")
  );
  if (!details) return;
  document.addEventListener("pointerdown", (event) => {
    if (!details.contains(/** @type {Node} */ (event.target))) details.open = false;
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    event.preventDefault();
    event.stopPropagation();
    details.open = false;
    details.querySelector("summary")?.focus();
  });
  details.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !details.contains(relatedTarget)) details.open = false;
  });
}
