/* What the desk asks of the server: pages of jobs, and acts on them. */

const PICTURES = "img.compare__after, img.compare__before";

/**
 * @param {string} url
 * @param {string} name
 */
export function withQuery(url, name) {
  return url + (url.includes("?") ? "&" : "?") + name;
}

/** @param {string} url */
export async function fetchPage(url) {
  const answer = await fetch(withQuery(url, "part"), { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
  const html = await answer.text();
  for (const image of parsed(html).querySelectorAll(PICTURES)) {
    new Image().src = /** @type {HTMLImageElement} */ (image).src;
  }
  return html;
}

/** @param {string} html */
export function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/**
 * @param {string} url
 * @param {FormData} body
 */
export async function post(url, body) {
  const answer = await fetch(url, { method: "POST", body, headers: { accept: "application/json" } });
  const isJson = answer.headers.get("content-type")?.includes("json");
  const told = isJson ? await answer.json() : { said: "The server did not take it. Reload the page." };
  return { ok: answer.ok && Boolean(isJson), told };
}

/** @param {unknown} problem */
export function messageOf(problem) {
  return problem instanceof Error && problem.name === "Error" && problem.message
    ? problem.message
    : "It could not be sent: the server is away. Nothing was kept; try again.";
}
