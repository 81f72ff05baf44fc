import { expect, test } from '@playwright/test';
import { currentAge, exactAge, freshnessLifetime } from './freshness.js';
import { formatHttpDate } from './http-date.js';
import type { StoredView } from './message.js';

const NOW = Date.UTC(2026, 10, 22, 12);

/** Numbers are dates, in seconds from now. */
type Fields = Record<string, string | number>;

function stored(fields: Fields, more: Partial<StoredView> = {}): StoredView {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) {
    headers.set(
      name,
      typeof value === 'number' ? formatHttpDate(NOW + value * 1000) : value,
    );
  }
  return {
    status: 200,
    headers,
    requestHeaders: new Headers(),
    requestTime: NOW,
    responseTime: NOW,
    ...more,
  };
}

const LIFETIMES: [fields: Fields, seconds: number, status?: number][] = [
  [{ 'cache-control': 'max-age=60' }, 60],
  [{ 'cache-control': 'max-age="60"' }, 60],
  [{ 'cache-control': 'max-age=003600' }, 3600],
  [{ 'cache-control': 'max-age=1800, max-age=1' }, 1800],
  [{ 'cache-control': 'ext="max-age=3600", max-age=1' }, 1],
  // Invalid is stale, whatever else there is.
  [{ 'cache-control': 'max-age=-1', expires: 100, date: 0 }, 0],
  [{ 'cache-control': 'max-age=3600.0' }, 0],
  [{ 'cache-control': 'max-age=a3600' }, 0],
  [{ 'cache-control': 'max-age =3600' }, 0],
  [{ 'cache-control': 'max-age= 3600' }, 0],
  [{ 'cache-control': 'max-age' }, 0],
  // max-age before Expires; s-maxage is for others
  [{ 'cache-control': 'max-age=60', expires: -100, date: 0 }, 60],
  [{ 'cache-control': 'max-age=0', expires: 100, date: 0 }, 0],
  [{ 'cache-control': 'max-age=60', expires: '0' }, 60],
  [{ 'cache-control': 'max-age=60', pragma: 'no-cache' }, 60],
  [{ 'cache-control': 'max-age="60, max-age=5"' }, 0],
  [{ 'cache-control': 'max-age=9'.padEnd(400, '9') }, 2 ** 31],
  [{ 'cache-control': "max-age='60'", expires: 100, date: 0 }, 0],
  [{ 'cache-control': 'MAX-AGE=60' }, 60],
  [{ 'cache-control': 'private="a", max-age=60' }, 60],
  [{ 'cache-control': 's-maxage=60', expires: 5, date: 0 }, 5],
  [{ 'cache-control': 's-maxage=3600, max-age=1' }, 1],
  [{ 'cache-control': 's-maxage=3600' }, 0],
  // Expires counts from Date
  [{ expires: 100, date: 0 }, 100],
  [{ expires: 300, date: 400 }, -100],
  [{ expires: 100 }, 100],
  [{ expires: 100, date: 'x' }, 100],
  [{ expires: '0' }, 0],
  [{ expires: '0', date: 0, 'last-modified': -1000 }, 0],
  [
    { expires: 'Thu, 01 Jan 2099 00:00:00 GMT, Thu, 01 Jan 2099 00:00:00 GMT' },
    0,
  ],
  [{ expires: '', 'last-modified': -1000, date: 0 }, 0],
  // the guess
  [{ 'last-modified': -1000, date: 0 }, 100],
  [{ 'last-modified': -1000 }, 100],
  [{ 'last-modified': -1000, date: -500 }, 50],
  [{ 'last-modified': -10_000_000, date: 0 }, 86_400],
  [{ 'last-modified': 10, date: 0 }, 0],
  [{ 'last-modified': 'x', date: 0 }, 0],
  [{ date: 0 }, 0],
  [{ 'last-modified': -1000, 'cache-control': 'private' }, 100, 200],
  [{ 'last-modified': -1000 }, 0, 201],
  [{ 'last-modified': -1000 }, 0, 299],
  [{ 'last-modified': -1000, 'cache-control': 'public' }, 100, 299],
  [{ 'last-modified': -1000, 'cache-control': 'no-cache' }, 100],
  // SW-Cache-Control speaks to this cache alone
  [{ 'sw-cache-control': 'max-age=5', 'cache-control': 'max-age=9' }, 5],
  [{ 'sw-cache-control': 'max-age=5', expires: 100 }, 5],
  [{ 'sw-cache-control': 'immutable', expires: 100 }, 0],
  [{ 'sw-cache-control': 'max-age=', 'cache-control': 'max-age=9' }, 9],
  [{ 'sw-cache-control': '', 'cache-control': 'max-age=9' }, 9],
  [{ 'sw-cache-control': 'max-age=(5)', 'cache-control': 'max-age=9' }, 0],
  [{ 'sw-cache-control': 'max-age=?0', expires: 100 }, 0],
  [{ 'sw-cache-control': 'Max-Age=5', 'cache-control': 'max-age=9' }, 9],
  [{ 'sw-cache-control': 'max-age=5;x="y"', expires: 100 }, 5],
  [{ 'sw-cache-control': 'max-age=5.5', 'cache-control': 'max-age=9' }, 0],
];

