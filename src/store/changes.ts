/**
 * What happens inside a readwrite transaction over all three stores. Nothing but requests is awaited here; the sums in
 * `meta` change with the records, in the same transaction, so a crash cannot part them.
 */
import type { Change, Look } from './database.js';
import { decodeTotals, type Totals } from './meta.js';
import {
  decodePolicy,
  idOf,
  lengthOf,
  sealPolicy,
  FINGERPRINT,
  type Draft,
  type PayloadRecord,
  type Policy,
  type PolicyRecord,
} from './records.js';
import { keysOf, variantKey } from './variant.js';

/** How much may be stored. */
export interface Budget {
  /** Sum of all bodies, in bytes. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** The clock, in milliseconds since the epoch: a time behind it comes from a clock that was set back. */
  readonly now: () => number;
}

/** Finds the stored variant that a draft replaces. */
export type Replaces = (policy: Policy) => boolean;

/** The part of the budget that an eviction leaves, so that the next writes need none. */
const LEFT = 0.9;

/** Most variants of one URL; the least recently used one makes room. */
const MAX_VARIANTS = 16;

/** A value that a healthy store did not take; nothing is wrong with the connection. */
export class Refusal extends Error {}

/** Tells a record that is refused from one that dies with its transaction. */
const accepted = (put: Promise<unknown>): Promise<unknown> =>
  put.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError')
      throw error;
    throw new Refusal();
  });

/**
 * Puts both records in the place of the variant they replace; undefined when a later one is stored already. Where nothing
 * can be replaced, as nothing of the URL is stored, the variants are not read; were there one after all, the record would
 * be refused.
 */
export async function writePair(
  change: Change,
  draft: Draft,
  replaces: Replaces | undefined,
  budget: Budget,
): Promise<PolicyRecord | undefined> {
  const variants = replaces ? await variantsOf(change, draft.base) : [];
  const old = variants.find(({ policy }) => policy && replaces?.(policy));
  const asked = old?.policy?.requestTime ?? 0;
  if (asked > draft.requestTime && asked <= budget.now()) return undefined;
  const key = old?.key ?? freeKey(draft.base, variants);
  const record = sealPolicy(draft, key);
  const replaced = variants.filter((variant) => variant.key === key);
  const gone = {
    bytes: (replaced[0]?.length ?? 0) - record.length,
    entries: replaced.length - 1,
  };
  // In this order: sums that are counted anew hold the new pair.
  await Promise.all([
    putPair(change, record, draft.body.content, !replaces),
    settleSums(change, gone, budget, key),
  ]);
  return record;
}

/** Puts a pair under its key; one that is new is refused where another lies. */
function putPair(
  change: Change,
  record: PolicyRecord,
  body: PayloadRecord['body'],
  isNew: boolean,
): Promise<unknown> {
  const { id, key } = record;
  const policies = change.objectStore('policies');
  const payload = { schema: FINGERPRINT, id, body };
  return Promise.all([
    accepted(isNew ? policies.add(record, key) : policies.put(record, key)),
    accepted(change.objectStore('payloads').put(payload, key)),
  ]);
}

/** Takes what has gone off the sums, and makes room when they are above the budget. */
async function settleSums(
  change: Change,
  gone: Totals,
  { maxBytes, maxEntries, now }: Budget,
  keep: string,
): Promise<void> {
  const isFull = ({ bytes, entries }: Totals): boolean =>
    bytes > maxBytes || entries > maxEntries;
  const last = lastPut.get(change.db);
  const guess = less(last, gone);
  const isGuessed = last && !isFull(guess);
  const [kept] = await Promise.all([
    keptIn(change),
    isGuessed && putSums(change, guess),
  ]);
  if (isGuessed && isSame(kept, last)) return;
  const target = {
    bytes: maxBytes * LEFT,
    entries: Math.ceil(maxEntries * LEFT),
  };
  let sums = kept && less(kept, gone);
  // The kept sums may have rotted: nothing is dropped before it is counted.
  if (!sums || isFull(sums)) sums = await countAll(change);
  const left = isFull(sums) ? target : sums;
  await putSums(change, await evictTo(change, sums, left, now(), keep));
}

