/**
 * The store: what the layers above know of the disk.
 *
 * Every method is total. It answers with a value, whatever IndexedDB does; nothing that it returns is unvalidated.
 * A write counts only when its transaction is complete, and nothing but requests is awaited inside a transaction.
 */
import { Breaker } from './breaker.js';
import {
  DROPPED,
  driftOf,
  drop,
  evictTo,
  forgetSums,
  Refusal,
  purgeSome,
  totalsOf,
  touch,
  writePair,
  type Budget,
  type Replaces,
} from './changes.js';
import {
  ALL,
  Database,
  type Change,
  type Connection,
  type DatabaseOptions,
} from './database.js';
import { Lookups, type Choose, type Found } from './lookup.js';
import { decodeKeys, type Totals } from './meta.js';
import {
  FINGERPRINT,
  decodePolicy,
  idOf,
  type Draft,
  type Policy,
  type PolicyRecord,
} from './records.js';

/** Most uses noted in one transaction. */
const TOUCHED = 250;

/** What the slowest disk that counts as working writes, in bytes: large bodies have longer deadlines. */
const BYTES_PER_MS = 5_000;

/** What became of a write. */
export type Written =
  /** Both records are on disk; `record` is the policy record. */
  | { readonly is: 'stored'; readonly record: PolicyRecord }
  /** A response to a later request is stored already (FAULTS: an older answer must not replace a newer one). */
  | { readonly is: 'older' }
  /** The store did not take it: quota, a full disk, a value it cannot hold, or no store at all. */
  | { readonly is: 'refused'; readonly error: unknown };

/** The two records of every stored response, in one IndexedDB database. */
export class Store {
  /** Whether the engine takes Blobs; WebKit's private sessions do not. */
  takesBlobs = true;
  readonly #database: Database;
  readonly #lookups: Lookups;
  readonly #budget: Budget;
  readonly #writes = new Breaker();
  #turn: Promise<unknown> = Promise.resolve();
  #hasDropped: Promise<boolean> | undefined;

  constructor(options: DatabaseOptions & { readonly budget: Budget }) {
    this.#database = new Database(options);
    this.#lookups = new Lookups(this.#database);
    this.#budget = options.budget;
    this.#database.start();
  }

  /** Whether what is written now has a chance to be stored. */
  get isOpen(): boolean {
    return !this.#writes.isOpen && !this.#database.isDown;
  }

  /** Where records lie now, and when a store that failed is tried again. */
  get place(): Database['place'] {
    return this.#database.place;
  }

  /** Looks up one URL's records in one readonly transaction. */
  find(base: string, choose: Choose): Promise<Found> {
    return this.#lookups.find(base, choose);
  }

  /** Looks up the pair under one key, orphans and lone variants too. */
  findKey(key: string): Promise<Found> {
    return this.#lookups.findKey(key);
  }

