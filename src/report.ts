/**
 * What a cache says about itself, to its own worker and to the page alike.
 *
 * Like fault.ts this file names no worker, window or IndexedDB type, so every layer may import it.
 */
import type { Fault } from './fault.js';

/** A cache's state and totals at one moment. */
export interface CacheStats {
  /** `unavailable`: storage cannot be used now, and the network answers. */
  readonly state: 'ready' | 'unavailable';
  /** Where records lie now: in IndexedDB, in a storage bucket's, or nowhere while the store is left alone. */
  readonly storage: 'indexeddb' | 'bucket' | 'pass-through';
  /** When a store that failed is tried again, in milliseconds from now; 0 when it may be used. */
  readonly retryMs: number;
  /** Stored responses. */
  readonly entries: number;
  /** Sum of all stored bodies, in bytes. */
  readonly bytes: number;
  readonly maxEntries: number;
  /** In bytes. */
  readonly maxBytes: number;
  /** The part that is also kept in the worker's memory. */
  readonly memory: { readonly entries: number; readonly bytes: number };
  /** Requests answered from the cache since the worker started. */
  readonly hits: number;
  /** Requests sent to the network since the worker started. */
  readonly misses: number;
  /** Heal events since the worker started. */
  readonly heals: number;
  /** The version of mendbox. */
  readonly version: string;
  /** The fingerprint of the records' schema. */
  readonly schema: string;
}

/** One stored response, without its body. */
export interface EntryInfo {
  readonly url: string;
  /** The key of both records. */
  readonly key: string;
  /** The cache that it is stored by. */
  readonly cacheName: string;
  readonly status: number;
  /** The body's length, in bytes. */
  readonly bytes: number;
  /** The current age, in seconds (RFC 9111 section 4.2.3). */
  readonly age: number;
  /** What is left of the freshness lifetime, in seconds; negative when stale. */
  readonly ttl: number;
  /** When it last answered, in milliseconds since the epoch; before this worker's life to the hour. */
  readonly used: number;
  /** Its Content-Type. */
  readonly type: string;
  /** Its Vary; null when there is none. */
  readonly vary: string | null;
  /**
   * The request fields that selected it, as lines of `name: value`; credentials as digests. One that Vary names and
   * that is not here was not sent.
   */
  readonly requestHeaders: string;
  /** How the body is stored. */
  readonly form: 'none' | 'buffer' | 'blob';
}

/** What is purged: whatever meets every condition that is given, or all. A filter without a condition names nothing. */
export interface PurgeFilter {
  /** One URL, absolute, with all its variants. */
  readonly url?: string;
  /** Every URL that begins so. */
  readonly prefix?: string;
  /** A regular expression on the whole URL. */
  readonly pattern?: RegExp;
  /** A group of the response's Cache-Groups (RFC 9875); what is being stored meanwhile is not. */
  readonly tag?: string;
  /** What the option `partition` gave. */
  readonly partition?: string;
  readonly all?: true;
}

/** How far and how thoroughly to verify. */
export interface VerifyOptions {
  /** true drops what is broken, 'refetch' drops it and fetches it again. Default false: report only. */
  readonly repair?: boolean | 'refetch';
  /** Stops after this time, in milliseconds; the report's `next` says where to go on. Default: no limit. */
  readonly budgetMs?: number;
  /** Goes on where an earlier report stopped. */
  readonly from?: string | undefined;
}

/** One broken pair. */
export interface Finding {
  readonly url: string;
  readonly fault: Fault;
  /** The field that failed, such as `policy.status`. */
  readonly path?: string | undefined;
  /** What was done about it. */
  readonly repaired: 'no' | 'dropped' | 'refetched';
}

/** What verify() found. */
export interface VerifyReport {
  /** Pairs checked. */
  readonly checked: number;
  /** Sum of the bodies read and verified, in bytes. */
  readonly bytes: number;
  readonly broken: readonly Finding[];
  /** Pairs that are stale. */
  readonly expired: number;
  /** The kept sums less the counted ones; 0 when they are exact. Known when the walk is at its end. */
  readonly drift?:
    { readonly bytes: number; readonly entries: number } | undefined;
  /** Whether the store could be read. */
  readonly readable: boolean;
  /** Where to go on; undefined when everything was checked. */
  readonly next?: string | undefined;
}

/** What warm() did. */
export interface WarmReport {
  /** How many URLs are stored now. */
  readonly stored: number;
  /** The URLs that could not be fetched or may not be stored. */
  readonly failed: readonly string[];
  /** Why, by URL: the network's error, or the status and the Cache-Status (RFC 9211) of an answer that is not stored. */
  readonly reasons: Readonly<Record<string, string>>;
}
