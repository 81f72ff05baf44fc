/**
 * What is said of a wrong option: which call was given it, what it takes, and where an option belongs that is
 * another's.
 */
import { wrongIn } from '../given.js';
import { FILTER, VERIFY } from '../messages.js';
import { MODES } from './mode.js';
import type { HealingCacheOptions } from './options.js';
import { broadcast, isServiceWorker } from './tell.js';

/** What an option must pass, and what it takes: in words, or each of its values. */
type Check = readonly [
  test: (value: unknown) => boolean,
  takes: string | readonly string[],
];
type Checks = Readonly<Record<string, Check>>;

/** The calls that take options. */
type Call = 'new HealingCache()' | 'install()' | 'new HealingStrategy()';

/** Whether a value is a number that is not below 0; there may be no limit to it. */
const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0;
const isPositive = (value: unknown): boolean => isAmount(value) && value > 0;
const isFunction = (value: unknown): boolean => typeof value === 'function';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null;
const isPath = (value: unknown): boolean =>
  typeof value === 'string' && /^\/[^?#]*$/.test(value);

const BYTES: Check = [
  // Without a limit a store grows until the browser throws everything of the origin away.
  (value) => isAmount(value) && Number.isFinite(value),
  'a finite number of bytes, 0 or more',
];
const POSITIVE: Check = [isPositive, 'a number above 0'];
const BOOLEAN: Check = [(value) => typeof value === 'boolean', 'true or false'];
const FUNCTION: Check = [isFunction, 'a function'];

/** What all of them take. */
const shared: Readonly<
  Record<Exclude<keyof HealingCacheOptions, 'fetch'>, Check>
> = {
  cacheName: [
    (value) => typeof value === 'string' && value !== '',
    'a string that is not empty',
  ],
  maxBytes: BYTES,
  maxEntries: [
    (value) => isAmount(value) && Number.isInteger(value),
    'a whole number, 0 or more',
  ],
  maxEntryBytes: BYTES,
  maxAgeSeconds: [isAmount, 'a number of seconds, 0 or more'],
  memoryBytes: BYTES,
  mode: [(value) => MODES.some((mode) => mode === value), MODES],
  networkTimeoutSeconds: POSITIVE,
  fetchOptions: [isObject, 'a RequestInit'],
  matchOptions: [
    (value) =>
      isObject(value) &&
      Object.keys(value).every((name) => name === 'ignoreSearch'),
    'an object with ignoreSearch and nothing else',
  ],
  purgeOnQuotaError: BOOLEAN,
  storageTimeoutMs: POSITIVE,
  partition: [isFunction, 'a function from a Request to a string or null'],
  onHeal: FUNCTION,
  onSkew: FUNCTION,
  onQuotaError: FUNCTION,
  bypass: FUNCTION,
  now: FUNCTION,
};

const ofCache: Checks = { ...shared, fetch: FUNCTION };

const ofInstall: Checks = {
  match: FUNCTION,
  bypassPaths: [
    (value) => Array.isArray(value) && value.every(isPath),
    'a list of paths, such as ["/api/"]',
  ],
  skipWaiting: BOOLEAN,
  claim: BOOLEAN,
  statePage: BOOLEAN,
};

const ofStrategy: Checks = {
  plugins: [Array.isArray, "a list of Workbox's plugins"],
};

const CHECKS: Readonly<Record<Call, Checks>> = {
  'new HealingCache()': ofCache,
  'install()': { ...ofCache, ...ofInstall },
  'new HealingStrategy()': { ...shared, ...ofStrategy },
};

const lettersOf = (name: string): string =>
  Array.from(name.toLowerCase().replace(/[^a-z]/g, ''))
    .sort()
    .join('');

/** The option that is meant: of the same letters, or one that begins so. */
const meant = (name: string, checks: Checks): string | undefined =>
  Object.keys(checks).find(
    (each) =>
      lettersOf(each) === lettersOf(name) ||
      each.toLowerCase().startsWith(name.toLowerCase()),
  );

/** Where an option belongs that the call does not know, or which one is meant. */
function elsewhere(name: string, checks: Checks): string {
  if (Object.hasOwn(ofInstall, name))
    return ', which is one of install() in mendbox/worker';
  if (Object.hasOwn(ofStrategy, name))
    return ', which is one of HealingStrategy in mendbox/workbox';
  const nearest = meant(name, checks);
  return nearest === undefined ? '' : `, but "${nearest}"`;
}

/** A value in few words: what is short as it is, of the rest the kind. */
function inWords(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function' || isObject(value))
    return Array.isArray(value) ? 'a list' : `a kind of ${typeof value}`;
  return String(value);
}

const wrong = (what: string): TypeError => new TypeError(`mendbox: ${what}`);

/** Throws, and tells the pages: of a worker that does not start they only learn that its evaluation failed. */
function refuse(what: string): never {
  const error = wrong(what);
  if (isServiceWorker()) broadcast({ type: 'refusal', message: error.message });
  throw error;
}

/** Throws a TypeError for an option that the call does not have, or that is not what it takes. */
export function checkOptions(call: Call, options: object): void {
  if (!isObject(options))
    refuse(`${call} takes an object of options, not ${inWords(options)}`);
  const checks = CHECKS[call];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check)
      return refuse(
        `${call} has no option "${name}"${elsewhere(name, checks)}; the options are ${Object.keys(checks).join(', ')}`,
      );
    const [test, takes] = check;
    if (!test(value))
      refuse(
        `the option "${name}" of ${call} takes ${[takes].flat().join(', ')}, not ${inWords(value)}`,
      );
  }
}

/** Throws a TypeError for what is no filter of purge(). */
export function checkFilter(filter: object): void {
  const what = wrongIn('purge()', filter, FILTER);
  if (what) throw wrong(what);
}

/** Throws a TypeError for a wrong option of verify(). */
export function checkVerify(options: object): void {
  const what = wrongIn('verify()', options, VERIFY);
  if (what) throw wrong(what);
}

/** Throws a TypeError for what is no list; a string can be walked through as well, letter by letter. */
export function checkUrls(urls: Iterable<unknown>): void {
  if (!isObject(urls) || !(Symbol.iterator in urls))
    throw wrong(`warm() takes a list of URLs, not ${inWords(urls)}`);
}

/** Throws a TypeError for what put() cannot store. */
export function checkResponse(response: unknown): void {
  if (!(response instanceof Response))
    throw wrong(`put() takes a Response, not ${inWords(response)}`);
}

/**
 * The same callback, throwing a TypeError where it gives what it must not; whatever it throws sends the request to the
 * network.
 */
export const checkedPartition =
  (partition: (request: Request) => unknown) =>
  (request: Request): string | null => {
    const given = partition(request);
    if (given === null || typeof given === 'string') return given;
    throw wrong(
      `the option "partition" must return a string or null, not ${inWords(given)}; ${request.url} is not cached`,
    );
  };
