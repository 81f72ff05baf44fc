/**
 * Lookups: both records of one URL, read in one readonly transaction that all lookups of the moment share.
 *
 * A lookup reads every policy of its URL (one, unless the response varies) and, side by side, the payload that lies
 * under the URL itself. Only when another variant is chosen does a third read follow, in the same transaction.
 * Payloads are read by single key, never by range: one unreadable record would fail the whole call.
 */
import { unwrap } from 'idb';
import type { Database } from './database.js';
import { StoreError } from './database.js';
import {
  decodePayload,
  decodePolicy,
  orphan,
  unreadable,
  type Broken,
  type Entry,
  type Policy,
} from './records.js';

/** What a URL's records hold: the chosen stored response, none that may be chosen, or something broken. */
export type Found =
  | { readonly is: 'entry'; readonly entry: Entry }
  | { readonly is: 'none' }
  | Broken
  | { readonly is: 'store-fault'; readonly error: StoreError };

/** Chooses among the policies of one URL; called inside the transaction, so it is synchronous. */
export type Choose = (policies: readonly Policy[]) => Policy | undefined;

/** Every key of one URL: itself, then `URL #2`, `URL #3`... A URL holds no space, so no other URL lies in between. */
export const keysOf = (base: string): IDBKeyRange =>
  IDBKeyRange.bound(base, `${base} \uffff`);

interface Waiting {
  readonly base: string;
  readonly choose: Choose;
  /** The second attempt, on a fresh connection: what cannot be read now is unreadable. */
  readonly last: boolean;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads entries through one database, sharing transactions. */
export class Lookups {
  readonly #database: Database;
  #queue: Waiting[] = [];
  #live = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Looks up one URL's records; never rejects. */
  async find(base: string, choose: Choose): Promise<Found> {
    let attempts = 0;
    try {
      return await this.#database.run(() => {
        const last = ++attempts > 1;
        return new Promise((resolve, reject) => {
          this.#queue.push({ base, choose, last, resolve, reject });
          if (!this.#live) this.#begin();
        });
      });
    } catch (error) {
      return error instanceof StoreError
        ? { is: 'store-fault', error }
        : unreadable(base, 'payload');
    }
  }

  #begin(): void {
    const { connection } = this.#database;
    if (!connection) return this.#refuse(new DOMException('', 'AbortError'));
    let transaction: IDBTransaction;
    try {
      transaction = unwrap(connection).transaction(
        ['policies', 'payloads'],
        'readonly',
      );
    } catch (error) {
      return this.#refuse(error);
    }
    this.#live = true;
    const taken: Waiting[] = [];
    const end = (): void => {
      this.#live = false;
      // Settled promises ignore this; it is for those whose requests died with the transaction.
      for (const { reject } of taken)
        reject(transaction.error ?? new DOMException('', 'AbortError'));
      if (this.#queue.length > 0) this.#begin();
    };
    transaction.addEventListener('complete', end);
    transaction.addEventListener('abort', end);
    this.#join(transaction, taken);
  }

  #refuse(error: unknown): void {
    for (const { reject } of this.#queue.splice(0)) reject(error);
  }

  /** Lets everyone who waits join a transaction that is alive. */
  #join(transaction: IDBTransaction, taken: Waiting[]): void {
    const joining = this.#queue;
    if (joining.length === 0) return;
    this.#queue = [];
    for (const waiting of joining) {
      taken.push(waiting);
      read(transaction, waiting, () => this.#join(transaction, taken));
    }
  }
}

/** Issues one lookup's reads; `alive` is called while the transaction is. */
function read(
  transaction: IDBTransaction,
  waiting: Waiting,
  alive: () => void,
): void {
  const { base, choose, resolve } = waiting;
  const policies = transaction.objectStore('policies');
  const payloads = transaction.objectStore('payloads');
  const policyRequest = policies.getAll(keysOf(base));
  const payloadRequest = payloads.get(base);
  let failed = false;

  const finish = (payload: unknown, chosen: Policy | undefined): void => {
    if (chosen) resolve(joined(payload, chosen));
    else resolve({ is: 'none' });
    alive();
  };
  const select = (decoded: Policy[] | Broken): void => {
    if (!Array.isArray(decoded)) return resolve(decoded);
    const chosen = choose(decoded);
    const key = chosen?.record.key;
    if (key === undefined || key === base)
      return finish(payloadRequest.result, chosen);
    const other = payloads.get(key);
    listen(other, waiting, 'payload', () => finish(other.result, chosen));
  };

  policyRequest.addEventListener('error', (event) => {
    failed = true;
    refuse(event, policyRequest, waiting, 'policy');
  });
  listen(payloadRequest, waiting, 'payload', () => {
    if (failed) return;
    const values: unknown[] = policyRequest.result;
    const lone =
      values.length === 1 ? decodePolicy(values[0], base) : undefined;
    if (values.length === 0)
      return payloadRequest.result === undefined
        ? finish(undefined, undefined)
        : resolve(orphan(base));
    if (lone && (!('is' in lone) || lone.fault !== 'key-mismatch'))
      return select('is' in lone ? lone : [lone]);
    const keys = policies.getAllKeys(keysOf(base));
    listen(keys, waiting, 'policy', () =>
      select(decodeAll(values, keys.result as string[])),
    );
  });
}

function joined(payload: unknown, policy: Policy): Found {
  const entry = decodePayload(payload, policy);
  return 'is' in entry ? entry : { is: 'entry', entry };
}

function decodeAll(values: unknown[], keys: string[]): Policy[] | Broken {
  const decoded: Policy[] = [];
  for (const [at, key] of keys.entries()) {
    const policy = decodePolicy(values[at], key);
    if ('is' in policy) return policy;
    decoded.push(policy);
  }
  return decoded;
}

function listen(
  request: IDBRequest,
  waiting: Waiting,
  half: 'policy' | 'payload',
  onSuccess: () => void,
): void {
  request.addEventListener('success', onSuccess);
  request.addEventListener('error', (event) =>
    refuse(event, request, waiting, half),
  );
}

/** A read failed: the first time perhaps with its connection, the second time for good. */
function refuse(
  event: Event,
  request: IDBRequest,
  { base, last, resolve, reject }: Waiting,
  half: 'policy' | 'payload',
): void {
  event.preventDefault();
  if (last || request.error?.name === 'NotReadableError')
    resolve(unreadable(base, half));
  else reject(request.error);
}
