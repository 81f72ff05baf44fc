/** Defined by the build of dist/worker.js, and by no other (vite.config.ts). */
declare const READY_MADE: true | undefined;

/**
 * Whether this is the ready-made worker. But for the state page nobody can give that one options or hooks, so what only
 * they lead to is left out of it. A worker of one's own has everything.
 */
export const IS_READY_MADE = typeof READY_MADE !== 'undefined';
