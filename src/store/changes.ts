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

/** Tells a put that is refused from one that dies with its transaction. */
const accepted = (put: Promise<unknown>): Promise<unknown> =>
  put.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError')
      throw error;
    throw new Refusal();
  });

/** Puts both records in the place of the variant they replace; undefined when a later one is stored already. */
export async function writePair(
  change: Change,
  draft: Draft,
  replaces: Replaces,
  budget: Budget,
): Promise<PolicyRecord | undefined> {
  const [variants, kept] = await Promise.all([
    variantsOf(change, draft.base),
    totalsOf(change),
  ]);
  const old = variants.find(({ policy }) => policy && replaces(policy));
  const asked = old?.policy?.requestTime ?? 0;
  if (asked > draft.requestTime && asked <= budget.now()) return undefined;
  const key = old?.key ?? freeKey(draft.base, variants);
  const record = sealPolicy(draft, key);
  const { content } = draft.body;
  const payload = { schema: FINGERPRINT, id: record.id, body: content };
  const replaced = variants.find((variant) => variant.key === key);
  const sums = {
    bytes: Math.max(0, kept.bytes + record.length - (replaced?.length ?? 0)),
    entries: kept.entries + (replaced ? 0 : 1),
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
  await evictTo(change, counted, isFull(counted) ? target : counted, keep);
}

/**
 * Drops a pair, if it is still the one with this id; false when it is not. Without an id every variant of the URL goes,
 * and unread where reading is what fails.
 */
export async function drop(
  change: Change,
  key: string,
  id?: string,
  isUnread = false,
): Promise<boolean> {
  const meta = change.objectStore('meta');
  const range = id === undefined ? keysOf(key) : IDBKeyRange.only(key);
  let sums: Totals | undefined;
  if (!isUnread) {
    const stored = await change.objectStore('policies').getAll(range);
    if (id !== undefined && stored.some((each) => idOf(each) !== id))
      return false;
    const bytes = stored.reduce<number>((sum, it) => sum + lengthOf(it), 0);
    sums = await totalsWith(change, -bytes, -stored.length);
  }
  await Promise.all([
    change.objectStore('policies').delete(range),
    change.objectStore('payloads').delete(range),
    sums ? meta.put(sums, 'totals') : meta.delete('totals'),
  ]);
  return true;
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
    const key = n === 1 ? base : `${base} #${n}`;
    if (!variants.some((variant) => variant.key === key && variant.policy))
      return key;
  }
  return variants.reduce((a, b) => (usedAt(b) < usedAt(a) ? b : a)).key;
}

/** The sums, counted anew when they are damaged. */
export async function totalsOf(change: Change): Promise<Totals> {
  const known = decodeTotals(await change.objectStore('meta').get('totals'));
  return known ?? (await countAll(change));
}

/** The sums with so much more, or less; they are hints, and wrong ones end at nothing. */
async function totalsWith(
  change: Change,
  bytes: number,
  entries: number,
): Promise<Totals> {
  const sums = await totalsOf(change);
  return {
    bytes: Math.max(0, sums.bytes + bytes),
    entries: Math.max(0, sums.entries + entries),
  };
}

/** Counts what is stored, record by record: after a blind drop or damage to the sums. */
export async function countAll(change: Change): Promise<Totals> {
  let bytes = 0;
  let entries = 0;
  let cursor = await change.objectStore('policies').openCursor();
  for (; cursor; cursor = await cursor.continue()) {
    bytes += lengthOf(cursor.value);
    entries++;
  }
  return { bytes, entries };
}

/** Drops the least recently used entries but `keep` until no more than `target` is left, and notes what is. */
export async function evictTo(
  change: Change,
  { bytes, entries }: Totals,
  target: Totals,
  keep?: string,
): Promise<void> {
  const payloads = change.objectStore('payloads');
  const oldest = change.objectStore('policies').index('used');
  let cursor;
  while (bytes > target.bytes || entries > target.entries) {
    cursor = await (cursor ? cursor.continue() : oldest.openCursor());
    if (!cursor) break;
    const { primaryKey } = cursor;
    if (primaryKey === keep) continue;
    bytes -= lengthOf(cursor.value);
    entries--;
    await Promise.all([cursor.delete(), payloads.delete(primaryKey)]);
  }
  const left = { bytes: Math.max(0, bytes), entries: Math.max(0, entries) };
  await change.objectStore('meta').put(left, 'totals');
}
