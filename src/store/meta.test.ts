import { expect, test } from '@playwright/test';
import { decodeKeys, decodeTotals } from './meta.js';

test('sums are taken as they are', () => {
  const totals = { bytes: 0, entries: 3 };
  expect(decodeTotals({ ...totals, more: 1 })).toEqual(totals);
});

test('what cannot be sums is counted anew', () => {
  for (const wrong of [
    undefined,
    null,
    'plenty',
    new Map([['bytes', 1]]),
    { bytes: 1 },
    { entries: 1 },
    { bytes: -1, entries: 1 },
    { bytes: 1, entries: 0.5 },
    { bytes: NaN, entries: 1 },
    { bytes: '1', entries: 1 },
    { bytes: 2 ** 53, entries: 1 },
  ])
    expect(decodeTotals(wrong), JSON.stringify(wrong)).toBeUndefined();
});

test('of a list of keys what is no text is left out, and what is no list is empty', () => {
  expect(decodeKeys(['a', 1, null, {}, 'b'])).toEqual(['a', 'b']);
  for (const wrong of [undefined, null, 'ab', { length: 1, 0: 'a' }])
    expect(decodeKeys(wrong)).toEqual([]);
});
