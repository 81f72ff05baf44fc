/** What the store `meta` holds: sums and hints, which may be lost or wrong at any time without harm. */
import { fieldOf } from './records.js';

/** The sums that save a write from counting. */
export interface Totals {
  /** Sum of all bodies, in bytes. */
  readonly bytes: number;
  readonly entries: number;
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** Decodes the sums; undefined when they must be counted. */
export function decodeTotals(value: unknown): Totals | undefined {
  const bytes = fieldOf(value, 'bytes');
  const entries = fieldOf(value, 'entries');
  return isCount(bytes) && isCount(entries) ? { bytes, entries } : undefined;
}

/** Decodes a list of keys; empty when it is none. */
export const decodeKeys = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.filter((key): key is string => typeof key === 'string')
    : [];
