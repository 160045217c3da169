// @ts-check
// WebAuthn's JSON to what the browser's calls take, and back; by the browser itself where it can.

import { fromBase64url, toBase64url } from "./base64url.js";

/** Options for `navigator.credentials.create`. @param {any} json @returns {PublicKeyCredentialCreationOptions} */
export function creationOptions(json) {
  const native = /** @type {any} */ (globalThis.PublicKeyCredential)?.parseCreationOptionsFromJSON;
  if (native) return native.call(PublicKeyCredential, json);
  return {
    ...json,
    challenge: fromBase64url(json.challenge),
    user: { ...json.user, id: fromBase64url(json.user.id) },
    excludeCredentials: (json.excludeCredentials ?? []).map(descriptor),
  };
}

/** Options for `navigator.credentials.get`. @param {any} json @returns {PublicKeyCredentialRequestOptions} */
export function requestOptions(json) {
  const native = /** @type {any} */ (globalThis.PublicKeyCredential)?.parseRequestOptionsFromJSON;
  if (native) return native.call(PublicKeyCredential, json);
  return { ...json, challenge: fromBase64url(json.challenge), allowCredentials: (json.allowCredentials ?? []).map(descriptor) };
}

/** @param {any} json */
const descriptor = (json) => ({ ...json, id: fromBase64url(json.id) });

/** A credential as JSON, for `finish`. @param {any} credential */
export function credentialJson(credential) {
  if (typeof credential.toJSON === "function") return credential.toJSON();
  const { response } = credential;
  /** @type {Record<string, unknown>} */
  const answer = { clientDataJSON: toBase64url(response.clientDataJSON) };
  for (const field of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[field]) answer[field] = toBase64url(response[field]);
  }
  if (response.getTransports) answer.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: toBase64url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults?.() ?? {},
    response: answer,
  };
}
