/**
 * The store: what the layers above know of the disk.
 *
 * Every method is total. It answers with a value, whatever IndexedDB does; nothing that it returns is unvalidated.
 * A write counts only when its transaction is complete, and nothing but requests is awaited inside a transaction.
 */
import type { IDBPTransaction } from 'idb';
import { Breaker } from './breaker.js';
import {
  Database,
  type Connection,
  type Schema,
  type StateListener,
} from './database.js';
import { keysOf, Lookups, type Choose, type Found } from './lookup.js';
import {
  decodePolicy,
  decodeTotals,
  idOf,
  lengthOf,
  sealPolicy,
  FINGERPRINT,
  type Draft,
  type Policy,
  type PolicyRecord,
  type Totals,
} from './records.js';

/** What became of a write. */
export type Written =
  /** Both records are on disk; `record` is the policy record. */
  | { readonly is: 'stored'; readonly record: PolicyRecord }
  /** A response to a later request is stored already (FAULTS: an older answer must not replace a newer one). */
  | { readonly is: 'older' }
  /** The store did not take it: quota, a full disk, a value it cannot hold, or no store at all. */
  | { readonly is: 'refused'; readonly error: unknown };

/** How much may be stored. */
export interface Budget {
  /** Sum of all bodies, in bytes. */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** Finds the stored variant that a draft replaces. */
export type Replaces = (policy: Policy) => boolean;

const ALL = ['policies', 'payloads', 'meta'] as const;
type Write = IDBPTransaction<Schema, typeof ALL, 'readwrite'>;

/** The part of the budget that an eviction keeps, so that the next writes need none. */
const KEPT = 0.9;

/** Most variants of one URL; the least recently used one makes room. */
const MAX_VARIANTS = 16;

/** The two records of every stored response, in one IndexedDB database. */
export class Store {
  readonly #database: Database;
  readonly #lookups: Lookups;
  readonly #budget: Budget;
  readonly #writes = new Breaker();
  #takesBlobs = true;

  constructor(options: {
    name: string;
    deadlineMs: number;
    budget: Budget;
    onState: StateListener;
    onLost: () => void;
  }) {
    this.#database = new Database(options);
    this.#lookups = new Lookups(this.#database);
    this.#budget = options.budget;
    this.#database.start();
  }

  /** Whether the engine takes Blobs; WebKit's private sessions do not. */
  get takesBlobs(): boolean {
    return this.#takesBlobs;
  }

  /** Whether every call fails at once now. */
  get isDown(): boolean {
    return this.#database.isDown;
  }

  /** Looks up one URL's records in one readonly transaction. */
  find(base: string, choose: Choose): Promise<Found> {
    return this.#lookups.find(base, choose);
  }

  /** Writes both records in one readwrite transaction, in the place of the variant they replace. */
  async write(draft: Draft, replaces: Replaces): Promise<Written> {
    if (this.#writes.isOpen || this.isDown)
      return { is: 'refused', error: undefined };
    this.#writes.begin();
    const first = await this.#tryWrite(draft, replaces);
    if (first.is !== 'refused') return this.#noteWrite(first);
    const second = await this.#secondWrite(first, draft, replaces);
    return this.#noteWrite(second);
  }

  #noteWrite(written: Written): Written {
    if (written.is === 'refused') this.#writes.fail();
    else this.#writes.succeed();
    return written;
  }

  /** What one more try may mend: no room (evict), or an engine that takes no Blobs (store bytes). */
  async #secondWrite(
    first: Written & { is: 'refused' },
    draft: Draft,
    replaces: Replaces,
  ): Promise<Written> {
    const { error } = first;
    if (isQuota(error)) {
      await this.evict(0.8);
      return this.#tryWrite(draft, replaces);
    }
    const { content } = draft.body;
    if (content instanceof Blob && error instanceof Refusal) {
      const buffer = await content.arrayBuffer().catch(() => undefined);
      if (!buffer) return first;
      const body = { ...draft.body, form: 'buffer' as const, content: buffer };
      const second = await this.#tryWrite({ ...draft, body }, replaces);
      // Where bytes are refused as well, it was not the Blob.
      if (second.is === 'stored') this.#takesBlobs = false;
      return second;
    }
    return first;
  }

