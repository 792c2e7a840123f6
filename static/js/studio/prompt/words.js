/** Puts words into the prompt for a person, so that everything that listens hears of it. */

/**
 * @param {HTMLTextAreaElement} prompt
 * @param {string} text
 * @param {number} [caret] from where to go on writing; the end when it is left out
 */
export function write(prompt, text, caret = text.length) {
  prompt.value = text;
  prompt.dispatchEvent(new Event("input", { bubbles: true }));
  prompt.focus();
  prompt.setSelectionRange(caret, caret);
  prompt.scrollTop = caret === text.length ? prompt.scrollHeight : 0;
}
