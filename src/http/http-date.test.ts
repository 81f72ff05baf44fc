import { expect, test } from '@playwright/test';
import { formatHttpDate, parseHttpDate } from './http-date.js';

const NOW = Date.UTC(2026, 10, 22, 12);
const AT = Date.UTC(2050, 7, 18, 2, 1, 18);

const VALID: [field: string, time: number][] = [
  ['Thu, 18 Aug 2050 02:01:18 GMT', AT],
  ['THU, 18 aUG 2050 02:01:18 gMT', AT],
  ['Thursday, 18-Aug-50 02:01:18 GMT', AT],
  ['Thu Aug 18 02:01:18 2050', AT],
  ['Thu Aug  8 02:01:18 2050', Date.UTC(2050, 7, 8, 2, 1, 18)],
  ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
  ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ['Sun, 21 Nov 2286 04:46:39 GMT', Date.UTC(2286, 10, 21, 4, 46, 39)],
  ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
];

for (const [field, time] of VALID) {
  test(`"${field}" is a date`, () => {
    expect(parseHttpDate(field, NOW)).toBe(time);
  });
}

const INVALID: (string | null)[] = [
  null,
  '',
  '0',
  '-1',
  '1731000000',
  '2050-08-18T02:01:18Z',
  'Thu, 18 Aug 50 02:01:18 GMT',
  'Thu 18 Aug 2050 02:01:18 GMT',
  'Thu, 18  Aug  2050 02:01:18 GMT',
  'Thu, 18 Aug 2050 02.01.18 GMT',
  'Thu, 18-Aug-2050 02:01:18 GMT',
  'Thu, 18-Aug-50 02:01:18 GMT',
  'Thu, 18 Aug 2050 2:01:18 GMT',
  'Thu, 8 Aug 2050 02:01:18 GMT',
  'Thu, 18 Aug 2050 02:01:18 AEST',
  'Thu, 18 Aug 2050 02:01:18 UTC',
  'Thu, 18 Aug 2050 02:01:18',
  'Thu, 18 Abc 2050 02:01:18 GMT',
  'Xyz, 18 Aug 2050 02:01:18 GMT',
  'Thu, 32 Aug 2050 02:01:18 GMT',
  'Thu, 00 Aug 2050 02:01:18 GMT',
  'Sun, 31 Feb 2050 02:01:18 GMT',
  'Thu, 29 Feb 2050 02:01:18 GMT',
  'Thu, 18 Aug 2050 24:00:00 GMT',
  'Thu, 18 Aug 2050 02:60:18 GMT',
  'Thu, 18 Aug 2050 02:01:61 GMT',
  'Thu, 18 Aug 2050 02:60:60 GMT',
  'Thu, Aug 18 2050 02:01:18 GMT',
  'Thu, 2050 Aug 18 02:01:18 GMT',
  'Thu, 18 Aug 2050  2:01:18 GMT',
  'Thu, 18 Aug 12050 2:01:18 GMT',
  'Thu, 18 Aug -050 02:01:18 GMT',
  'Thu, 18 Aug 2050 02:01:18 GMT (UTC)',
  'Thu Aug  08 02:01:18 2050',
  'Thu Aug 8 02:01:18 2050',
  'Thursday, 18-Aug-50 02:01:18',
  'Thursday, 31-Feb-50 02:01:18 GMT',
  'Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT',
];

for (const field of INVALID) {
  test(`"${field}" is no date`, () => {
    expect(parseHttpDate(field, NOW)).toBeUndefined();
  });
}

const CENTURIES: [now: number, twoDigits: string, year: number][] = [
  [2026, '26', 2026],
  [2026, '76', 2076],
  [2026, '77', 1977],
  [2026, '99', 1999],
  [2026, '00', 2000],
  [2060, '05', 2105],
  [2060, '11', 2011],
  [2099, '01', 2101],
];

for (const [now, twoDigits, year] of CENTURIES) {
  test(`in ${now} the year ${twoDigits} is ${year}`, () => {
    const field = `Monday, 01-Jan-${twoDigits} 00:00:00 GMT`;
    const time = parseHttpDate(field, Date.UTC(now, 6));
    expect(time).toBe(Date.UTC(year, 0));
  });
}

test('a year before 100 is not taken for one of our century', () => {
  const field = 'Mon, 01 Jan 0050 00:00:00 GMT';
  expect(parseHttpDate(field, NOW)).toBeUndefined();
});

test('a time is written as an IMF-fixdate', () => {
  expect(formatHttpDate(AT + 999)).toBe('Thu, 18 Aug 2050 02:01:18 GMT');
});