  async #tryWrite(draft: Draft, replaces: Replaces): Promise<Written> {
    try {
      return await this.#change((transaction) =>
        this.#writePair(transaction, draft, replaces),
      );
    } catch (error) {
      return { is: 'refused', error };
    }
  }

  async #writePair(
    transaction: Write,
    draft: Draft,
    replaces: Replaces,
  ): Promise<Written> {
    const variants = await variantsOf(transaction, draft.base);
    const old = variants.find(({ policy }) => policy && replaces(policy));
    const oldPolicy = old?.policy;
    if (oldPolicy && oldPolicy.requestTime > draft.requestTime)
      return { is: 'older' };
    const key = old?.key ?? freeKey(draft.base, variants);
    const record = sealPolicy(draft, key);
    const payload = {
      schema: FINGERPRINT,
      id: record.id,
      body: draft.body.content,
    };
    const totals = await totalsOf(transaction);
    const replaced = variants.find((variant) => variant.key === key);
    await Promise.all([
      accepted(transaction.objectStore('policies').put(record, key)),
      accepted(transaction.objectStore('payloads').put(payload, key)),
      this.#settle(
        transaction,
        {
          bytes: totals.bytes + record.length - (replaced?.length ?? 0),
          entries: totals.entries + (replaced ? 0 : 1),
        },
        key,
      ),
    ]);
    return { is: 'stored', record };
  }

  /** Writes the new totals, and makes room first when they are above the budget. */
  async #settle(
    transaction: Write,
    totals: Totals,
    keep?: string,
    share = KEPT,
  ): Promise<void> {
    const { maxBytes, maxEntries } = this.#budget;
    const full = totals.bytes > maxBytes || totals.entries > maxEntries;
    const target =
      share < KEPT
        ? { bytes: totals.bytes * share, entries: totals.entries }
        : { bytes: maxBytes * share, entries: Math.ceil(maxEntries * share) };
    const left =
      full || share < KEPT
        ? await evictTo(transaction, totals, target, keep)
        : totals;
    await transaction.objectStore('meta').put(left, 'totals');
  }

  /** Drops the least recently used entries until this share of the stored bytes is left; never rejects. */
  async evict(share: number): Promise<void> {
    await this.#change(async (transaction) => {
      await this.#settle(
        transaction,
        await totalsOf(transaction),
        undefined,
        share,
      );
    }).catch(() => undefined);
  }

  /** Rewrites the policy record of a pair whose id is still the given one; resolves to whether it did. */
  async freshen(record: PolicyRecord): Promise<boolean> {
    return this.#change(async (transaction) => {
      const policies = transaction.objectStore('policies');
      if (idOf(await policies.get(record.key)) !== record.id) return false;
      await policies.put(record, record.key);
      return true;
    }).catch(() => false);
  }

  /**
   * Drops a pair, if it is still the one with this id: a pair healed in the meantime stays. Without an id every variant
   * of the URL goes. Resolves to whether it could.
   */
  drop(key: string, id?: string): Promise<boolean> {
    if (id !== undefined)
      return this.#change((transaction) =>
        dropPair(transaction, key, id),
      ).catch(() => false);
    // What cannot be read aborts its transaction, so it is deleted unread, in another.
    return this.#change((transaction) => dropVariants(transaction, key)).catch(
      () =>
        this.#change((transaction) => dropUnread(transaction, key)).catch(
          () => false,
        ),
    );
  }

  /** Drops every entry whose key is accepted; resolves to their number, 0 when the store cannot be used. */
  async purge(accepts: (key: string) => boolean): Promise<number> {
    return this.#change(async (transaction) => {
      const policies = transaction.objectStore('policies');
      const payloads = transaction.objectStore('payloads');
      const [held, orphans] = await Promise.all([
        policies.getAllKeys(),
        payloads.getAllKeys(),
      ]);
      const keys = held.filter(accepts);
      const all = new Set([...keys, ...orphans.filter(accepts)]);
      await Promise.all(
        [...all].flatMap((key) => [policies.delete(key), payloads.delete(key)]),
      );
      if (all.size > 0) await transaction.objectStore('meta').delete('totals');
      return keys.length;
    }).catch(() => 0);
  }

  /** Notes when entries last answered, in milliseconds. */
  async touch(uses: ReadonlyMap<string, number>): Promise<void> {
    await this.#change(async (transaction) => {
      const policies = transaction.objectStore('policies');
      for (const [key, used] of uses) {
        const policy = decodePolicy(await policies.get(key), key);
        if ('is' in policy) continue;
        await policies.put({ ...policy.record, used }, key);
      }
    }).catch(() => undefined);
  }

  /** The stored bytes and entries, or undefined when the store cannot be used. */
  async totals(): Promise<Totals | undefined> {
    return this.#change(totalsOf).catch(() => undefined);
  }

  /** Keys after `after`, in order, at most `count`; undefined when the store cannot be used. */
  async keys(after: string | undefined, count: number): Promise<string[]> {
    return this.#database
      .run((connection) =>
        connection.getAllKeys(
          'policies',
          after === undefined ? null : IDBKeyRange.lowerBound(after, true),
          count,
        ),
      )
      .catch(() => []);
  }

  /** Keys of either half after `after`, in order, at most `count`; undefined when the store cannot be read. */
  async allKeys(
    after: string | undefined,
    count: number,
  ): Promise<string[] | undefined> {
    const range =
      after === undefined ? null : IDBKeyRange.lowerBound(after, true);
    try {
      return await this.#database.run(async (connection) => {
        const halves = await Promise.all([
          connection.getAllKeys('policies', range, count),
          connection.getAllKeys('payloads', range, count),
        ]);
        return [...new Set(halves.flat())].sort(byKey).slice(0, count);
      });
    } catch {
      return undefined;
    }
  }

  /** Counts what is stored, corrects the kept sums, and resolves to how far they were off. */
  async recount(): Promise<Totals | undefined> {
    return this.#change(async (transaction) => {
      const meta = transaction.objectStore('meta');
      const kept = decodeTotals(await meta.get('totals'));
      const counted = await count(transaction);
      await meta.put(counted, 'totals');
      return {
        bytes: (kept?.bytes ?? 0) - counted.bytes,
        entries: (kept?.entries ?? 0) - counted.entries,
      };
    }).catch(() => undefined);
  }

  /** The policies under the given keys; those that cannot be read or decoded are left out. */
  async policies(keys: readonly string[]): Promise<Policy[]> {
    const read = await Promise.all(
      keys.map((key) =>
        this.#database
          .run((connection) => connection.get('policies', key))
          .then((value) => decodePolicy(value, key))
          .catch(() => undefined),
      ),
    );
    return read.flatMap((policy) =>
      policy === undefined || 'is' in policy ? [] : [policy],
    );
  }

  /** Closes the database for good. */
  close(): void {
    this.#database.close();
  }

  /** Closes and deletes the database; rejects with a StoreError. */
  destroy(): Promise<void> {
    return this.#database.destroy();
  }

  /** One readwrite transaction over all stores; rejects unless it is complete. */
  #change<T>(work: (transaction: Write) => Promise<T>): Promise<T> {
    return this.#database.run(async (connection: Connection) => {
      const transaction = connection.transaction(ALL, 'readwrite', {
        durability: 'relaxed',
      });
      // Each request's own rejection is the transaction's as well; one of the two is enough.
      transaction.done.catch(() => undefined);
      try {
        const value = await work(transaction);
        await transaction.done;
        return value;
      } catch (error) {
        throw (await reasonOf(transaction)) ?? error;
      }
    });
  }
}

