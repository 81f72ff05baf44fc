/** The options of a cache, and their defaults. */
import type { HealEvent, SkewEvent } from '../fault.js';
import { IS_READY_MADE } from '../ready-made.js';
import { checkedPartition, checkOptions } from './check.js';
import type { Mode } from './mode.js';

/** How a HealingCache is set up; names that Workbox has mean what they mean there. */
export interface HealingCacheOptions {
  /** Names the IndexedDB database. Default `mendbox`. */
  cacheName?: string;
  /** Sum of all stored bodies, in bytes; the least recently used entries make room. Default 256 MiB. */
  maxBytes?: number;
  /** Most stored responses. Default 10,000. */
  maxEntries?: number;
  /**
   * The largest body that is stored, in bytes; a larger one only passes through. Default 64 MiB: of maxBytes' default a
   * quarter, so that no one body drives out most others; never more than maxBytes.
   */
  maxEntryBytes?: number;
  /**
   * The age above which a stored response is no longer used without asking, in seconds. Default: no cap but the
   * response's own.
   */
  maxAgeSeconds?: number;
  /** The memory tier's size, in bytes; 0 switches it off. Default 32 MiB. */
  memoryBytes?: number;
  /** How the store and the network take turns. Default `http`: as RFC 9111 says. */
  mode?: Mode;
  /**
   * How long a validation may take before the stored response answers, in seconds: in mode `http` where RFC 9111 allows
   * a stale one, in `network-first` always. Default: no limit.
   */
  networkTimeoutSeconds?: number;
  /** Added to every request but navigations, as Workbox does. */
  fetchOptions?: RequestInit;
  /**
   * `ignoreSearch` drops the query from the key. There is no `ignoreVary`: it would answer with another variant's
   * bytes.
   */
  matchOptions?: Pick<CacheQueryOptions, 'ignoreSearch'>;
  /**
   * Drops this whole cache at any quota error in the origin that Workbox or a HealingStrategy meets, its own included; in
   * HealingStrategy only. Default false.
   */
  purgeOnQuotaError?: boolean;
  /** How long one wait for IndexedDB may take before the network answers, in milliseconds. Default 2,000. */
  storageTimeoutMs?: number;
  /**
   * Keeps the responses of different users apart: requests with different results never share one. What it is wrong for
   * goes to the network.
   */
  partition?: (request: Request) => string | null;
  /** Called with every heal event; what it throws is reported, and changes nothing. */
  onHeal?: (event: HealEvent) => void;
  /**
   * Called when a script, style sheet or worker that a page asks for is gone from its origin; what it throws is
   * reported, and changes nothing.
   */
  onSkew?: (event: SkewEvent) => void;
  /**
   * Called when the browser's quota refused a write although entries were evicted; what it throws is reported, and
   * changes nothing.
   */
  onQuotaError?: () => void;
  /** Requests for which this returns true go to the network as if there were no cache. */
  bypass?: (request: Request) => boolean;
  /** The clock, in milliseconds since the epoch. Default Date.now. */
  now?: () => number;
  /** The network. Default fetch. */
  fetch?: typeof fetch;
}

const MIB = 1024 * 1024;

const DEFAULTS = {
  cacheName: 'mendbox',
  maxBytes: 256 * MIB,
  maxEntries: 10_000,
  maxEntryBytes: 64 * MIB,
  memoryBytes: 32 * MIB,
  mode: 'http',
  storageTimeoutMs: 2_000,
  partition: () => null,
  now: () => Date.now(),
  fetch: (input, init) => fetch(input, init),
} satisfies HealingCacheOptions;

/** The options with every default filled in. */
export type Settings = HealingCacheOptions &
  Required<Pick<HealingCacheOptions, keyof typeof DEFAULTS>>;

/** Checks the options and fills in the defaults; throws a TypeError that names the option and what it takes. */
export function settingsOf(options: HealingCacheOptions): Settings {
  // It is given none.
  if (IS_READY_MADE) return DEFAULTS;
  checkOptions('new HealingCache()', options);
  const given = Object.entries(options).filter(
    ([, value]) => value !== undefined,
  );
  const { partition } = options;
  const settings: Settings = { ...DEFAULTS, ...Object.fromEntries(given) };
  const { maxBytes, maxEntryBytes } = settings;
  return {
    ...settings,
    // A body that fills more than all there is room for would drive out everything else first.
    maxEntryBytes: Math.min(maxBytes, maxEntryBytes),
    // Records hold whole milliseconds.
    now: () => Math.floor(settings.now()),
    ...(partition && { partition: checkedPartition(partition) }),
  };
}
