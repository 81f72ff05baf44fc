import { checksumOf, type PolicyRecord } from '../store/records.js';
import { checkChoice, checkOptions } from './choice.js';
import {
  CACHE_NAME,
  keysOf,
  readPair,
  withDatabase,
  writePairs,
  type StoredPair,
} from './database.js';
import { forget } from './forget.js';

/**
 * What `corrupt()` does to a stored response; every one happens in life.
 *
 * - `drop-policy`, `drop-payload`: one record is gone, as after a write that was cut in two.
 * - `flip-bit`: one bit of the body differs, as on a failing disk.
 * - `truncate`, `extend`: the body is shorter or longer than it was.
 * - `wrong-type`: the policy's status is a string, as after a hand-written migration.
 * - `wrong-body`: the body is a string where bytes belong.
 * - `unknown-schema`: both records carry another build's fingerprint.
 * - `swap`: the payload records of two URLs change places.
 * - `garble-policy`: the policy's times are a year later, so that what is stale looks fresh; its shape is right.
 * - `break-pair`: the two records were not written together.
 * - `wrong-key`: a whole and valid policy record that belongs to another key.
 */
export type How =
  | 'drop-policy'
  | 'drop-payload'
  | 'flip-bit'
  | 'truncate'
  | 'extend'
  | 'wrong-type'
  | 'wrong-body'
  | 'unknown-schema'
  | 'swap'
  | 'garble-policy'
  | 'break-pair'
  | 'wrong-key';

/** Options of `corrupt()` and `peek()`. */
export interface CorruptOptions {
  /** The cache's name; `mendbox` unless given. */
  readonly cacheName?: string;
  /** `swap` and `wrong-key`: the URL of the other stored response; without it, any other one. */
  readonly other?: string;
  /** `flip-bit`: the position of the byte to harm; without it, the middle one. */
  readonly at?: number;
}

type Fields = Readonly<Record<string, unknown>>;
type Change = (
  pair: StoredPair,
  options: CorruptOptions,
) => Partial<StoredPair> | Promise<Partial<StoredPair>>;

// Another damage may have left anything here.
const fields = (record: unknown): Fields =>
  typeof record === 'object' && record !== null ? { ...record } : {};

const YEAR_MS = 365 * 86_400_000;
const later = (time: unknown): number => Number(time) + YEAR_MS;

/** Applies a change to the body's bytes and keeps its form. */
async function editBody(
  { key, payload }: StoredPair,
  edit: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): Promise<Partial<StoredPair>> {
  const { body, ...rest } = fields(payload);
  const isBlob = body instanceof Blob;
  if (!isBlob && !(body instanceof ArrayBuffer))
    throw new Error(`mendbox: no body is stored under ${key}`);
  const buffer = isBlob ? await body.arrayBuffer() : body.slice(0);
  const { buffer: edited } = edit(new Uint8Array(buffer));
  return {
    payload: { ...rest, body: isBlob ? new Blob([edited]) : edited },
  };
}

function flip(
  bytes: Uint8Array<ArrayBuffer>,
  at = bytes.length >> 1,
): Uint8Array<ArrayBuffer> {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function movedTo(key: string, policy: unknown): Fields {
  const moved = { ...fields(policy), key } as PolicyRecord;
  return { ...moved, checksum: checksumOf(moved) };
}

const CHANGES: Record<Exclude<How, 'swap'>, Change> = {
  'drop-policy': () => ({ policy: undefined }),
  'drop-payload': () => ({ payload: undefined }),
  'flip-bit': (pair, { at }) => editBody(pair, (bytes) => flip(bytes, at)),
  truncate: (pair) =>
    editBody(pair, (bytes) => bytes.slice(0, bytes.length >> 1)),
  extend: (pair) =>
    editBody(pair, (bytes) => {
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes);
      return longer;
    }),
  'wrong-type': ({ policy }) => {
    const { status, ...rest } = fields(policy);
    return { policy: { ...rest, status: String(status) } };
  },
  'wrong-body': ({ payload }) => ({
    payload: { ...fields(payload), body: 'not bytes' },
  }),
  'unknown-schema': ({ policy, payload }) => ({
    policy: { ...fields(policy), schema: 'of-another-build' },
    payload: { ...fields(payload), schema: 'of-another-build' },
  }),
  'garble-policy': ({ policy }) => {
    const { requestTime, responseTime, ...rest } = fields(policy);
    const times = {
      requestTime: later(requestTime),
      responseTime: later(responseTime),
    };
    return { policy: { ...rest, ...times } };
  },
  'break-pair': ({ payload }) => ({
    payload: { ...fields(payload), id: 'another0write000' },
  }),
  'wrong-key': ({ key, policy }, { other }) => ({
    policy: movedTo(other ? keyOf(other) : `${key}?of=another`, policy),
  }),
};

