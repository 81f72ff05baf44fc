/**
 * Lookups: both records of one URL, read in one readonly transaction that all lookups of the moment share.
 *
 * A lookup reads every policy of its URL (one, unless the response varies) and, side by side, the payload that lies
 * under the URL itself. Only when another variant is chosen does a third read follow, in the same transaction.
 * Payloads are read by single key, never by range: one unreadable record would fail the whole call.
 */
import { StoreError, type Database } from './database.js';
import {
  decodePayload,
  decodePolicy,
  orphan,
  unreadable,
  type Broken,
  type Entry,
  type Policy,
} from './records.js';
import { keysOf } from './variant.js';

/** What a URL's records hold: the chosen stored response, none that may be chosen, or something broken. */
export type Found =
  | { readonly is: 'entry'; readonly entry: Entry }
  | { readonly is: 'none' }
  | Broken
  | { readonly is: 'store-fault' };

/** Chooses among the policies of one URL; called inside the transaction, so it is synchronous. */
export type Choose = (policies: readonly Policy[]) => Policy | undefined;

type Half = 'policy' | 'payload';

/** What is looked up. */
interface Wanted {
  readonly base: string;
  /** The keys of the policies to choose from. */
  readonly range: IDBKeyRange;
  readonly choose: Choose;
}

/** A lookup on its way. */
interface Waiting extends Wanted {
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
  /** Which half could not be read. */
  half?: Half;
}

/** Reads entries through one database, sharing transactions. */
export class Lookups {
  readonly #database: Database;
  #queue: Waiting[] = [];
  /** The connection whose transaction takes lookups now. */
  #live: IDBDatabase | undefined | typeof NONE = NONE;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Looks up one URL's records; never rejects. A lookup that fails is tried once more, alone, on a fresh connection if its
   * own was dead; when that fails too and the store still answers others, the record is unreadable.
   */
  find(base: string, choose: Choose): Promise<Found> {
    return this.#find({ base, range: keysOf(base), choose });
  }

  /** Looks up the pair under one key, as it lies there; never rejects. */
  findKey(key: string): Promise<Found> {
    const range = IDBKeyRange.only(key);
    return this.#find({ base: key, range, choose: ([policy]) => policy });
  }

  async #find(wanted: Wanted): Promise<Found> {
    const database = this.#database;
    const { base } = wanted;
    let half: Half = 'payload';
    const tries = [
      () => database.once(() => this.#wait(wanted)),
      () =>
        database.once((connection) =>
          alone(connection, wanted, (failed) => (half = failed)),
        ),
      // Whether the store answers at all.
      () =>
        database
          .run((connection) => connection.transaction('meta').store.get(base))
          .then(() => unreadable(base, half)),
    ];
    for (const tried of tries)
      try {
        return await tried();
      } catch (error) {
        if (error instanceof StoreError) return { is: 'store-fault' };
      }
    return unreadable(base, half);
  }

