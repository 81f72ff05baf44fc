/**
 * The one database, opened as the worker starts and reopened when it dies.
 *
 * - It is opened without a version, so no upgrade is ever blocked and no rollback meets a VersionError; what changes is
 *   the fingerprint in each record.
 * - Every wait has a deadline. A handle that fails is forgotten, and one more is tried.
 * - When opening fails the ladder is climbed, each rung once in a worker's life: open again; delete the database (heals
 *   WebKit); a storage bucket (heals Chromium). After that the breaker keeps the store from being asked. Where it fails
 *   after its deadline (Chromium 156 takes four seconds over a folder that is read-only) the bucket comes first next time.
 *
 * Everything that leaves this file is a value or a StoreError.
 */
import {
  wrap,
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
} from 'idb';
import type { Fault } from '../fault.js';
import type { CacheStats } from '../report.js';
import { bucketName } from './bucket-name.js';
import { Breaker } from './breaker.js';
import { withDeadline } from './deadline.js';

/** The three stores; values are `unknown` until records.ts has decoded them. */
export interface Schema extends DBSchema {
  policies: { key: string; value: unknown; indexes: { used: number } };
  payloads: { key: string; value: unknown };
  meta: { key: string; value: unknown };
}

/** An open connection, as idb has it. */
export type Connection = IDBPDatabase<Schema>;

/** The faults of a whole store. */
export type StoreFault = Extract<
  Fault,
  'store-unavailable' | 'store-timeout' | 'store-lost'
>;

/** Why a call to the store failed: `fault` is told, `cause` is the engine's own error. */
export class StoreError extends Error {
  override name = 'StoreError' as const;
  readonly fault: StoreFault;

  constructor(fault: StoreFault, cause?: unknown) {
    super(`mendbox: ${fault}`, { cause });
    this.fault = fault;
  }
}

/**
 * Told when the store can no longer be used (with the fault), and when it can again (without); `dropped`: it can be used,
 * but was made anew, and every record is gone.
 */
export type StateListener = (fault?: StoreFault, became?: 'dropped') => void;

/** The names of all stores. */
export const ALL = ['policies', 'payloads', 'meta'] as const;

const OURS: readonly string[] = ALL;

/** A readwrite transaction over all of them. */
export type Change = IDBPTransaction<Schema, typeof ALL, 'readwrite'>;

/** A readonly one. */
export type Look = IDBPTransaction<Schema, typeof ALL>;

interface StorageBuckets {
  open(name: string): Promise<{ readonly indexedDB: IDBFactory }>;
}

const buckets = (): StorageBuckets | undefined =>
  (navigator as { storageBuckets?: StorageBuckets }).storageBuckets;

/** What a database is opened with. */
export interface DatabaseOptions {
  /** The database's name. */
  readonly name: string;
  /** How long one wait may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly onState: StateListener;
  /** Told when the records may have gone or changed: the memory tier forgets. */
  readonly onLost: () => void;
}

/** Opens, watches and reopens one IndexedDB database. */
export class Database {
  #name: string;
  readonly #deadlineMs: number;
  readonly #onState: StateListener;
  readonly #onLost: () => void;
  readonly #breaker = new Breaker();
  // As the engine has it: a worker's first hit waits for no wrapping.
  #connection: IDBDatabase | undefined;
  #opening: Promise<IDBDatabase> | undefined;
  #closed = false;
  #mayDelete = true;
  #mayUseBucket = true;
  /** Whether there was a database in this worker's life: if one must be made then, records are gone. */
  #wasThere = false;
  /** Whether opening failed after its deadline, which no rung could hear. */
  #failedLate = false;
  /** The bucket's, when that has taken over. */
  #bucket: IDBFactory | undefined;

  constructor(options: DatabaseOptions) {
    this.#name = options.name;
    this.#deadlineMs = options.deadlineMs;
    this.#onState = options.onState;
    this.#onLost = options.onLost;
  }

  /** The open connection, if there is one now. */
  get connection(): IDBDatabase | undefined {
    return this.#connection;
  }

  /** Whether calls fail at once, because the store failed a short while ago. */
  get isDown(): boolean {
    return this.#closed || this.#breaker.isOpen;
  }