/**
 * Drops a pair, if it is still the one with this id; false when it is not. Without an id every variant of the URL goes.
 * `isBare`: the sums are forgotten, as reading, or the room that a put needs, is what fails.
 */
export async function drop(
  change: Change,
  key: string,
  id?: string,
  isBare = false,
): Promise<boolean> {
  const range = id === undefined ? keysOf(key) : IDBKeyRange.only(key);
  const stored =
    isBare && id === undefined
      ? []
      : await change.objectStore('policies').getAll(range);
  if (id !== undefined && stored.some((each) => idOf(each) !== id))
    return false;
  const gone = {
    bytes: stored.reduce<number>((sum, it) => sum + lengthOf(it), 0),
    entries: stored.length,
  };
  await Promise.all([
    isBare
      ? forgetSums(change)
      : putSums(change, less(await totalsOf(change), gone)),
    deleted(change, [range]),
  ]);
  return true;
}

/** Deletes what lies under these keys, both halves of it. */
const deleted = (
  change: Change,
  keys: readonly (IDBKeyRange | string)[],
): Promise<unknown> =>
  Promise.all(
    keys.flatMap((key) => [
      change.objectStore('policies').delete(key),
      change.objectStore('payloads').delete(key),
    ]),
  );

/** Under this key `meta` says that something was dropped on demand. */
export const DROPPED = 'dropped';

/** Most runs that one transaction drops, so that it ends within its deadline. */
const RUNS = 500;

/** The accepted ones of keys that are in order, neighbours together: key by key a large store would take seconds. */
function runsOf(
  keys: readonly unknown[],
  accepts: (key: string) => boolean,
): unknown[][] {
  const runs: unknown[][] = [];
  let run: unknown[] | undefined;
  for (const key of keys)
    // Somebody else's keys may be anything that IndexedDB orders.
    if (!accepts(String(key))) run = undefined;
    else if (run) run.push(key);
    else runs.push((run = [key]));
  return runs;
}

const rangeOf = (run: readonly unknown[]): IDBKeyRange =>
  IDBKeyRange.bound(run[0], run.at(-1));

/** Drops accepted keys, and adds those of policies to `purged`; true where there may be more. */
export async function purgeSome(
  change: Change,
  accepts: (key: string) => boolean,
  purged: string[],
): Promise<boolean> {
  const held = runsOf(
    await change.objectStore('policies').getAllKeys(),
    accepts,
  );
  const isMore = held.length > RUNS;
  const some = held.slice(0, RUNS);
  // A payload without a policy that lies between two of them is of no use to anybody.
  await deleted(change, some.map(rangeOf));
  for (const key of some.flat()) purged.push(String(key));
  if (!isMore) {
    const left = await change.objectStore('payloads').getAllKeys();
    const orphans = runsOf(left, accepts);
    await deleted(change, orphans.map(rangeOf));
    some.push(...orphans);
  }
  if (some.length > 0) {
    const meta = change.objectStore('meta');
    // The sums are counted anew, and no list of URLs outlives them.
    await Promise.all([meta.clear(), meta.put(true, DROPPED)]);
  }
  return isMore;
}

/** Notes when entries last answered, in milliseconds. */
export async function touch(
  change: Change,
  uses: readonly (readonly [key: string, used: number])[],
): Promise<void> {
  const policies = change.objectStore('policies');
  await Promise.all(
    uses.map(async ([key, used]) => {
      const policy = await policies.get(key);
      if (idOf(policy)) await policies.put({ ...Object(policy), used }, key);
    }),
  );
}

interface Variant {
  readonly key: string;
  /** The body's, in bytes. */
  readonly length: number;
  /** Absent when the record is broken: it is replaced, not read. */
  readonly policy: Policy | undefined;
}

async function variantsOf(change: Change, base: string): Promise<Variant[]> {
  const policies = change.objectStore('policies');
  const values = await policies.getAll(keysOf(base));
  if (values.length === 0) return [];
  const keys = await policies.getAllKeys(keysOf(base));
  return keys.map((key, at) => {
    const decoded = decodePolicy(values[at], key);
    const policy = 'is' in decoded ? undefined : decoded;
    return { key, policy, length: lengthOf(values[at]) };
  });
}

