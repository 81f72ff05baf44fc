import { expect, test } from '@playwright/test';
import { deltaSeconds, parseCacheControl } from './cache-control.js';

const parsed = (value: string | null) => [...parseCacheControl(value)];

test('names are lower-cased, arguments are tokens or quoted strings', () => {
  expect(parsed('MaX-aGe=3600, No-StOrE,\text="a \\"b\\", no-cache"')).toEqual([
    ['max-age', '3600'],
    ['no-store', true],
    ['ext', 'a "b", no-cache'],
  ]);
});

test('empty elements and optional white space are skipped', () => {
  expect(parsed(' , max-age=1 ,, public\t, ')).toEqual([
    ['max-age', '1'],
    ['public', true],
  ]);
  expect(parsed(null)).toEqual([]);
  expect(parsed('')).toEqual([]);
});

test('the first of several equal directives counts', () => {
  expect(parsed('max-age=1800, max-age=1')).toEqual([['max-age', '1800']]);
});

test('several lines are one field', () => {
  const headers = new Headers();
  for (const line of ['max-age=5, no-cache="a"', '', 'max-age=9, NO-CACHE="b"'])
    headers.append('cache-control', line);
  expect(parsed(headers.get('cache-control'))).toEqual([
    ['max-age', '5'],
    ['no-cache', 'a,b'],
  ]);
});

test('every no-cache counts, and the unqualified one most', () => {
  expect(parsed('no-cache="a", no-cache="b"')).toEqual([['no-cache', 'a,b']]);
  expect(parsed('no-cache="a", no-cache')).toEqual([['no-cache', true]]);
  expect(parsed('no-cache, no-cache="a"')).toEqual([['no-cache', true]]);
});

test('a malformed element keeps its name and loses its argument', () => {
  expect(parsed('max-age =3600')).toEqual([['max-age', 'max-age =3600']]);
  expect(parsed('max-age= 3600')).toEqual([['max-age', 'max-age= 3600']]);
  expect(parsed('no-store; x, =y, "z"')).toEqual([['no-store', 'no-store; x']]);
});

test('a quoted string that never ends hides nothing', () => {
  expect(parseCacheControl('ext="a, no-store').has('no-store')).toBe(true);
  expect(parseCacheControl('ext="a, no-store"').has('no-store')).toBe(false);
});

const DELTAS: [argument: string | true | undefined, seconds: unknown][] = [
  ['0', 0],
  ['003600', 3600],
  ['2147483648', 2 ** 31],
  ['2147483649', 2 ** 31],
  ['9'.repeat(400), 2 ** 31],
  ['-1', undefined],
  ['+1', undefined],
  ['1.0', undefined],
  ['1e3', undefined],
  [' 1', undefined],
  ["'1'", undefined],
  ['', undefined],
  [true, undefined],
  [undefined, undefined],
];

for (const [argument, seconds] of DELTAS) {
  test(`delta-seconds of ${String(argument).slice(0, 20)} are ${String(seconds)}`, () => {
    expect(deltaSeconds(argument)).toBe(seconds);
  });
}
