// @ts-check
// What the browser keeps for a person: drafts and unsent messages. Every key begins the same,
// so that one call clears all of it (deletion of the account, signing out).

/** @typedef {import('./types').Store} Store */

export const PREFIX = "strowger:";

/** Every key of ours, in no order. @param {Store} store @returns {string[]} */
export function keys(store, prefix = PREFIX) {
  const found = [];
  for (let i = 0; i < store.length; i += 1) {
    const key = store.key(i);
    if (key?.startsWith(prefix)) found.push(key);
  }
  return found;
}

/** Removes everything we keep and nothing else. @param {Store} store */
export function clear(store) {
  for (const key of keys(store)) store.removeItem(key);
}

/** @param {Store} store @param {string} chat @returns {string} */
export function draft(store, chat) {
  return store.getItem(`${PREFIX}draft:${chat}`) ?? "";
}

/** An empty draft leaves nothing behind. @param {Store} store @param {string} chat @param {string} text */
export function keepDraft(store, chat, text) {
  const key = `${PREFIX}draft:${chat}`;
  if (text === "") return store.removeItem(key);
  try {
    store.setItem(key, text);
  } catch {
    // The browser's store is full: a draft is a comfort, losing it is not an error.
  }
}

/** A store for browsers that refuse theirs: lives as long as the page. @returns {Store} */
export function memoryStore() {
  /** @type {Map<string, string>} */
  const held = new Map();
  return {
    get length() { return held.size; },
    key: (i) => [...held.keys()][i] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => { held.set(key, String(value)); },
    removeItem: (key) => { held.delete(key); },
  };
}

/** `localStorage`, or a stand-in where it is switched off. @returns {Store} */
export function browserStore() {
  try {
    const probe = `${PREFIX}probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return memoryStore();
  }
}
