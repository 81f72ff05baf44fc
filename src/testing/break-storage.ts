import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { checkChoice, checkOptions } from './choice.js';
import { begin, CACHE_NAME, tolerateAbort, withDatabase } from './database.js';
import { forget } from './forget.js';

/**
 * What `breakStorage()` does to the whole database.
 *
 * - `delete-database`: it is deleted under the running worker, as by "clear site data" or an eviction.
 * - `higher-version`: it gets a higher version, as from a newer build that was rolled back.
 * - `drop-stores`: it stays, without any object store, as after an upgrade that was cut off.
 * - `hold`: a transaction of the page keeps both stores locked for `holdMs`, so that reads do not come back.
 */
export type StorageFault =
  'delete-database' | 'higher-version' | 'drop-stores' | 'hold';

/** Options of `breakStorage()`. */
export interface BreakStorageOptions {
  /** The cache's name; `mendbox` unless given. */
  readonly cacheName?: string;
  /** `hold`: for how long, in milliseconds; 4000 unless given. */
  readonly holdMs?: number;
}

async function reopenHigher(
  name: string,
  upgrade: (database: IDBPDatabase) => void,
): Promise<void> {
  const version = await withDatabase(name, (database) =>
    Promise.resolve(database.version),
  );
  const database = await openDB(name, version + 1, {
    upgrade(opened, _oldVersion, _newVersion, transaction) {
      tolerateAbort(transaction);
      upgrade(opened);
    },
  });
  database.close();
}

function dropStores(database: IDBPDatabase): void {
  for (const store of database.objectStoreNames)
    database.deleteObjectStore(store);
}

/** Resolves once the stores are locked; the lock is let go `holdMs` later. */
function hold(name: string, holdMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = performance.now() + holdMs;
    withDatabase(name, async (database) => {
      const transaction = begin(database, 'readwrite');
      const store = transaction.objectStore('policies');
      // A transaction lives as long as it has a request under way.
      do {
        await store.count();
        resolve();
      } while (performance.now() < end);
      await transaction.done;
    }).catch(reject);
  });
}

const HARMS: Record<
  StorageFault,
  (name: string, holdMs: number) => Promise<void>
> = {
  'delete-database': (name) => deleteDB(name),
  'higher-version': (name) => reopenHigher(name, () => undefined),
  'drop-stores': (name) => reopenHigher(name, dropStores),
  hold,
};

/**
 * Breaks the whole database, in the real IndexedDB, while the cache has it open; then asks the controlling worker, if
 * there is one, to forget its memory tier.
 *
 * Rejects when that worker does not answer, and with a TypeError for another fault or option.
 */
export async function breakStorage(
  how: StorageFault,
  options: BreakStorageOptions = {},
): Promise<void> {
  checkOptions('breakStorage()', options, ['cacheName', 'holdMs']);
  const { cacheName = CACHE_NAME, holdMs = 4000 } = options;
  checkChoice('breakStorage()', how, Object.keys(HARMS));
  await HARMS[how](cacheName, holdMs);
  await forget();
}
