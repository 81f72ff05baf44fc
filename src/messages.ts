/**
 * The one protocol between page and worker.
 *
 *   page -> worker   { mendbox: 1, ask: 'stats' | 'purge' | ..., ... }, with a port
 *   worker -> page   on that port: { ok: true, value } | { ok: false, error }
 *   worker -> page   to every window, and on BroadcastChannel('mendbox'): HealEvent
 *
 * Workbox's two messages, SKIP_WAITING and CACHE_URLS, are understood too.
 * Messages of anybody else are ignored. The page imports types only, so that
 * the schemas stay in the worker.
 */
import {
  array,
  boolean,
  is,
  literal,
  min,
  number,
  object,
  optional,
  refine,
  regexp,
  string,
  type,
  tuple,
  union,
  unknown,
  type Struct,
} from 'superstruct';
import type {
  CacheStats,
  EntryInfo,
  PurgeFilter,
  VerifyOptions,
  VerifyReport,
  WarmReport,
} from './report.js';

/** What a page may ask of the worker, by name. */
export interface Asks {
  stats: { ask: 'stats' };
  version: { ask: 'version' };
  entries: { ask: 'entries' };
  forget: { ask: 'forget' };
  purge: { ask: 'purge'; filter: PurgeFilter };
  verify: { ask: 'verify'; options?: VerifyOptions };
  /** With `progress` the port also gets { progress: n }, n URLs having been dealt with. */
  warm: { ask: 'warm'; urls: readonly string[]; progress?: boolean };
}

/** What the worker answers to each ask. */
export interface Answers {
  stats: CacheStats;
  version: Pick<CacheStats, 'version' | 'schema'>;
  entries: EntryInfo[];
  /** The memory tier is empty now. */
  forget: true;
  /** How many entries were dropped. */
  purge: number;
  verify: VerifyReport;
  warm: WarmReport;
}

/** The name of an ask. */
export type AskName = keyof Asks;

/** An ask as it is posted; the number is the protocol's version. */
export type Envelope<Name extends AskName = AskName> = {
  mendbox: 1;
} & Asks[Name];

/** The worker's reply, on the port that came with the ask. */
export type Reply<Name extends AskName = AskName> =
  | { ok: true; value: Answers[Name] }
  | { ok: false; error: string }
  | { progress: number };

/** The BroadcastChannel's name. */
export type Channel = 'mendbox';

/** What a message means to the worker. */
export type Message =
  | { is: 'ask'; ask: Asks[AskName] }
  | { is: 'skip-waiting' }
  | { is: 'cache-urls'; urls: string[] }
  /** Meant for mendbox, but not understood; the error says why, without any value of the message. */
  | { is: 'refused'; error: string }
  | { is: 'foreign' };

const filter = refine(
  object({
    url: optional(string()),
    prefix: optional(string()),
    pattern: optional(regexp()),
    tag: optional(string()),
    partition: optional(string()),
    all: optional(literal(true)),
  }),
  'filter',
  // An empty filter is more likely a mistake than a wish to drop everything.
  (given) => Object.values(given).some((each) => each !== undefined),
);

const options = object({
  repair: optional(union([boolean(), literal('refetch')])),
  budgetMs: optional(min(number(), 0)),
  from: optional(string()),
});

// type(), not object(): a newer page may send more than this worker knows.
const schemas: Record<AskName, Pick<Struct, 'validate'>> = {
  stats: type({}),
  version: type({}),
  entries: type({}),
  forget: type({}),
  purge: type({ filter }),
  verify: type({ options: optional(options) }),
  warm: type({ urls: array(string()), progress: optional(boolean()) }),
};

const isName = (name: unknown): name is AskName =>
  typeof name === 'string' && Object.hasOwn(schemas, name);

const envelope = type({ mendbox: number(), ask: unknown() });

// Workbox allows [url, RequestInit] in place of a URL; the init is not ours.
const cacheUrls = type({
  type: literal('CACHE_URLS'),
  payload: type({
    urlsToCache: array(union([string(), tuple([string(), unknown()])])),
  }),
});

const skipWaiting = type({ type: literal('SKIP_WAITING') });

const refused = (error: string): Message => ({ is: 'refused', error });

/** Reads a message that reached the worker; never throws. */
export function decode(data: unknown): Message {
  if (is(data, skipWaiting)) return { is: 'skip-waiting' };
  if (is(data, cacheUrls)) {
    const urls = data.payload.urlsToCache.map((each) =>
      typeof each === 'string' ? each : each[0],
    );
    return { is: 'cache-urls', urls };
  }
  if (!is(data, envelope)) return { is: 'foreign' };
  if (data.mendbox !== 1 || !isName(data.ask)) {
    return refused(
      'This worker does not know that ask: page and worker come from different versions of mendbox.',
    );
  }
  const [error] = schemas[data.ask].validate(data);
  if (error) {
    // Its own message would repeat the value.
    const path = error.path.join('.') || 'message';
    return refused(`The ask '${data.ask}' has a wrong ${path}.`);
  }
  return { is: 'ask', ask: data as Asks[AskName] };
}
