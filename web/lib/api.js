// @ts-check
// The messenger's JSON calls. An answer is always a value, never an exception: status 0 means
// that none came.

/** @typedef {import('./types').Message} Message */
/** @typedef {{status: number, body: any, retryAfterS: number | null}} Answer */

/** A call without an answer for this long counts as lost. */
export const TIMEOUT_MS = 20_000;

/** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<Answer>} */
async function call(method, path, body) {
  try {
    const answer = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // A redirect leads to the sign-in page: the session has ended.
    if (answer.type === "opaqueredirect") return { status: 401, body: null, retryAfterS: null };
    const after = Number(answer.headers.get("Retry-After") ?? Number.NaN);
    return { status: answer.status, body: await answer.json().catch(() => null), retryAfterS: Number.isFinite(after) ? after : null };
  } catch {
    return { status: 0, body: null, retryAfterS: null };
  }
}

const of = (/** @type {string} */ chat) => `/app/chats/${encodeURIComponent(chat)}`;

export const api = {
  chats: () => call("GET", "/app/chats"),
  latest: (/** @type {string} */ chat) => call("GET", `${of(chat)}/messages?limit=50`),
  after: (/** @type {string} */ chat, /** @type {number} */ seq) => call("GET", `${of(chat)}/messages?after=${seq}&limit=50`),
  before: (/** @type {string} */ chat, /** @type {number} */ seq) => call("GET", `${of(chat)}/messages?before=${seq}&limit=50`),
  send: (/** @type {string} */ chat, /** @type {unknown} */ body) => call("POST", `${of(chat)}/messages`, body),
  read: (/** @type {string} */ chat, /** @type {number} */ seq) => call("POST", `${of(chat)}/read`, { seq }),
  received: (/** @type {Record<string, number>} */ chats) => call("POST", "/app/received", { chats }),
};

/** @typedef {typeof api} Api */
