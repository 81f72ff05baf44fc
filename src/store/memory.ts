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

interface Slot {
  readonly entries: Entry[];
  bytes: number;
}

/** Verified entries by URL, the least recently used forgotten first. */
export class Memory {
  readonly #slots = new Map<string, Slot>();
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  #bytes = 0;

  constructor(maxBytes: number, maxEntries: number) {
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
  }

  /** The URLs held now. */
  get size(): number {
    return this.#slots.size;
  }

  /** What is held now, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The entries of one URL that were verified in this worker's life. */
  entries(base: string): readonly Entry[] {
    const slot = this.#slots.get(base);
    if (!slot) return [];
    this.#slots.delete(base);
    this.#slots.set(base, slot);
    return slot.entries;
  }

  /** Keeps a verified entry, in the place of the one with the same key. */
  remember(entry: Entry): void {
    if (this.#maxBytes === 0) return;
    const { key } = entry.record;
    this.forget(key);
    const base = baseOf(key);
    const slot = this.#slots.get(base) ?? { entries: [], bytes: 0 };
    const bytes = costOf(entry);
    slot.entries.push(entry);
    slot.bytes += bytes;
    this.#bytes += bytes;
    this.#slots.delete(base);
    this.#slots.set(base, slot);
    this.#shrink();
  }

  /** Forgets the entry with this key, or only the one with this id. */
  forget(key: string, id?: string): void {
    const base = baseOf(key);
    const slot = this.#slots.get(base);
    const entry = slot?.entries.find(({ record }) => record.key === key);
    if (!slot || !entry) return;
    if (id !== undefined && entry.record.id !== id) return;
    slot.entries.splice(slot.entries.indexOf(entry), 1);
    slot.bytes -= costOf(entry);
    this.#bytes -= costOf(entry);
    if (slot.entries.length === 0) this.#slots.delete(base);
  }

  /** Forgets every variant of one URL. */
  forgetAll(base: string): void {
    const slot = this.#slots.get(base);
    if (!slot) return;
    this.#slots.delete(base);
    this.#bytes -= slot.bytes;
  }

  /** Forgets every URL that is accepted. */
  forgetWhere(accepts: (base: string) => boolean): void {
    for (const base of [...this.#slots.keys()])
      if (accepts(base)) this.forgetAll(base);
  }

  /** Forgets everything. */
  clear(): void {
    this.#slots.clear();
    this.#bytes = 0;
  }

  #shrink(): void {
    for (const base of this.#slots.keys()) {
      const within =
        this.#bytes <= this.#maxBytes && this.#slots.size <= this.#maxEntries;
      if (within) return;
      this.forgetAll(base);
    }
  }
}

const costOf = ({ record }: Entry): number =>
  ENTRY_BYTES + (record.form === 'buffer' ? record.length : 0);
