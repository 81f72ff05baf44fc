/**
 * The memory tier: entries whose bytes were verified once in this worker's life, answered without asking the disk.
 *
 * A small body is kept as its bytes, outside the JavaScript heap, and counts in full; the database's own Blob handle holds
 * no bytes and counts as an entry only.
 */
import type { Entry } from './records.js';
import { baseOf } from './variant.js';

/** What one entry costs beside its body, in bytes: headers, policy and handles, roughly. */
const ENTRY_BYTES = 2048;

/** Verified entries by URL, the least recently used forgotten first. */
export class Memory {
  /** The variants of each URL, the URL that was used last at the end. */
  readonly #held = new Map<string, readonly Entry[]>();
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  #bytes = 0;

  constructor(maxBytes: number, maxEntries: number) {
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
  }

  /** The URLs held now. */
  get size(): number {
    return this.#held.size;
  }

  /** What is held now, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The entries of one URL that were verified in this worker's life. */
  entries(base: string): readonly Entry[] {
    const entries = this.#held.get(base);
    if (!entries) return [];
    this.#held.delete(base);
    this.#held.set(base, entries);
    return entries;
  }

  /** Keeps a verified entry, in the place of the one with the same key. */
  remember(entry: Entry): void {
    if (this.#maxBytes === 0) return;
    const { key } = entry.record;
    this.forget(key);
    const base = baseOf(key);
    this.#hold(base, [...this.entries(base), entry]);
    for (const oldest of this.#held.keys()) {
      const isWithin =
        this.#bytes <= this.#maxBytes && this.#held.size <= this.#maxEntries;
      if (isWithin) return;
      this.forgetAll(oldest);
    }
  }

  /** Forgets the entry with this key, or only the one with this id. */
  forget(key: string, id?: string): void {
    const base = baseOf(key);
    const kept = this.#held
      .get(base)
      ?.filter(
        ({ record }) =>
          record.key !== key || (id !== undefined && record.id !== id),
      );
    if (kept) this.#hold(base, kept);
  }

  /** Forgets every variant of one URL. */
  forgetAll(base: string): void {
    this.#hold(base, []);
  }

  /** Forgets every URL that is accepted. */
  forgetWhere(accepts: (base: string) => boolean): void {
    for (const base of [...this.#held.keys()])
      if (accepts(base)) this.forgetAll(base);
  }

  /** Forgets everything. */
  clear(): void {
    this.#held.clear();
    this.#bytes = 0;
  }

  /** Holds these entries of a URL and no others. */
  #hold(base: string, entries: readonly Entry[]): void {
    this.#bytes += costOf(entries) - costOf(this.#held.get(base) ?? []);
    if (entries.length > 0) this.#held.set(base, entries);
    else this.#held.delete(base);
  }
}

const costOf = (entries: readonly Entry[]): number =>
  entries.reduce(
    (sum, { record }) =>
      sum + ENTRY_BYTES + (record.form === 'buffer' ? record.length : 0),
    0,
  );
