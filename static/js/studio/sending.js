/** Sends the form with progress, and reads what the server says about it. */

/** @typedef {import("./types.js").EditAnswer} EditAnswer */

/** The request may or may not have arrived. */
const NO_ANSWER =
  "No answer came. Press the button again: if the first try arrived, nothing is paid twice.";
const LOGGED_OUT =
  "You are logged out. Log in in another tab, then press the button again; everything here stays.";
const TOO_LARGE = "The server refused the upload because it is too large.";
const BROKEN = "The server could not take the edit.";

/**
 * What an answer means.
 * @param {{status: number, text: string, redirected?: boolean}} response status 0 = none came
 * @returns {EditAnswer & {ok: boolean}}
 */
export function readAnswer({ status, text, redirected = false }) {
  if (status === 0) return { ok: false, error: NO_ANSWER };
  const body = parsed(text);
  if (body && status >= 200 && status < 300 && body.job) return { ...body, ok: true };
  if (body?.error) return { ...body, ok: false };
  if (status === 401 || status === 403 || redirected) return { ok: false, error: LOGGED_OUT };
  if (status === 413) return { ok: false, error: TOO_LARGE };
  return { ok: false, error: `${BROKEN} (${status})` };
}

/**
 * @param {string} text
 * @returns {EditAnswer | null}
 */
function parsed(text) {
  try {
    const body = JSON.parse(text);
    return body && typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}

/**
 * Posts a form. XMLHttpRequest, because fetch tells nothing about an upload's progress.
 * @param {string} url
 * @param {FormData} body
 * @param {(share: number) => void} onProgress from 0 to 1; 1 = all sent, the server is at work
 * @returns {Promise<EditAnswer & {ok: boolean}>}
 */
export function post(url, body, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.upload.onload = () => onProgress(1);
    request.onloadend = () => {
      const { status, responseText: text, responseURL } = request;
      const redirected = Boolean(responseURL) && new URL(responseURL).pathname !== new URL(url, location.href).pathname;
      resolve(readAnswer({ status, text, redirected }));
    };
    request.send(body);
  });
}

/** A random name for one wish; pages without a secure origin have no `randomUUID`. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
