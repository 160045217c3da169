// Waiting for a thing, with a deadline. Nothing here waits for time to pass.

/** How long anything may take that a person would wait for. */
export const DEADLINE_MS = 15_000;
const POLL_MS = 20;

/**
 * Asks until the answer is truthy, and returns it.
 * @template T
 * @param {string} what said when the deadline passes
 * @param {() => T | Promise<T>} probe
 * @param {number} [deadlineMs]
 * @returns {Promise<T>}
 */
export async function until(what, probe, deadlineMs = DEADLINE_MS) {
  const end = performance.now() + deadlineMs;
  let last = /** @type {unknown} */ (undefined);
  for (;;) {
    try {
      const answer = await probe();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms for ${what}; last: ${String(last)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
