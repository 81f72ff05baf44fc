/** When entries last answered: known at once, and written down behind an answer that waits for the store anyway. */
import type { PolicyRecord } from '../store/records.js';
import type { Store } from '../store/store.js';
import { Recent } from './recent.js';

// Five hundred uses in its log make Chromium 156 open the database in 7 ms, not 3.
/** How exactly the last use of an entry is written down, in milliseconds. */
const STEP_MS = 3_600_000;

/** Most entries whose last use is known. */
const MOST = 4_096;

/** The last uses of the entries of one cache. */
export class Uses {
  /** By key, in milliseconds; then as far as they are to be written down, and as far as they have been. */
  readonly last = new Recent<number>(MOST);
  readonly #unwritten = new Map<string, number>();
  readonly #written = new Recent<number>(MOST);
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Notes that an entry answered now, in milliseconds. */
  note({ key, used }: PolicyRecord, now: number): void {
    this.last.set(key, now);
    // One in the future is of a clock that was set back.
    const sinceThen = Math.abs(now - (this.#written.get(key) ?? used));
    if (sinceThen <= STEP_MS) return;
    this.#written.set(key, now);
    this.#unwritten.set(key, now);
  }

  /** Writes down what is to be. */
  async write(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    const uses = new Map(this.#unwritten);
    this.#unwritten.clear();
    await this.#store.touch(uses);
  }
}