  /** Where records lie, and when a store that failed is tried again. */
  get place(): Pick<CacheStats, 'storage' | 'retryMs'> {
    const retryMs = this.#breaker.waitMs;
    const kind = this.#bucket ? 'bucket' : 'indexeddb';
    return { storage: this.isDown ? 'pass-through' : kind, retryMs };
  }

  /** The open connection, opened if need be; rejects with a StoreError. */
  #open(): Promise<IDBDatabase> {
    if (this.#connection) return Promise.resolve(this.#connection);
    this.#opening ??= this.#climb().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Opens the database, as the worker starts: opening late costs the first hit a third more. */
  start(): void {
    // A failure has been told, and the next call meets it again.
    this.#open().catch(() => undefined);
  }

  /**
   * Runs work on a connection, once, within the deadline and what is added to it, in milliseconds. A dead connection is
   * forgotten; the error is the work's own, or a StoreError when there is no connection or no answer.
   */
  async once<T>(
    work: (connection: IDBDatabase) => Promise<T>,
    moreMs = 0,
  ): Promise<T> {
    if (this.isDown) throw unavailable();
    this.#breaker.begin();
    const connection = this.#connection ?? (await this.#open());
    try {
      const value = await this.#inTime(work(connection), moreMs);
      if (this.#breaker.succeed()) this.#onState();
      return value;
    } catch (error) {
      if (error instanceof StoreError) this.#fail(error);
      else this.#breaker.release();
      if (error instanceof StoreError || isDead(error)) this.forget(connection);
      throw error;
    }
  }

  /** As once(), and once more on a fresh connection when this one is dead; then the store is lost. */
  async run<T>(
    work: (connection: Connection) => Promise<T>,
    moreMs = 0,
  ): Promise<T> {
    const wrapped = (connection: IDBDatabase): Promise<T> =>
      work(wrap(connection) as Connection);
    try {
      return await this.once(wrapped, moreMs);
    } catch (error) {
      if (!isDead(error)) throw error;
    }
    try {
      return await this.once(wrapped, moreMs);
    } catch (error) {
      throw isDead(error)
        ? this.#fail(new StoreError('store-lost', error))
        : error;
    }
  }

  /** Notes a failure of the whole store, and tells of the first. */
  #fail(error: StoreError): StoreError {
    if (this.#breaker.fail()) this.#onState(error.fault);
    return error;
  }

  /** Forgets a connection that proved dead; the next call opens another. */
  forget(connection: IDBDatabase): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#onLost();
    try {
      connection.close();
    } catch {
      // It is dead already.
    }
  }

  /** Closes the database for good. */
  close(): void {
    this.#closed = true;
    if (this.#connection) this.forget(this.#connection);
  }

  /** Closes and deletes the database; rejects with a StoreError. */
  async destroy(): Promise<void> {
    this.close();
    await this.#inTime(this.#delete());
  }

  async #climb(): Promise<IDBDatabase> {
    const open = () => this.#openOnce();
    const bucket = () => this.#openInBucket();
    const rungs = this.#failedLate
      ? [bucket, open]
      : [open, open, () => this.#openAfterDelete(), bucket];
    this.#failedLate = false;
    let reason: unknown;
    for (const rung of rungs) {
      try {
        return this.#adopt(await rung());
      } catch (error) {
        reason ??= error;
        if (isFinal(error)) break;
      }
    }
    throw this.#fail(
      reason instanceof StoreError ? reason : unavailable(reason),
    );
  }

  #adopt(connection: IDBDatabase): IDBDatabase {
    this.#wasThere = true;
    return (this.#connection = connection);
  }

  async #openOnce(): Promise<IDBDatabase> {
    const connection = await this.#openChecked();
    if (isWhole(connection)) return connection;
    // A half-made database of ours is made anew on the next rungs; somebody else's is left alone, for it may hold what
    // nobody can fetch again.
    if (isForeign(connection)) this.#name = `mendbox-${this.#name}`;
    connection.close();
    throw unavailable();
  }