/** The key of a plain GET: its URL without the fragment. */
function keyOf(url: string): string {
  const { href } = new URL(url, globalThis.location?.href);
  return href.replace(/#.*$/s, '');
}

/** The URL in a key, which is `[=partition ][omit ]URL[ #variant]`; a URL holds no space. */
const urlIn = (key: string): string =>
  key.replace(/^(?:=[^ ]* )?(?:omit )?/, '').replace(/ #\d+$/, '');

async function pairsOf(url: string, cacheName: string): Promise<StoredPair[]> {
  const wanted = keyOf(url);
  return withDatabase(cacheName, async (database) => {
    const keys = await keysOf(database);
    return Promise.all(
      keys
        .filter((key) => urlIn(key) === wanted)
        .map((key) => readPair(database, key)),
    );
  });
}

async function swapped(
  pairs: readonly StoredPair[],
  { cacheName = CACHE_NAME, other }: CorruptOptions,
): Promise<StoredPair[]> {
  const [first] = pairs;
  if (first === undefined) return [];
  const others = await withDatabase(cacheName, async (database) => {
    const keys = other === undefined ? await keysOf(database) : [keyOf(other)];
    const key = keys.find((each) => each !== first.key);
    return key === undefined ? undefined : readPair(database, key);
  });
  if (others?.payload === undefined)
    throw new Error(
      `mendbox: no other payload is stored to swap with ${first.key}`,
    );
  return [
    { ...first, payload: others.payload },
    { ...others, payload: first.payload },
  ];
}

async function changedPair(
  pair: StoredPair,
  how: Exclude<How, 'swap'>,
  options: CorruptOptions,
): Promise<StoredPair> {
  return { ...pair, ...(await CHANGES[how](pair, options)) };
}

/**
 * Damages what is stored for a URL, in all its variants and partitions, in the real IndexedDB; before and after it asks
 * the controlling worker, if there is one, to forget its memory tier, so that the next request meets the damage.
 *
 * Rejects when nothing is stored for the URL, when that worker does not answer,
 * as one without a cache of mendbox, and with a TypeError for another damage or option. Where no worker
 * controls the caller, as in a worker, call `HealingCache.forget()` afterwards.
 */
export async function corrupt(
  url: string,
  how: How,
  options: CorruptOptions = {},
): Promise<void> {
  checkOptions('corrupt()', options, ['cacheName', 'other', 'at']);
  const { cacheName = CACHE_NAME } = options;
  checkChoice('corrupt()', how, [...Object.keys(CHANGES), 'swap']);
  const pairs = await pairsOf(url, cacheName);
  if (pairs.length === 0)
    throw new Error(
      `mendbox: nothing is stored for ${url} in the cache ${cacheName}`,
    );
  const changed =
    how === 'swap'
      ? await swapped(pairs, options)
      : await Promise.all(pairs.map((pair) => changedPair(pair, how, options)));
  // From memory a worker that idles would mend what it finds broken on the disk, before any request meets it.
  await forget();
  await withDatabase(cacheName, (database) => writePairs(database, changed));
  await forget();
}

/**
 * Reads both records of every variant stored for a URL, unvalidated, as they lie in IndexedDB; empty when there are
 * none, or no database.
 */
export async function peek(
  url: string,
  { cacheName = CACHE_NAME }: Pick<CorruptOptions, 'cacheName'> = {},
): Promise<StoredPair[]> {
  try {
    return await pairsOf(url, cacheName);
  } catch {
    return [];
  }
}
