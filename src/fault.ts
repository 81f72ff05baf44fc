/**
 * The closed list of what can be wrong with a stored response, and the events that tell of it and of deploy skew.
 *
 * This file names no worker, window or IndexedDB type, so every layer, the page's side included, may import it.
 */

/** What was found wrong; the values are kebab-case and stable across releases. */
export type Fault =
  /** The policy record does not match its schema, or its checksum does not match its fields. */
  | 'policy-invalid'
  /** A payload record stands alone. */
  | 'policy-missing'
  /** The payload record does not match its schema, or its bytes cannot be read. */
  | 'payload-invalid'
  /** A policy record stands alone. */
  | 'payload-missing'
  /** A record was written by a build with another schema. */
  | 'schema-unknown'
  /** The policy record belongs to another key than the one it is stored under. */
  | 'key-mismatch'
  /** The two records were not written together. */
  | 'pair-mismatch'
  /** The body is shorter or longer than the policy record says. */
  | 'length-mismatch'
  /** The body's bytes are not the ones that were stored. */
  | 'digest-mismatch'
  /** The bytes do not match a digest that the origin or the page declared (Repr-Digest, Content-Digest, SRI). */
  | 'integrity-mismatch'
  /** The origin answered 304 with a validator that contradicts ours (RFC 9111 section 4.3.3). */
  | 'unusable-304'
  /** IndexedDB is missing, refuses to open or throws. */
  | 'store-unavailable'
  /** IndexedDB did not answer within the deadline. */
  | 'store-timeout'
  /** The database lost its connection for good, or was deleted and had to be made anew, empty. */
  | 'store-lost';

/** Where in a request's story the fault was found. */
export type Phase = 'lookup' | 'validate' | 'body' | 'write' | 'verify';

/** How the request that met the fault was answered, or what became of the entry when there was no request. */
export type Outcome =
  /** The request cloned before the lookup was sent, and its response answers. */
  | 'replayed'
  /** The replay failed too: the page sees the network's own error. */
  | 'network-error'
  /** No request was waiting; both records were dropped, or with `store-lost` all of them. */
  | 'dropped'
  /** No request was waiting; the memory tier's verified bytes were written back. */
  | 'rewritten'
  /** The store cannot be used; the network answers until it can. */
  | 'passed-through'
  /** The rest of the body came from the origin by Range and was joined to the verified part. */
  | 'range-spliced'
  /** The whole body was fetched again, its verified prefix agreed, and the rest was joined. */
  | 'refetch-spliced'
  /** The body could not be continued with the same representation; the page's stream errored. */
  | 'stream-error';

/**
 * One healing, as `onHeal`, the clients and `BroadcastChannel('mendbox')` see it.
 *
 * Carries paths and types only, never stored values.
 */
export interface HealEvent {
  readonly type: 'heal';
  /** The URL of the request that met the fault, or the database's name for faults of the whole store. */
  readonly url: string;
  readonly fault: Fault;
  /** The field that failed, such as `policy.status`. */
  readonly path?: string | undefined;
  readonly phase: Phase;
  readonly outcome: Outcome;
  /** The status of the response that answered instead. */
  readonly status?: number | undefined;
  /** Of a body healed in mid-stream: what was fetched again, in bytes. */
  readonly bytes?: number | undefined;
  /** From the discovery to the answer, in milliseconds. */
  readonly durationMs: number;
  /** When the fault was found, in milliseconds since the epoch. */
  readonly at: number;
  /** Random; the same for the same event on every channel. */
  readonly id: string;
}

/**
 * A part of a page is gone from its origin, as `onSkew`, the clients and `BroadcastChannel('mendbox')` see it: the page is
 * of an older release than the server.
 */
export interface SkewEvent {
  readonly type: 'skew';
  /** What the page asked for. */
  readonly url: string;
  /** What it was to be: `script`, `style` or `worker`. */
  readonly destination: string;
  /** What the origin answered: 404, 410, or any other with HTML. */
  readonly status: number;
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** Random; the same for the same event on every channel. */
  readonly id: string;
}

/**
 * A worker was given a wrong option and does not start; told on `BroadcastChannel('mendbox')`, since the browser tells
 * the page nothing of it.
 */
export interface RefusalEvent {
  readonly type: 'refusal';
  /** What the worker threw. */
  readonly message: string;
}