  async #openAfterDelete(): Promise<IDBDatabase> {
    if (!this.#mayDelete) throw unavailable();
    this.#mayDelete = false;
    await this.#inTime(this.#delete());
    this.#wasThere = true;
    return this.#openOnce();
  }

  async #openInBucket(): Promise<IDBDatabase> {
    const api = buckets();
    if (!api || !this.#mayUseBucket) throw unavailable();
    this.#mayUseBucket = false;
    const bucket = await this.#inTime(api.open(bucketName(this.#name)));
    this.#bucket = bucket.indexedDB;
    return this.#openOnce();
  }

  #openChecked(): Promise<IDBDatabase> {
    const late = this.#request();
    return this.#inTime(late).catch((error: unknown) => {
      late.then(
        (opened) => this.#arriveLate(opened),
        (why: unknown) => {
          this.#failedLate ||= !isFinal(why);
        },
      );
      throw error;
    });
  }

  async #request(): Promise<IDBDatabase> {
    const request = this.#factory.open(this.#name);
    request.addEventListener('upgradeneeded', () => {
      createStores(request.result);
      if (this.#wasThere) this.#onState('store-lost', 'dropped');
    });
    const connection = await resultOf(request);
    const lose = (): void => {
      // Another may be waiting for it to close, whoever holds it.
      connection.close();
      this.forget(connection);
    };
    connection.addEventListener('versionchange', lose);
    connection.addEventListener('close', lose);
    return connection;
  }

  /** A connection that opens after its deadline is used, if it is whole and nobody has another. */
  #arriveLate(connection: IDBDatabase): void {
    if (this.#connection || this.#closed || !isWhole(connection))
      return connection.close();
    this.#adopt(connection);
    if (this.#breaker.succeed()) this.#onState();
  }

  async #delete(): Promise<void> {
    await resultOf(this.#factory.deleteDatabase(this.#name));
  }

  get #factory(): IDBFactory {
    return this.#bucket ?? indexedDB;
  }

  /** Waits no longer than the deadline and what is added to it, in milliseconds; rejects with a StoreError. */
  #inTime<T>(work: Promise<T>, moreMs = 0): Promise<T> {
    return withDeadline(work, this.#deadlineMs + moreMs, timedOut);
  }
}

/** What a request for a whole database brings. */
const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });

const isForeign = ({ objectStoreNames }: IDBDatabase): boolean =>
  Array.from(objectStoreNames).some((name) => !OURS.includes(name));

/** Whether the stores are there and formed as ours. */
function isWhole(connection: IDBDatabase): boolean {
  if (!ALL.every((name) => connection.objectStoreNames.contains(name)))
    return false;
  try {
    const transaction = connection.transaction(ALL);
    const stores = ALL.map((name) => transaction.objectStore(name));
    return (
      stores.every(({ keyPath }) => keyPath === null) &&
      transaction.objectStore('policies').indexNames.contains('used')
    );
  } catch {
    // A dead connection is met, and told, by the first call.
    return true;
  }
}

function createStores(connection: IDBDatabase): void {
  const policies = connection.createObjectStore('policies');
  policies.createIndex('used', 'used');
  connection.createObjectStore('payloads');
  connection.createObjectStore('meta');
}

const timedOut = (): StoreError => new StoreError('store-timeout');

const unavailable = (cause?: unknown): StoreError =>
  new StoreError('store-unavailable', cause);

const DEAD = new Set([
  'InvalidStateError',
  'NotFoundError',
  'UnknownError',
  'AbortError',
  'TransactionInactiveError',
]);

/**
 * Whether another rung cannot help: a store that hangs would cost each rung its deadline, and a missing API, refused
 * storage or a full disk are no reason to delete what is stored.
 */
function isFinal(error: unknown): boolean {
  if (error instanceof StoreError) return error.fault === 'store-timeout';
  return !(error instanceof DOMException && RUNGS_HELP.has(error.name));
}

const RUNGS_HELP = new Set(['UnknownError', 'NotFoundError', 'AbortError']);

/** Whether the error is of a connection that will not work again (names only: messages differ by engine). */
function isDead(error: unknown): boolean {
  return error instanceof DOMException && DEAD.has(error.name);
}
