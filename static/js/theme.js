/*
 * The theme before the first paint. A classic script in the head on purpose: a module would
 * run after the page was shown once in the wrong colours.
 *
 * The choice lies in localStorage under "theme" as auto, light or dark: the same name and words
 * as Django's admin uses, so both agree.
 */
(() => {
  const root = document.documentElement;
  root.dataset.script = "on";

  /** @returns {string} auto, light or dark */
  function stored() {
    try {
      const theme = localStorage.getItem("theme");
      return theme === "light" || theme === "dark" ? theme : "auto";
    } catch {
      return "auto"; // storage is switched off in this browser
    }
  }

  /** @param {string} theme */
  function show(theme) {
    root.dataset.theme = theme;
    for (const choice of document.querySelectorAll("[data-theme-choice]")) {
      const chosen = choice.getAttribute("data-theme-choice") === theme;
      choice.setAttribute("aria-checked", String(chosen));
      choice.setAttribute("tabindex", chosen ? "0" : "-1");
    }
  }

  /** @param {string} theme */
  function choose(theme) {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // not kept, but shown
    }
    show(theme);
  }

  /**
   * The arrow keys move through a radio group.
   * @param {KeyboardEvent} event
   * @param {Element} group
   */
  function move(event, group) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const choices = /** @type {HTMLElement[]} */ ([
      ...group.querySelectorAll("[data-theme-choice]"),
    ]);
    const at = choices.findIndex((choice) => choice === document.activeElement);
    const next = choices[(at + step + choices.length) % choices.length];
    choose(next.dataset.themeChoice ?? "auto");
    next.focus();
    event.preventDefault();
  }

  show(stored());

  document.addEventListener("DOMContentLoaded", () => {
    show(stored());
    for (const group of document.querySelectorAll("[data-theme-switch]")) {
      group.addEventListener("click", (event) => {
        const choice = /** @type {Element} */ (event.target).closest("[data-theme-choice]");
        if (choice) choose(choice.getAttribute("data-theme-choice") ?? "auto");
      });
      group.addEventListener("keydown", (event) =>
        move(/** @type {KeyboardEvent} */ (event), group),
      );
    }
  });

  addEventListener("storage", (event) => {
    if (event.key === "theme") show(stored());
  });
})();
