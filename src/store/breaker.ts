/**
 * Keeps a broken store from being asked again and again: after a failure no call is made for a while, then one call
 * tries; each further failure waits longer. It lives as long as the worker: a new worker tries at once.
 */

/** How long the breaker stays open after the first, second, ... failure in a row, in milliseconds. */
const PAUSES_MS = [1_000, 5_000, 30_000] as const;
const LONGEST_MS = 300_000;

/** A circuit breaker with back-off; `now` gives milliseconds and may be any steady clock. */
export class Breaker {
  readonly #now: () => number;
  #failures = 0;
  #until = 0;
  #trying = false;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether calls fail at once now: true until the pause is over, and while one call is trying. */
  get isOpen(): boolean {
    return this.#trying || this.waitMs > 0;
  }

  /** How long the pause still lasts, in milliseconds. */
  get waitMs(): number {
    return Math.max(0, this.#until - this.#now());
  }

  /** Says that a call begins; after a failure it is the only one until it ends. */
  begin(): void {
    this.#trying = this.#failures > 0;
  }

  /** Says that a call ended without a verdict: it is tried again. */
  release(): void {
    this.#trying = false;
  }

  /** Says that a call ended well; true when the call before it had failed. */
  succeed(): boolean {
    const recovered = this.#failures > 0;
    this.#failures = this.#until = 0;
    this.#trying = false;
    return recovered;
  }

  /** Says that a call failed; true when the call before it had not. Calls that fail together count as one. */
  fail(): boolean {
    if (this.waitMs > 0) return false;
    const first = this.#failures === 0;
    const pause = PAUSES_MS[this.#failures] ?? LONGEST_MS;
    this.#failures++;
    this.#until = this.#now() + pause;
    this.#trying = false;
    return first;
  }
}
