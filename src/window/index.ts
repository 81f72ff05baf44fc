/**
 * mendbox/window: the page's side. It registers the worker, hears what it heals, and asks it.
 */
import type { PurgeFilter, VerifyOptions } from '../report.js';
import type { Answers } from '../messages.js';
import { ask, type AskOptions } from './ask.js';

export type { Fault, HealEvent, Outcome, Phase, SkewEvent } from '../fault.js';
export type {
  CacheStats,
  EntryInfo,
  Finding,
  PurgeFilter,
  VerifyOptions,
  VerifyReport,
  WarmReport,
} from '../report.js';
export type { AskOptions } from './ask.js';
export { onHeal, onSkew } from './events.js';
export type { Problem, Reason } from './problem.js';
export {
  register,
  unregister,
  type Registered,
  type RegisterOptions,
  type Unregistered,
  type Versions,
} from './register.js';

/** Asks of this kind read or fetch everything: they may take minutes. */
const LONG: AskOptions = { timeoutMs: 300_000 };

/** The worker's counts and the state of its storage. */
export const stats = (options?: AskOptions): Promise<Answers['stats']> =>
  ask({ ask: 'stats' }, options);

/** Every stored response, without its body. */
export const entries = (options?: AskOptions): Promise<Answers['entries']> =>
  ask({ ask: 'entries' }, options);

/** The absolute form of a URL that is given relative to the page. */
const absolute = (url: string): string => new URL(url, document.baseURI).href;

/** Drops what the filter names, its URLs given relative to the page; resolves to the number of entries dropped. */
export async function purge(
  filter: PurgeFilter,
  options?: AskOptions,
): Promise<number> {
  const resolved: { -readonly [Name in keyof PurgeFilter]: PurgeFilter[Name] } =
    structuredClone(filter);
  // What is of another type is left for the worker to refuse.
  const { url, prefix } = Object(resolved) as PurgeFilter;
  if (typeof url === 'string') resolved.url = absolute(url);
  // A prefix that is not a path may be less than a URL, such as `https://a`.
  if (typeof prefix === 'string' && prefix.startsWith('/'))
    resolved.prefix = absolute(prefix);
  return ask({ ask: 'purge', filter: resolved }, options);
}

/** Drops everything, or what one user's partition holds: for a logout. */
export const clear = (partition?: string): Promise<number> =>
  purge(partition === undefined ? { all: true } : { partition });

/** Checks every stored response, bodies included. */
export const verify = (
  options: VerifyOptions = {},
  asking: AskOptions = LONG,
): Promise<Answers['verify']> => ask({ ask: 'verify', options }, asking);

/**
 * Fetches URLs, given relative to the page, and stores what may be stored. Rejects with an Error for what is no list of
 * them, such as a single string.
 */
export async function warm(
  urls: Iterable<string>,
  options: AskOptions = {},
): Promise<Answers['warm']> {
  return ask(
    {
      ask: 'warm',
      progress: options.onProgress !== undefined,
      // A string, which can be walked through as well, is left for the worker to refuse.
      urls: Object(urls) === urls ? [...urls].map(absolute) : urls,
    },
    { ...LONG, ...options },
  );
}

/** Empties the worker's memory tier: the next answers are read from storage and verified again. */
export const forget = (options?: AskOptions): Promise<true> =>
  ask({ ask: 'forget' }, options);