for (const [fields, seconds, status = 200] of LIFETIMES) {
  test(`the lifetime of ${status} ${JSON.stringify(fields)} is ${seconds}`, () => {
    expect(freshnessLifetime(stored(fields, { status }))).toBe(seconds);
  });
}

for (const status of [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414]) {
  test(`${status} may be fresh by guess`, () => {
    const view = stored({ 'last-modified': -1000 }, { status });
    expect(freshnessLifetime(view)).toBe(100);
  });
}

const AGES: [fields: Fields, seconds: number][] = [
  [{}, 0],
  [{ age: '7200' }, 7200],
  [{ age: '7200, 0' }, 7200],
  [{ age: '0, 7200' }, 0],
  [{ age: '2147483649' }, 2 ** 31],
  [{ age: '-7200' }, 0],
  [{ age: '7200.0' }, 0],
  [{ age: '7200;a=b' }, 0],
  [{ age: 'x' }, 0],
  [{ date: -7200 }, 7200],
  [{ date: -10, age: '25' }, 25],
  // A Date in the future makes nothing younger than it is.
  [{ date: 7200 }, 0],
  [{ date: 7200, age: '5' }, 5],
  [{ date: 'x' }, 0],
];

for (const [fields, seconds] of AGES) {
  test(`what comes with ${JSON.stringify(fields)} is ${seconds} s old`, () => {
    expect(currentAge(stored(fields), NOW)).toBe(seconds);
  });
}

test('the time since the response was received is added', () => {
  const view = stored({ age: '30' });
  expect(currentAge(view, NOW + 2999)).toBe(32);
  expect(exactAge(view, NOW + 2500)).toBe(32.5);
});

test('the time on the way is added to Age, and not to the age that Date shows', () => {
  const slow = { requestTime: NOW - 5000 };
  expect(currentAge(stored({ age: '30' }, slow), NOW)).toBe(35);
  expect(currentAge(stored({ date: -3 }, slow), NOW)).toBe(5);
  expect(currentAge(stored({ date: -60 }, slow), NOW)).toBe(60);
});

test('a Date of the same second does not count as old', () => {
  const view = stored(
    { date: 0 },
    { requestTime: NOW + 900, responseTime: NOW + 900 },
  );
  expect(exactAge(view, NOW + 900)).toBe(0);
});

test('a clock set back makes a response stale, not fresher', () => {
  const view = stored({ 'cache-control': 'max-age=60', age: '10' });
  expect(currentAge(view, NOW - 1)).toBe(10);
  expect(currentAge(view, NOW - 3_600_000)).toBe(60);
  const old = stored({ 'cache-control': 'max-age=60', age: '500' });
  expect(currentAge(old, NOW - 3_600_000)).toBe(500);
});

test('a clock set back between request and response shortens no age', () => {
  const view = stored({ age: '10' }, { requestTime: NOW + 5000 });
  expect(currentAge(view, NOW)).toBe(10);
});
