/* A page that waits for an archive fetches it as soon as it is there. */

/**
 * The file that a fragment says is ready and waited for.
 * @param {ParentNode} root
 */
export function readyFile(root) {
  const marked = /** @type {HTMLElement | null} */ (root.querySelector("[data-fetch-now]"));
  return marked?.dataset.fetchNow ?? "";
}

/** @param {ParentNode} root */
export function startArchives(root) {
  const address = readyFile(root);
  if (!address) return;
  root.querySelector("[data-fetch-now]")?.removeAttribute("data-fetch-now");
  location.assign(address); // it is an attachment: the page stays
}