async function dropPair(
  transaction: Write,
  key: string,
  id: string,
): Promise<boolean> {
  const policies = transaction.objectStore('policies');
  const stored: unknown = await policies.get(key);
  if (stored !== undefined && idOf(stored) !== id) return false;
  const { bytes, entries } = await totalsOf(transaction);
  const left = {
    bytes: Math.max(0, bytes - lengthOf(stored)),
    entries: Math.max(0, entries - 1),
  };
  await Promise.all([
    policies.delete(key),
    transaction.objectStore('payloads').delete(key),
    transaction.objectStore('meta').put(left, 'totals'),
  ]);
  return true;
}

async function dropVariants(
  transaction: Write,
  base: string,
): Promise<boolean> {
  const variants = await variantsOf(transaction, base);
  const { bytes, entries } = await totalsOf(transaction);
  const dropped = variants.reduce((sum, { length }) => sum + length, 0);
  const left = {
    bytes: Math.max(0, bytes - dropped),
    entries: Math.max(0, entries - variants.length),
  };
  await Promise.all([
    transaction.objectStore('policies').delete(keysOf(base)),
    transaction.objectStore('payloads').delete(keysOf(base)),
    transaction.objectStore('meta').put(left, 'totals'),
  ]);
  return true;
}

async function dropUnread(transaction: Write, base: string): Promise<boolean> {
  await Promise.all([
    transaction.objectStore('policies').delete(keysOf(base)),
    transaction.objectStore('payloads').delete(keysOf(base)),
    transaction.objectStore('meta').delete('totals'),
  ]);
  return true;
}

