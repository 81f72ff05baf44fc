import { openDB, type IDBPDatabase, type IDBPTransaction } from 'idb';

/** The database whose records are damaged: `HealingCacheOptions.cacheName`, by default `mendbox`. */
export const CACHE_NAME = 'mendbox';

/** Both halves of one stored response as IndexedDB hands them out; an absent half is `undefined`. */
export interface StoredPair {
  /** The key of both records. */
  readonly key: string;
  readonly policy: unknown;
  readonly payload: unknown;
}

const HALVES = ['policies', 'payloads'] as const;

/**
 * Lets a transaction abort in silence: idb makes `done` for each one, whether anybody waits for it or not, and the
 * requests or the open tell the failure.
 */
export function tolerateAbort({ done }: { done: Promise<void> }): void {
  done.catch(() => undefined);
}

/** Begins a transaction over both stores. */
export function begin<Mode extends 'readonly' | 'readwrite'>(
  database: IDBPDatabase,
  mode: Mode,
): IDBPTransaction<unknown, ('policies' | 'payloads')[], Mode> {
  const transaction = database.transaction([...HALVES], mode);
  tolerateAbort(transaction);
  return transaction;
}

/**
 * Opens a database that is there already, as a second connection beside the cache's own; it is never created, for an
 * empty one would be a fault of its own.
 */
async function openExisting(name: string): Promise<IDBPDatabase> {
  let isMissing = false;
  try {
    return await openDB(name, undefined, {
      upgrade(_database, _oldVersion, _newVersion, transaction) {
        isMissing = true;
        tolerateAbort(transaction);
        transaction.abort();
      },
      // Another test deletes or upgrades it: do not stand in the way.
      blocking(_currentVersion, _blockedVersion, event) {
        (event.target as IDBDatabase).close();
      },
    });
  } catch (error) {
    if (!isMissing) throw error;
    throw new Error(`mendbox: there is no database named ${name}`, {
      cause: error,
    });
  }
}

/** Opens the database, gives it to `work`, and closes it whatever happens. */
export async function withDatabase<T>(
  name: string,
  work: (database: IDBPDatabase) => Promise<T>,
): Promise<T> {
  const database = await openExisting(name);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

/** All keys that either store holds. */
export async function keysOf(database: IDBPDatabase): Promise<string[]> {
  const transaction = begin(database, 'readonly');
  const keys = await Promise.all(
    HALVES.map((half) => transaction.objectStore(half).getAllKeys()),
  );
  return [...new Set(keys.flat().map(String))];
}

/** Reads both records under a key in one transaction. */
export async function readPair(
  database: IDBPDatabase,
  key: string,
): Promise<StoredPair> {
  const transaction = begin(database, 'readonly');
  const [policy, payload] = (await Promise.all(
    HALVES.map((half) => transaction.objectStore(half).get(key)),
  )) as [unknown, unknown];
  return { key, policy, payload };
}

/** Writes both records of each pair, and deletes the halves that are `undefined`, in one transaction. */
export async function writePairs(
  database: IDBPDatabase,
  pairs: readonly StoredPair[],
): Promise<void> {
  const transaction = begin(database, 'readwrite');
  const policies = transaction.objectStore('policies');
  const payloads = transaction.objectStore('payloads');
  const writes = pairs.flatMap(({ key, policy, payload }) => [
    policy === undefined ? policies.delete(key) : policies.put(policy, key),
    payload === undefined ? payloads.delete(key) : payloads.put(payload, key),
  ]);
  await Promise.all([...writes, transaction.done]);
}
