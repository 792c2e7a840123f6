/* Making and using passkeys: the page brings what the server asks, the form takes back what the device says. */

const NO_PASSKEYS = "This browser knows no passkeys. Use another one, or an authenticator app.";
const NOT_HERE =
  "Passkeys work under a name with https, or under localhost; this address is neither. Open the page there, or use an authenticator app.";
const NOT_DONE = "Nothing came of it: it was cancelled, took too long, or the device has no passkey for this site.";
const KNOWN = "This device has a passkey for the account already.";
const AWAY = "The server did not answer. Try again.";

/** @param {unknown} error */
export function inWords(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "InvalidStateError") return KNOWN;
  if (name === "SecurityError") return NOT_HERE;
  if (name === "TypeError") return AWAY;
  return NOT_DONE;
}

/**
 * What the server wants signed: in the page, or asked for when the form has none.
 * @param {HTMLFormElement} form
 * @returns {Promise<any>}
 */
async function asked(form) {
  const inPage = document.getElementById(form.dataset.passkeyOptions ?? "");
  if (inPage) return JSON.parse(inPage.textContent ?? "");
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new TypeError();
  return answer.json();
}

/** @param {HTMLFormElement} form */
async function use(form) {
  const options = await asked(form);
  /** @type {Credential | null} */
  let credential;
  if (options.creation_options) {
    const wanted = options.creation_options.publicKey;
    // It shall open the door alone, so it has to be found without a name and to know its person.
    wanted.authenticatorSelection = {
      ...wanted.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    };
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(wanted);
    credential = await navigator.credentials.create({ publicKey });
  } else {
    const wanted = options.request_options.publicKey;
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(wanted);
    credential = await navigator.credentials.get({ publicKey });
  }
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  input.value = JSON.stringify(/** @type {PublicKeyCredential} */ (credential).toJSON());
  form.submit();
}

/** @param {HTMLFormElement} form */
function prepare(form) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  const problem = /** @type {HTMLElement} */ (form.querySelector("[data-passkey-problem]"));
  /** @param {string} words */
  const say = (words) => {
    problem.textContent = words;
    problem.hidden = words === "";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!("PublicKeyCredential" in window)) {
      say(isSecureContext ? NO_PASSKEYS : NOT_HERE);
      return;
    }
    if (!("parseCreationOptionsFromJSON" in PublicKeyCredential)) {
      say(NO_PASSKEYS);
      return;
    }
    say("");
    button.setAttribute("aria-busy", "true");
    use(form)
      .catch((error) => say(inWords(error)))
      .finally(() => button.removeAttribute("aria-busy"));
  });
  form.hidden = false;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  prepare(/** @type {HTMLFormElement} */ (form));
}
