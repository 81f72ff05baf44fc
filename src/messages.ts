/**
 * The one protocol between page and worker.
 *
 *   page -> worker   { mendbox: 1, ask: 'stats' | 'purge' | ..., ... }, with a port
 *   worker -> page   on that port: { ok: true, value } | { ok: false, error }, and before it any { progress }
 *   worker -> page   to every window, and on BroadcastChannel('mendbox'): HealEvent, SkewEvent
 *   worker -> page   on the channel alone: RefusalEvent
 *
 * Workbox's two messages, SKIP_WAITING and CACHE_URLS, are understood too. Messages of anybody else are ignored. They are
 * few and flat: checked by hand they cost the worker less than the parts of superstruct that nothing else needs.
 */
import { wrongIn, type Takes } from './given.js';
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
  warm: { ask: 'warm'; urls: Iterable<string>; progress?: boolean };
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
  /** Which of the worker's caches is asked; without it all are. */
  cacheName?: string | undefined;
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
  | { is: 'ask'; ask: Envelope }
  | { is: 'skip-waiting' }
  | { is: 'cache-urls'; urls: string[] }
  /** Meant for mendbox, but not understood; the error says why, without any value of the message. */
  | { is: 'refused'; error: string }
  | { is: 'foreign' };

type Fields = Readonly<Record<string, unknown>>;
const isText = (value: unknown): value is string => typeof value === 'string';
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null;

/** What purge() takes. */
export const FILTER: Takes<PurgeFilter> = [
  'url: string',
  'prefix: string',
  'pattern: RegExp',
  'tag: string',
  'partition: string',
  'all: true',
];

/** What verify() takes. */
export const VERIFY: Takes<VerifyOptions> = [
  'repair: boolean',
  'repair: "refetch"',
  'budgetMs: number',
  'from: string',
];

const nothing = (): undefined => undefined;

/** What is wrong with each ask; a field that this worker does not know may be a newer page's. */
const WRONG: Record<AskName, (message: Fields) => string | undefined> = {
  stats: nothing,
  version: nothing,
  entries: nothing,
  forget: nothing,
  purge: ({ filter }) => wrongIn('purge()', filter, FILTER),
  verify: ({ options = {} }) => wrongIn('verify()', options, VERIFY),
  warm: ({ urls }) =>
    Array.isArray(urls) && urls.every(isText)
      ? undefined
      : 'warm() takes a list of URLs',
};

const isName = (name: unknown): name is AskName =>
  typeof name === 'string' && Object.hasOwn(WRONG, name);

/** The URLs of Workbox's CACHE_URLS, which may stand as [url, RequestInit]; the init is not ours. */
function urlsOf(payload: unknown): string[] | undefined {
  const listed = isFields(payload) ? payload['urlsToCache'] : undefined;
  if (!Array.isArray(listed)) return undefined;
  const urls: unknown[] = listed.map((each) =>
    Array.isArray(each) ? each[0] : each,
  );
  return urls.every(isText) ? urls : undefined;
}

const refused = (error: string): Message => ({ is: 'refused', error });

/** Reads a message that reached the worker; never throws. */
export function decode(data: unknown): Message {
  if (!isFields(data)) return { is: 'foreign' };
  const { type, payload, mendbox, ask } = data;
  if (type === 'SKIP_WAITING') return { is: 'skip-waiting' };
  const urls = type === 'CACHE_URLS' ? urlsOf(payload) : undefined;
  if (urls) return { is: 'cache-urls', urls };
  if (typeof mendbox !== 'number') return { is: 'foreign' };
  if (mendbox !== 1 || !isName(ask))
    return refused('Page and worker come from different versions of mendbox.');
  const wrong = WRONG[ask](data);
  if (wrong !== undefined) return refused(wrong);
  return { is: 'ask', ask: data as unknown as Envelope };
}