const usedAt = ({ policy }: Variant): number => policy?.record.used ?? 0;

/** A key of this URL that is free, or whose record is broken, or whose variant was used longest ago. */
function freeKey(base: string, variants: readonly Variant[]): string {
  for (let n = 1; n <= MAX_VARIANTS; n++) {
    const key = variantKey(base, n);
    if (!variants.some((variant) => variant.key === key && variant.policy))
      return key;
  }
  return variants.reduce((a, b) => (usedAt(b) < usedAt(a) ? b : a)).key;
}

/** The kept sums; undefined where they are damaged: below nothing, for one. */
const keptIn = async (
  transaction: Change | Look,
): Promise<Totals | undefined> =>
  decodeTotals(await transaction.objectStore('meta').get('totals'));

/**
 * The sums that were put last on a connection. A write that finds them unchanged needs one trip to the database, not two: it
 * puts the new ones along with the pair, and again where somebody else has changed them.
 */
const lastPut = new WeakMap<Change['db'], Totals>();

/** Keeps the sums. */
function putSums(change: Change, sums: Totals): Promise<unknown> {
  lastPut.set(change.db, sums);
  return change.objectStore('meta').put(sums, 'totals');
}

/** Forgets the sums, which needs no room; they are counted anew when they are needed. */
export const forgetSums = (change: Change): Promise<void> =>
  change.objectStore('meta').delete('totals');

const isSame = (
  kept: Totals | undefined,
  { bytes, entries }: Totals,
): boolean => kept?.bytes === bytes && kept.entries === entries;

/** Sums, none where they are not known, less others. */
const less = (
  sums: Totals | undefined,
  { bytes, entries }: Totals,
): Totals => ({
  bytes: (sums?.bytes ?? 0) - bytes,
  entries: (sums?.entries ?? 0) - entries,
});

/** The sums, counted anew when they are damaged. */
export const totalsOf = async (change: Change): Promise<Totals> =>
  (await keptIn(change)) ?? (await countAll(change));

/** Records read at a time. */
const BATCH = 200;

/** Counts what is stored: after a blind drop or damage to the sums. */
async function countAll(transaction: Change | Look): Promise<Totals> {
  const policies = transaction.objectStore('policies');
  const keys = await policies.getAllKeys();
  let bytes = 0;
  for (let at = 0; at < keys.length; at += BATCH) {
    const range = IDBKeyRange.lowerBound(keys[at]);
    for (const policy of await policies.getAll(range, BATCH))
      bytes += lengthOf(policy);
  }
  return { bytes, entries: keys.length };
}

/** How far the kept sums are off. */
export const driftOf = async (look: Look): Promise<Totals> =>
  less(await keptIn(look), await countAll(look));

/** How far ahead of the clock a use may lie, in milliseconds: clocks are set right by seconds all the time. */
const AHEAD_MS = 60_000;

/**
 * Drops the least recently used entries but `keep` until no more than `target` is left; resolves to what is. First those
 * that were used in the future: the clock was set back, and they would outlive whatever is stored from now on.
 */
export async function evictTo(
  change: Change,
  { bytes, entries }: Totals,
  target: Totals,
  now: number,
  keep?: string,
): Promise<Totals> {
  const oldest = change.objectStore('policies').index('used');
  const isAbove = (): boolean =>
    bytes > target.bytes || entries > target.entries;
  // A write that has room, as most have, reads nothing here.
  let range: IDBKeyRange | undefined = IDBKeyRange.lowerBound(now + AHEAD_MS);
  while (isAbove()) {
    const [keys, policies] = await Promise.all([
      oldest.getAllKeys(range, BATCH),
      oldest.getAll(range, BATCH),
    ]);
    const gone: string[] = [];
    for (const [at, key] of keys.entries()) {
      if (!isAbove()) break;
      if (key === keep) continue;
      bytes -= lengthOf(policies[at]);
      entries--;
      gone.push(key);
    }
    await deleted(change, gone);
    if (gone.length > 0) continue;
    if (!range) break;
    range = undefined;
  }
  return { bytes, entries };
}