/** Why a transaction failed: its own error names the quota where the request's names only the abort. */
async function reasonOf(transaction: Write): Promise<unknown> {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
  const reason: unknown = await transaction.done.catch(
    (error: unknown) => error,
  );
  return isQuota(reason) ? reason : undefined;
}

/** A value that a healthy store did not take; nothing is wrong with the connection. */
class Refusal extends Error {}

/** Tells a put that is refused from one that dies with its transaction. */
const accepted = (put: Promise<unknown>): Promise<unknown> =>
  put.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError')
      throw error;
    throw new Refusal('the value was not stored', { cause: error });
  });

// As IndexedDB orders strings: by code units.
const byKey = (a: string, b: string): number => (a < b ? -1 : 1);

const isQuota = (error: unknown): boolean =>
  error instanceof Error || error instanceof DOMException
    ? error.name === 'QuotaExceededError'
    : false;

interface Variant {
  readonly key: string;
  readonly length: number;
  readonly used: number;
  /** Absent when the record is broken: it is replaced, not read. */
  readonly policy: Policy | undefined;
}

async function variantsOf(
  transaction: Write,
  base: string,
): Promise<Variant[]> {
  const policies = transaction.objectStore('policies');
  const [keys, values] = await Promise.all([
    policies.getAllKeys(keysOf(base)),
    policies.getAll(keysOf(base)),
  ]);
  return keys.map((key, at) => {
    const decoded = decodePolicy(values[at], key);
    const policy = 'is' in decoded ? undefined : decoded;
    return {
      key,
      policy,
      length: lengthOf(values[at]),
      used: policy?.record.used ?? 0,
    };
  });
}

/** A key of this URL that is free, or whose record is broken, or whose variant was used longest ago. */
function freeKey(base: string, variants: readonly Variant[]): string {
  const taken = new Map(variants.map((variant) => [variant.key, variant]));
  for (let n = 1; n <= MAX_VARIANTS; n++) {
    const key = n === 1 ? base : `${base} #${n}`;
    if (!taken.get(key)?.policy) return key;
  }
  return variants.reduce((a, b) => (b.used < a.used ? b : a)).key;
}

async function totalsOf(transaction: Write): Promise<Totals> {
  const known = decodeTotals(
    await transaction.objectStore('meta').get('totals'),
  );
  return known ?? (await count(transaction));
}

/** Counts what is stored, record by record: after a crash, a blind drop or damage to the totals. */
async function count(transaction: Write): Promise<Totals> {
  let bytes = 0;
  let entries = 0;
  for await (const cursor of transaction.objectStore('policies').iterate()) {
    bytes += lengthOf(cursor.value);
    entries++;
  }
  return { bytes, entries };
}

async function evictTo(
  transaction: Write,
  totals: Totals,
  target: Totals,
  keep?: string,
): Promise<Totals> {
  let { bytes, entries } = totals;
  const payloads = transaction.objectStore('payloads');
  const oldest = transaction.objectStore('policies').index('used').iterate();
  for await (const cursor of oldest) {
    if (bytes <= target.bytes && entries <= target.entries) break;
    if (cursor.primaryKey === keep) continue;
    bytes -= lengthOf(cursor.value);
    entries--;
    await Promise.all([cursor.delete(), payloads.delete(cursor.primaryKey)]);
  }
  return { bytes: Math.max(0, bytes), entries: Math.max(0, entries) };
}
