/** What the key for commands is called: ⌘ on a Mac and its like, Ctrl elsewhere. Both are understood. */

/** @param {string} platform as `navigator.platform` tells it */
export function controlOf(platform) {
  return /^(mac|iphone|ipad)/iu.test(platform) ? "⌘" : "Ctrl";
}

export const CONTROL = controlOf(globalThis.navigator?.platform ?? "");

/**
 * Keys that stand on the page are said as they are called here.
 * @param {ParentNode} root
 */
export function nameControlKey(root) {
  if (CONTROL === "Ctrl") return;
  for (const cap of root.querySelectorAll("kbd")) {
    cap.textContent = (cap.textContent ?? "").replace(/^Ctrl\b/u, CONTROL);
  }
}
