/**
 * What happens inside a readwrite transaction over all three stores. Nothing but requests is awaited here; the sums in
 * `meta` change with the records, in the same transaction, so a crash cannot part them.
 */
import type { Change } from './database.js';
import { keysOf } from './lookup.js';
import { decodeTotals, type Totals } from './meta.js';
import {
  decodePolicy,
  idOf,
  lengthOf,
  sealPolicy,
  FINGERPRINT,
  type Draft,
  type Policy,
  type PolicyRecord,
} from './records.js';

/** How much may be stored. */
export interface Budget {
  /** Sum of all bodies, in bytes. */
  readonly maxBytes: number;
  readonly maxEntries: number;
}

/** Finds the stored variant that a draft replaces. */
export type Replaces = (policy: Policy) => boolean;

/** The part of the budget that an eviction leaves, so that the next writes need none. */
const LEFT = 0.9;

/** Most variants of one URL; the least recently used one makes room. */
const MAX_VARIANTS = 16;

/** A value that a healthy store did not take; nothing is wrong with the connection. */
export class Refusal extends Error {}

/** Tells a put that is refused from one that dies with its transaction. */
const accepted = (put: Promise<unknown>): Promise<unknown> =>
  put.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError')
      throw error;
    throw new Refusal('the value was not stored', { cause: error });
  });

/** Puts both records in the place of the variant they replace; undefined when a later one is stored already. */
export async function writePair(
  change: Change,
  draft: Draft,
  replaces: Replaces,
  budget: Budget,
): Promise<PolicyRecord | undefined> {
  const variants = await variantsOf(change, draft.base);
  const old = variants.find(({ policy }) => policy && replaces(policy));
  if (old?.policy && old.policy.requestTime > draft.requestTime)
    return undefined;
  const key = old?.key ?? freeKey(draft.base, variants);
  const record = sealPolicy(draft, key);
  const { content } = draft.body;
  const payload = { schema: FINGERPRINT, id: record.id, body: content };
  const totals = await totalsOf(change);
  const replaced = variants.find((variant) => variant.key === key);
  const sums = {
    bytes: totals.bytes + record.length - (replaced?.length ?? 0),
    entries: totals.entries + (replaced ? 0 : 1),
  };
  await Promise.all([
    accepted(change.objectStore('policies').put(record, key)),
    accepted(change.objectStore('payloads').put(payload, key)),
    within(change, sums, budget, key),
  ]);
  return record;
}

/** Notes the new sums, and makes room first when they are above the budget. */
async function within(
  change: Change,
  sums: Totals,
  { maxBytes, maxEntries }: Budget,
  keep: string,
): Promise<void> {
  const isFull = ({ bytes, entries }: Totals): boolean =>
    bytes > maxBytes || entries > maxEntries;
  const target = {
    bytes: maxBytes * LEFT,
    entries: Math.ceil(maxEntries * LEFT),
  };
  // The kept sums may have rotted: nothing is dropped before it is counted.
  const counted = isFull(sums) ? await countAll(change) : sums;
  const left = isFull(counted)
    ? await evictTo(change, counted, target, keep)
    : counted;
  await change.objectStore('meta').put(left, 'totals');
}

/** Drops the least recently used entries until this share of the stored bytes is left. */
export async function evictShare(change: Change, share: number): Promise<void> {
  const sums = await totalsOf(change);
  const target = { bytes: sums.bytes * share, entries: sums.entries };
  const left = await evictTo(change, sums, target);
  await change.objectStore('meta').put(left, 'totals');
}

/** Drops a pair if it is still the one with this id; false when it is not. */
export async function dropPair(
  change: Change,
  key: string,
  id: string,
): Promise<boolean> {
  const policies = change.objectStore('policies');
  const stored: unknown = await policies.get(key);
  if (stored !== undefined && idOf(stored) !== id) return false;
  const { bytes, entries } = await totalsOf(change);
  const left = {
    bytes: Math.max(0, bytes - lengthOf(stored)),
    entries: Math.max(0, entries - 1),
  };
  await Promise.all([
    policies.delete(key),
    change.objectStore('payloads').delete(key),
    change.objectStore('meta').put(left, 'totals'),
  ]);
  return true;
}

/** Drops every variant of a URL. */
export async function dropVariants(
  change: Change,
  base: string,
): Promise<boolean> {
  const variants = await variantsOf(change, base);
  const { bytes, entries } = await totalsOf(change);
  const dropped = variants.reduce((sum, { length }) => sum + length, 0);
  const left = {
    bytes: Math.max(0, bytes - dropped),
    entries: Math.max(0, entries - variants.length),
  };
  await Promise.all([
    change.objectStore('policies').delete(keysOf(base)),
    change.objectStore('payloads').delete(keysOf(base)),
    change.objectStore('meta').put(left, 'totals'),
  ]);
  return true;
}

/** Drops every variant of a URL unread: reading may be what fails. */
export async function dropUnread(
  change: Change,
  base: string,
): Promise<boolean> {
  await Promise.all([
    change.objectStore('policies').delete(keysOf(base)),
    change.objectStore('payloads').delete(keysOf(base)),
    change.objectStore('meta').delete('totals'),
  ]);
  return true;
}

interface Variant {
  readonly key: string;
  readonly length: number;
  readonly used: number;
  /** Absent when the record is broken: it is replaced, not read. */
  readonly policy: Policy | undefined;
}

async function variantsOf(change: Change, base: string): Promise<Variant[]> {
  const policies = change.objectStore('policies');
  const [keys, values] = await Promise.all([
    policies.getAllKeys(keysOf(base)),
    policies.getAll(keysOf(base)),
  ]);
  return keys.map((key, at) => {
    const decoded = decodePolicy(values[at], key);
    const policy = 'is' in decoded ? undefined : decoded;
    return {
      key,
      policy,
      length: lengthOf(values[at]),
      used: policy?.record.used ?? 0,
    };
  });
}

/** A key of this URL that is free, or whose record is broken, or whose variant was used longest ago. */
function freeKey(base: string, variants: readonly Variant[]): string {
  const taken = new Map(variants.map((variant) => [variant.key, variant]));
  for (let n = 1; n <= MAX_VARIANTS; n++) {
    const key = n === 1 ? base : `${base} #${n}`;
    if (!taken.get(key)?.policy) return key;
  }
  return variants.reduce((a, b) => (b.used < a.used ? b : a)).key;
}

/** The sums, counted anew when they are damaged. */
export async function totalsOf(change: Change): Promise<Totals> {
  const known = decodeTotals(await change.objectStore('meta').get('totals'));
  return known ?? (await countAll(change));
}

/** Counts what is stored, record by record: after a blind drop or damage to the sums. */
export async function countAll(change: Change): Promise<Totals> {
  let bytes = 0;
  let entries = 0;
  for await (const cursor of change.objectStore('policies').iterate()) {
    bytes += lengthOf(cursor.value);
    entries++;
  }
  return { bytes, entries };
}

async function evictTo(
  change: Change,
  totals: Totals,
  target: Totals,
  keep?: string,
): Promise<Totals> {
  let { bytes, entries } = totals;
  const payloads = change.objectStore('payloads');
  const oldest = change.objectStore('policies').index('used').iterate();
  for await (const cursor of oldest) {
    if (bytes <= target.bytes && entries <= target.entries) break;
    if (cursor.primaryKey === keep) continue;
    bytes -= lengthOf(cursor.value);
    entries--;
    await Promise.all([cursor.delete(), payloads.delete(cursor.primaryKey)]);
  }
  return { bytes: Math.max(0, bytes), entries: Math.max(0, entries) };
}