  /**
   * Writes both records in one readwrite transaction, in the place of the variant they replace; `isNew`: a lookup has found
   * nothing of their URL.
   */
  async write(
    draft: Draft,
    replaces: Replaces,
    isNew = false,
  ): Promise<Written> {
    if (this.#database.isDown) return { is: 'refused', error: undefined };
    if (this.#writes.isOpen) return { is: 'refused', error: new Refusal() };
    this.#writes.begin();
    let written = await this.#tryWrite(draft, isNew ? undefined : replaces);
    // Something has been stored since.
    if (isNew && written.is === 'refused' && written.error instanceof Refusal)
      written = await this.#tryWrite(draft, replaces);
    if (written.is === 'refused')
      written = await this.#secondWrite(written, draft, replaces);
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
      await this.#evict().catch(() => undefined);
      return this.#tryWrite(draft, replaces);
    }
    const { content } = draft.body;
    if (content instanceof Blob && error instanceof Refusal) {
      const buffer = await content.arrayBuffer().catch(() => undefined);
      if (!buffer) return first;
      const body = { ...draft.body, form: 'buffer' as const, content: buffer };
      const second = await this.#tryWrite({ ...draft, body }, replaces);
      // Where bytes are refused as well, it was not the Blob.
      if (second.is === 'stored') this.takesBlobs = false;
      return second;
    }
    return first;
  }

  /** Makes room: a fifth of the stored bytes goes, the least recently used first. */
  #evict(): Promise<void> {
    return this.#change(async (transaction) => {
      const totals = await totalsOf(transaction);
      const target = { ...totals, bytes: totals.bytes * 0.8 };
      await evictTo(transaction, totals, target, this.#budget.now());
      // There is no room for new ones.
      await forgetSums(transaction);
    });
  }

  async #tryWrite(draft: Draft, replaces?: Replaces): Promise<Written> {
    try {
      const record = await this.#change(
        (transaction) => writePair(transaction, draft, replaces, this.#budget),
        draft.body.length,
      );
      return record ? { is: 'stored', record } : { is: 'older' };
    } catch (error) {
      return { is: 'refused', error };
    }
  }

  /** Rewrites the policy record of a pair whose id is still the given one; resolves to whether it did. */
  freshen(record: PolicyRecord): Promise<boolean> {
    return this.#replace('policies', record.key, record);
  }

  /** Puts a mended body in the place of a broken one, if the pair's id is still the same; resolves to whether it did. */
  mend({ key, id, length }: PolicyRecord, body: Blob): Promise<boolean> {
    const payload = { schema: FINGERPRINT, id, body };
    return this.#replace('payloads', key, payload, length);
  }

  #replace(
    half: 'policies' | 'payloads',
    key: string,
    record: { readonly id: string },
    bytes = 0,
  ): Promise<boolean> {
    return this.#change(async (transaction) => {
      const policy = await transaction.objectStore('policies').get(key);
      if (idOf(policy) !== record.id) return false;
      await transaction.objectStore(half).put(record, key);
      return true;
    }, bytes).catch(() => false);
  }

  /**
   * Drops a pair, if it is still the one with this id: a pair healed in the meantime stays. Without an id every variant
   * of the URL goes. Resolves to whether it could.
   */
  drop(key: string, id?: string): Promise<boolean> {
    const dropped = (isBare = false): Promise<boolean> =>
      this.#change((transaction) => drop(transaction, key, id, isBare));
    // What cannot be read, and a put that finds no room, abort their transaction, so there is another.
    return dropped()
      .catch(() => dropped(true))
      .catch(() => false);
  }

  /**
   * Drops every entry whose key is accepted, and adds their keys to `purged` as they may be gone; resolves to whether
   * all are.
   */
  async purge(
    accepts: (key: string) => boolean,
    purged: string[],
  ): Promise<boolean> {
    // Before it is done: what is missed meanwhile must not come from elsewhere.
    this.#hasDropped = Promise.resolve(true);
    try {
      while (
        await this.#change((transaction) =>
          purgeSome(transaction, accepts, purged),
        )
      );
      return true;
    } catch {
      return false;
    }
  }

  /** Notes when entries last answered, in milliseconds. */
  async touch(uses: ReadonlyMap<string, number>): Promise<void> {
    const left = [...uses];
    while (left.length > 0) {
      const some = left.splice(0, TOUCHED);
      await this.#change((transaction) => touch(transaction, some)).catch(
        () => undefined,
      );
    }
  }

  /** The keys that the last worker was asked for first; none when the store cannot be used. */
  async ahead(): Promise<readonly string[]> {
    const [keys] = await this.#get('meta', ['ahead']).catch(() => []);
    return decodeKeys(keys);
  }

  /** Keeps the keys that this worker was asked for first. */
  saveAhead(keys: readonly string[]): Promise<void> {
    return this.#saveHint(keys, 'ahead');
  }

  /** Whether anything was ever dropped on demand; the store is asked once, and again after forgetDropped(). */
  hasDropped(): Promise<boolean> {
    return (this.#hasDropped ??= this.#get('meta', [DROPPED]).then(
      ([value]) => value === true,
      () => {
        this.forgetDropped();
        return false;
      },
    ));
  }

  /** Lets the store be asked again: it could not be read, or somebody else changed it. */
  forgetDropped(): void {
    this.#hasDropped = undefined;
  }

  /** Notes that something was dropped on demand. */
  noteDropped(): Promise<void> {
    this.#hasDropped = Promise.resolve(true);
    return this.#saveHint(true, DROPPED);
  }

  async #saveHint(value: unknown, name: string): Promise<void> {
    await this.#change((transaction) =>
      transaction.objectStore('meta').put(value, name),
    ).catch(() => undefined);
  }

  /** The stored bytes and entries, or undefined when the store cannot be used. */
  async totals(): Promise<Totals | undefined> {
    return this.#change(totalsOf).catch(() => undefined);
  }

  /** Keys of either half after `after`, in order, at most `count`; undefined when the store cannot be read. */
  async keys(
    after: string | undefined,
    count: number,
  ): Promise<string[] | undefined> {
    const range = textsAfter(after);
    return this.#database
      .run(async (connection) => {
        const transaction = connection.transaction(['policies', 'payloads']);
        const halves = await Promise.all([
          transaction.objectStore('policies').getAllKeys(range, count),
          transaction.objectStore('payloads').getAllKeys(range, count),
        ]);
        return [...new Set(halves.flat())].sort(byKey).slice(0, count);
      })
      .catch(() => undefined);
  }

  /** Counts what is stored, and resolves to how far the kept sums are off. Lookups go on meanwhile. */
  async recount(): Promise<Totals | undefined> {
    try {
      const drift = await this.#database.run((connection) =>
        driftOf(connection.transaction(ALL)),
      );
      // They may have changed since, or been mended: the next write counts anew.
      if (drift.bytes || drift.entries) await this.#change(forgetSums);
      return drift;
    } catch {
      return undefined;
    }
  }

  /** The policies under the given keys; those that cannot be read or decoded are left out. */
  async policies(keys: readonly string[]): Promise<Policy[]> {
    try {
      const values = await this.#get('policies', keys);
      return keys.flatMap((key, at) => {
        const policy = decodePolicy(values[at], key);
        return 'is' in policy ? [] : [policy];
      });
    } catch {
      // What cannot be read takes its transaction with it.
      if (keys.length < 2) return [];
      const each = await Promise.all(keys.map((key) => this.policies([key])));
      return each.flat();
    }
  }

  /** The values under the given keys, in one transaction. */
  #get(half: 'policies' | 'meta', keys: readonly string[]): Promise<unknown[]> {
    return this.#database.run((connection) => {
      const { store } = connection.transaction(half);
      return Promise.all(keys.map((key) => store.get(key)));
    });
  }

  /** Closes the database for good. */
  close(): void {
    this.#database.close();
  }

  /** Closes and deletes the database; rejects with a StoreError. */
  destroy(): Promise<void> {
    return this.#database.destroy();
  }

  /**
   * One readwrite transaction over all stores, which takes `bytes` to the disk; rejects unless it is complete. They go one
   * by one, as IndexedDB runs them anyway: a deadline then measures a transaction and not the queue before it, and lookups
   * find their way in between.
   */
  #change<T>(work: (transaction: Change) => Promise<T>, bytes = 0): Promise<T> {
    const result = this.#turn.then(() => this.#transact(work, bytes));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #transact<T>(
    work: (transaction: Change) => Promise<T>,
    bytes: number,
  ): Promise<T> {
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
    }, bytes / BYTES_PER_MS);
  }
}

/** Why a transaction failed: its own error names the quota where the request's names only the abort. */
async function reasonOf(transaction: Change): Promise<unknown> {
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

/** Keys that are strings, as ours are: between numbers and dates on one side, and bytes on the other. */
const textsAfter = (after: string | undefined): IDBKeyRange =>
  IDBKeyRange.bound(after ?? '', new ArrayBuffer(0), after !== undefined, true);

// As IndexedDB orders strings: by code units.
const byKey = (a: string, b: string): number => (a < b ? -1 : 1);

/** Whether the browser's quota is what refused a write. */
export const isQuota = (error: unknown): boolean =>
  error instanceof Error && error.name === 'QuotaExceededError';