  #wait(wanted: Wanted): Promise<Found> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...wanted, resolve, reject });
      // A transaction that hangs is left behind with its connection.
      if (this.#live !== this.#database.connection) this.#begin();
    });
  }

  #begin(): void {
    const { connection } = this.#database;
    try {
      if (!connection) throw gone();
      const transaction = begin(connection);
      const taken: Waiting[] = [];
      this.#live = connection;
      const end = (): void => {
        abandon(taken, transaction);
        if (this.#live !== connection) return;
        this.#live = NONE;
        if (this.#queue.length > 0) this.#begin();
      };
      transaction.addEventListener('complete', end);
      transaction.addEventListener('abort', end);
      this.#join(transaction, taken);
    } catch (error) {
      for (const { reject } of this.#queue.splice(0)) reject(error);
    }
  }

  /** Lets everyone who waits join a transaction that is alive, and has not been for long. */
  #join(transaction: IDBTransaction, taken: Waiting[]): void {
    for (const waiting of this.#queue.splice(0, MOST - taken.length)) {
      taken.push(waiting);
      read(transaction, waiting, () => this.#join(transaction, taken));
    }
  }
}

/** Most lookups in one transaction: a write waits for its end. */
const MOST = 128;

/** No connection has a live transaction. */
const NONE = Symbol('none');

const gone = (): DOMException => new DOMException('', 'AbortError');

const begin = (connection: IDBDatabase): IDBTransaction =>
  connection.transaction(['policies', 'payloads'], 'readonly');

/** Rejects those whose requests died with their transaction; the others are settled already. */
function abandon(taken: readonly Waiting[], transaction: IDBTransaction): void {
  for (const { reject } of taken) reject(transaction.error ?? gone());
}

/** One lookup in a transaction of its own, which tells the half that cannot be read. */
function alone(
  connection: IDBDatabase,
  wanted: Wanted,
  onFailed: (half: Half) => void,
): Promise<Found> {
  return new Promise((resolve, reject) => {
    const transaction = begin(connection);
    const waiting: Waiting = { ...wanted, resolve, reject };
    const end = (): void => {
      if (waiting.half) onFailed(waiting.half);
      abandon([waiting], transaction);
    };
    transaction.addEventListener('complete', end);
    transaction.addEventListener('abort', end);
    read(transaction, waiting, () => undefined);
  });
}

/** Issues one lookup's reads; `alive` is called while the transaction is. */
function read(
  transaction: IDBTransaction,
  waiting: Waiting,
  alive: () => void,
): void {
  const { base, range, choose, resolve } = waiting;
  const policies = transaction.objectStore('policies');
  const payloads = transaction.objectStore('payloads');
  const policyRequest = policies.getAll(range);
  const payloadRequest = payloads.get(base);

  const finish = (payload: unknown, chosen: Policy | undefined): void => {
    resolve(chosen ? foundIn(payload, chosen) : { is: 'none' });
    alive();
  };
  const select = (decoded: readonly (Policy | Broken)[]): void => {
    const chosen = choose(decoded.filter(isWhole));
    // Where another variant answers, a broken one is met by who needs it.
    const broken = !chosen && decoded.find((each) => 'is' in each);
    if (broken) return resolve(broken);
    const key = chosen?.record.key;
    if (key === undefined || key === base)
      return finish(payloadRequest.result, chosen);
    const other = payloads.get(key);
    listen(other, waiting, 'payload', () => finish(other.result, chosen));
  };
  const decode = (): void => {
    if (waiting.half) return;
    const values: unknown[] = policyRequest.result;
    if (values.length === 0 && payloadRequest.result !== undefined)
      return resolve(orphan(base));
    const lone = loneAt(values, base);
    if (lone) return select([lone]);
    if (values.length === 0) return finish(undefined, choose([]));
    const keys = policies.getAllKeys(range);
    listen(keys, waiting, 'policy', () =>
      select(decodeAll(values, keys.result)),
    );
  };
  listen(policyRequest, waiting, 'policy', () => undefined);
  listen(payloadRequest, waiting, 'payload', decode);
}

/** The common case, for which no keys are needed: one record that says it lies under its URL. */
function loneAt(
  values: readonly unknown[],
  base: string,
): Policy | Broken | undefined {
  if (values.length !== 1) return undefined;
  const lone = decodePolicy(values[0], base);
  // It may be a variant that outlived the others.
  return 'is' in lone && lone.fault === 'key-mismatch' ? undefined : lone;
}

const decodeAll = (
  values: readonly unknown[],
  keys: readonly unknown[],
): (Policy | Broken)[] =>
  keys.map((key, at) => decodePolicy(values[at], String(key)));

const isWhole = (decoded: Policy | Broken): decoded is Policy =>
  !('is' in decoded);

/** What a policy that was chosen and the payload under its key make together. */
function foundIn(payload: unknown, policy: Policy): Found {
  const entry = decodePayload(payload, policy);
  return 'is' in entry ? entry : { is: 'entry', entry };
}

function listen(
  request: IDBRequest,
  waiting: Waiting,
  half: Half,
  onSuccess: () => void,
): void {
  request.addEventListener('success', onSuccess);
  request.addEventListener('error', (event) => {
    // One unreadable record is no reason to abort the reads of others.
    event.preventDefault();
    const { error } = request;
    if (error?.name !== 'AbortError') waiting.half ??= half;
    waiting.reject(error);
  });
}
