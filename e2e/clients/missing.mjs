// What is known not to work yet, as `feature` (with every client) or `client: feature`. Such a
// failure is reported and does not fail the run; one that works after all does, so that this list
// stays true. It is to be empty.

/** @type {string[]} */
export const MISSING = [];
