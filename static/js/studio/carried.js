/** What goes along from one studio to the next, within a tab. */

const KEY = "nanoedit-carried-prompt";

/**
 * @typedef {object} Carried
 * @property {string} [prompt]
 * @property {{prompt: string, model: string, n: number, size: string}} [asked] all of a wish
 * @property {string | null} [mask] what goes along with it: a data URL, or where a kept mask lies
 */

/**
 * @param {string} url of the studio that is opened next
 * @param {Carried} wish
 * @param {() => Storage} storage
 * @returns {boolean} false when the browser has no room for it
 */
export function carry(url, wish, storage = () => window.sessionStorage) {
  try {
    storage().setItem(KEY, JSON.stringify({ ...wish, url }));
    return true;
  } catch {
    // Without it the next studio has its own first words.
    return false;
  }
}

/**
 * @param {string} url
 * @param {string} prompt nothing when it is blank
 * @param {() => Storage} storage
 */
export function carryPrompt(url, prompt, storage = () => window.sessionStorage) {
  if (prompt.trim()) carry(url, { prompt }, storage);
}

/**
 * Takes what was carried to this address, once.
 * @param {string} path
 * @param {() => Storage} storage
 * @returns {Carried}
 */
export function takeCarried(path, storage = () => window.sessionStorage) {
  try {
    const { url, prompt, asked, mask } = JSON.parse(storage().getItem(KEY) ?? "{}");
    if (url !== path) return {};
    storage().removeItem(KEY);
    return { prompt: asked?.prompt ?? prompt, ...(asked && { asked, mask: mask ?? null }) };
  } catch {
    return {};
  }
}

/**
 * @param {Blob} file
 * @returns {Promise<string>} as data URL
 */
export function asDataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/**
 * @param {string} dataUrl
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOf(dataUrl) {
  return Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
}
