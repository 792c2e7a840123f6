/** The rows of the menu at the prompt. */

/** @typedef {import("./shelf.js").Template} Template */

/**
 * @param {string} prompt
 * @param {() => void} take
 */
export function earlierRow(prompt, take) {
  return row(takeButton([words("prompt-row__prompt", prompt)], take));
}

/**
 * @param {{name: string, prompt: string}} template
 * @param {() => void} take
 */
export function builtInRow({ name, prompt }, take) {
  return row(takeButton([words("prompt-row__name", name), words("prompt-row__prompt", prompt)], take));
}

/**
 * @param {Template} template
 * @param {{take: () => void, rename: (name: string) => Promise<void>, remove: () => void}} verbs
 */
export function templateRow(template, { take, rename, remove }) {
  const item = builtInRow(template, take);
  item.append(
    verb(`Rename “${template.name}”`, "rename", () => item.replaceChildren(nameField(template.name, rename, item))),
    verb(`Delete “${template.name}”`, "delete", remove),
  );
  return item;
}

/** @param {HTMLElement[]} parts */
function row(...parts) {
  const item = document.createElement("li");
  item.className = "prompt-row";
  item.append(...parts);
  return item;
}

/**
 * @param {HTMLElement[]} parts
 * @param {() => void} take
 */
function takeButton(parts, take) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "prompt-row__take";
  button.append(...parts);
  button.addEventListener("click", take);
  return button;
}

/**
 * @param {string} className
 * @param {string} text
 */
function words(className, text) {
  const line = document.createElement("span");
  line.className = className;
  line.textContent = text;
  return line;
}

/**
 * @param {string} label
 * @param {string} icon a template of the page holds it
 * @param {() => void} act
 */
function verb(label, icon, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--quiet button--icon button--small";
  button.title = label;
  button.setAttribute("aria-label", label);
  const drawn = /** @type {HTMLTemplateElement | null} */ (document.querySelector(`[data-icon="${icon}"]`));
  if (drawn) button.append(drawn.content.cloneNode(true));
  button.addEventListener("click", act);
  return button;
}

/**
 * @param {string} name
 * @param {(name: string) => Promise<void>} rename
 * @param {HTMLElement} item
 */
function nameField(name, rename, item) {
  const before = [...item.childNodes];
  const form = document.createElement("form");
  form.className = "prompt-row__rename field";
  const input = document.createElement("input");
  input.type = "text";
  input.value = name;
  input.maxLength = 80;
  input.required = true;
  input.setAttribute("aria-label", `New name of “${name}”`);
  form.append(input);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void rename(input.value);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    // Escape gives up the new name, not the whole menu.
    event.preventDefault();
    event.stopPropagation();
    item.replaceChildren(...before);
    /** @type {HTMLElement | null} */ (item.querySelector(".prompt-row__take"))?.focus();
  });
  queueMicrotask(() => {
    input.focus();
    input.select();
  });
  return form;
}
