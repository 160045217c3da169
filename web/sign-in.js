// @ts-check
// Passkeys. The buttons appear only where passkeys can work; errors are said in words.

import { creationOptions, credentialJson, requestOptions } from "./lib/webauthn.js";

/** @param {string} path @param {unknown} body */
async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
  });
  const json = await answer.json().catch(() => null);
  if (answer.ok && json) return json;
  const { message, hint } = json?.error ?? {};
  throw new Error([message ?? "The exchange did not answer as expected.", hint].filter(Boolean).join(" "));
}

async function register() {
  const start = await post("/sign-in/passkey/register/start", {});
  const credential = await navigator.credentials.create({ publicKey: creationOptions(start.publicKey) });
  return post("/sign-in/passkey/register/finish", credentialJson(credential));
}

async function login() {
  const start = await post("/sign-in/passkey/login/start", {});
  const credential = await navigator.credentials.get({ publicKey: requestOptions(start.publicKey) });
  return post("/sign-in/passkey/login/finish", credentialJson(credential));
}

/** What to tell a person about an error. @param {unknown} error */
function inWords(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "That was cancelled, or it took too long. Nothing has changed; you can try again.";
  if (name === "InvalidStateError") return "This device already has a passkey here. Use “Sign in with a passkey”.";
  if (name === "SecurityError") return "Passkeys do not work at this address. The exchange must be opened by its own name, over https or on this computer.";
  if (name === "TypeError") return "The exchange could not be reached. Try again.";
  return error instanceof Error && error.message ? error.message : "It did not work. Try again.";
}

/** An element that says errors: the page's own, or one made here. @param {Element} after */
function errorElement(after) {
  const own = document.getElementById("passkey-error");
  if (own) return own;
  const made = document.createElement("p");
  made.className = "error-text";
  made.setAttribute("role", "alert");
  after.after(made);
  return made;
}

/** @param {string} id @param {() => Promise<any>} run */
function enable(id, run) {
  const button = document.getElementById(id);
  if (!(button instanceof HTMLButtonElement)) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const errors = errorElement(button);
    errors.textContent = "";
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      const { next } = await run();
      // Only a path of our own, whatever the answer says.
      location.assign(typeof next === "string" && /^\/(?![/\\])/u.test(next) ? next : "/chats");
    } catch (error) {
      errors.textContent = inWords(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

const isPossible = Boolean(window.PublicKeyCredential) && isSecureContext;
for (const id of ["passkey-register", "passkey-login"]) {
  const button = document.getElementById(id);
  if (button) button.hidden = !isPossible;
}
if (isPossible) {
  document.getElementById("passkey")?.removeAttribute("hidden");
  enable("passkey-register", register);
  enable("passkey-login", login);
}
