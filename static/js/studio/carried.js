/** Words that go along from one studio to the next, within a tab. */

const KEY = "nanoedit-carried-prompt";

/**
 * @param {string} url of the studio that is opened next
 * @param {string} prompt nothing when it is blank
 * @param {() => Storage} storage
 */
export function carryPrompt(url, prompt, storage = () => window.sessionStorage) {
  if (!prompt.trim()) return;
  try {
    storage().setItem(KEY, JSON.stringify({ url, prompt }));
  } catch {
    // Without storage the next studio has its own first words.
  }
}

/**
 * Takes what was carried to this address, once.
 * @param {string} path
 * @param {() => Storage} storage
 * @returns {string | null}
 */
export function takePrompt(path, storage = () => window.sessionStorage) {
  try {
    const { url, prompt } = JSON.parse(storage().getItem(KEY) ?? "{}");
    if (url !== path || typeof prompt !== "string") return null;
    storage().removeItem(KEY);
    return prompt;
  } catch {
    return null;
  }
}
