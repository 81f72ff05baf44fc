import { expect, test } from '@playwright/test';
import { hasStrongValidator, sameRepresentation } from './etag.js';
import type { ResponseView, StoredView } from './message.js';
import {
  conditionalHeaders,
  freshen,
  headUpdate,
  validation,
} from './validate.js';

type Fields = Record<string, string>;

const NOW = Date.UTC(2026, 10, 22, 12);
const date = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString();

const response = (fields: Fields, status = 200): ResponseView => ({
  status,
  headers: new Headers(fields),
});

const stored = (fields: Fields, status = 200): StoredView => ({
  ...response(fields, status),
  requestHeaders: new Headers(),
  requestTime: NOW,
  responseTime: NOW,
});

test('both validators are sent as they were received', () => {
  const modified = date(-3000);
  expect(
    conditionalHeaders(stored({ etag: 'ABC', 'last-modified': modified })),
  ).toEqual([
    ['If-None-Match', 'ABC'],
    ['If-Modified-Since', modified],
  ]);
  expect(
    conditionalHeaders(stored({ etag: '', 'last-modified': 'x' })),
  ).toEqual([]);
});

const TAG = { etag: '"a"' };
const MODIFIED = { 'last-modified': date(-3000), date: date(0) };

const VALIDATIONS: [
  what: string,
  ours: Fields,
  theirs: Fields,
  result: 'not-modified' | 'unusable',
][] = [
  ['the same tag', TAG, TAG, 'not-modified'],
  ['no validator', TAG, {}, 'not-modified'],
  ['no validator', MODIFIED, {}, 'not-modified'],
  ['a weaker tag', TAG, { etag: 'W/"a"' }, 'not-modified'],
  ['a stronger tag', { etag: 'W/"a"' }, TAG, 'not-modified'],
  ['an unquoted tag', { etag: 'ABC' }, { etag: 'ABC' }, 'not-modified'],
  ['another tag', TAG, { etag: '"b"' }, 'unusable'],
  ['another weak tag', TAG, { etag: 'W/"b"' }, 'unusable'],
  [
    'the same tag, another date',
    { ...TAG, ...MODIFIED },
    { ...TAG, 'last-modified': date(-9) },
    'not-modified',
  ],
  ['a tag that we had not', MODIFIED, TAG, 'not-modified'],
  ['the same date', MODIFIED, MODIFIED, 'not-modified'],
  [
    'an older date',
    MODIFIED,
    { 'last-modified': date(-4000), date: date(5) },
    'unusable',
  ],
  [
    'a newer date',
    MODIFIED,
    { 'last-modified': date(-2000), date: date(5) },
    'unusable',
  ],
  [
    'a newer date, without Date',
    MODIFIED,
    { 'last-modified': date(-2999) },
    'unusable',
  ],
  [
    'a date that moves with the clock',
    MODIFIED,
    { 'last-modified': date(-2995), date: date(5) },
    'not-modified',
  ],
  [
    'a date that moves a second further than the clock, as both are rounded',
    MODIFIED,
    { 'last-modified': date(-2994), date: date(5) },
    'not-modified',
  ],
  [
    'a date that moves further than that',
    MODIFIED,
    { 'last-modified': date(-2993), date: date(5) },
    'unusable',
  ],
  [
    'a date after ours was received',
    { 'last-modified': date(-1), date: date(0) },
    { 'last-modified': date(4), date: date(5) },
    'unusable',
  ],
  [
    'a date that is none',
    MODIFIED,
    { 'last-modified': 'x', date: date(0) },
    'unusable',
  ],
  ['anything, unasked', {}, {}, 'unusable'],
];

for (const [what, ours, theirs, result] of VALIDATIONS) {
  test(`a 304 with ${what} is ${result} for ${JSON.stringify(ours)}`, () => {
    expect(validation(stored(ours), response(theirs, 304))).toBe(result);
  });
}

test('anything but a 304 is a new response', () => {
  for (const status of [200, 206, 404, 500, 999]) {
    expect(validation(stored(TAG), response(TAG, status))).toBe('modified');
  }
});

test('a 304 updates all fields but those that describe the stored body', () => {
  const ours = {
    'content-length': '36',
    'content-type': 'text/css',
    'content-foo': 'a',
    'x-kept': 'a',
    etag: 'W/"a"',
    age: '7200',
    date: date(-7200),
    'cache-control': 'max-age=1',
  };
  const theirs = {
    'content-length': '10',
    'content-type': 'text/html',
    'content-encoding': 'gzip',
    'content-range': 'bytes 0-1/2',
    'content-digest': 'sha-256=:x:',
    'content-foo': 'b',
    connection: 'x-hop',
    'x-hop': '1',
    'x-new': 'b',
    etag: '"a"',
    date: date(0),
    'cache-control': 'max-age=9',
  };
  const fields = Object.fromEntries(
    freshen(response(ours), response(theirs, 304)),
  );
  expect(fields).toEqual({
    'content-length': '36',
    'content-type': 'text/css',
    'content-foo': 'b',
    'x-kept': 'a',
    'x-new': 'b',
    etag: 'W/"a"',
    date: date(0),
    'cache-control': 'max-age=9',
  });
});

test('a 304 may change the parameters of Content-Type, not the media type', () => {
  const ours = response({ 'content-type': 'text/plain' });
  for (const [theirs, after] of [
    ['text/plain;charset=utf-8', 'text/plain;charset=utf-8'],
    ['Text/Plain ; charset=utf-8', 'Text/Plain ; charset=utf-8'],
    ['text/html', 'text/plain'],
  ] as const) {
    const fields = freshen(ours, response({ 'content-type': theirs }, 304));
    expect(fields.get('content-type')).toBe(after);
  }
});

test('a 304 brings no field back that no-cache keeps from being reused', () => {
  const ours = response({ 'cache-control': 'no-cache="a"', b: '1' });
  const fields = freshen(ours, response({ a: '1', b: '2' }, 304));
  expect([...fields]).toEqual([
    ['b', '2'],
    ['cache-control', 'no-cache="a"'],
  ]);
});

test('the stored headers themselves are left alone', () => {
  const ours = response({ a: '1' });
  freshen(ours, response({ a: '2' }, 304));
  expect(ours.headers.get('a')).toBe('1');
});

const HEADS: [ours: Fields, head: Fields, result: string, status?: number][] = [
  [{}, {}, 'freshen'],
  [TAG, TAG, 'freshen'],
  [TAG, { etag: '"b"' }, 'invalidate'],
  [{}, TAG, 'invalidate'],
  [TAG, {}, 'freshen'],
  [MODIFIED, MODIFIED, 'freshen'],
  [MODIFIED, { 'last-modified': date(-1) }, 'invalidate'],
  [{ 'content-length': '5' }, { 'content-length': '5' }, 'freshen'],
  [{ 'content-length': '5' }, { 'content-length': '6' }, 'invalidate'],
  [{}, { 'content-length': '6' }, 'freshen'],
  [
    { 'content-length': '5' },
    { 'content-length': '6', 'content-encoding': 'gzip' },
    'freshen',
  ],
  [TAG, { etag: '"b"' }, 'none', 404],
  [TAG, TAG, 'none', 500],
];

for (const [ours, head, result, status = 200] of HEADS) {
  const what = `${status} ${JSON.stringify(head)}`;
  test(`HEAD's ${what} on ${JSON.stringify(ours)}: ${result}`, () => {
    expect(headUpdate(stored(ours), response(head, status))).toBe(result);
  });
}

test('HEAD says nothing about a stored part or error', () => {
  expect(headUpdate(stored(TAG, 206), response({}))).toBe('none');
});

test('what another URL answers says nothing of this one', () => {
  const redirected = (fields: Fields, status?: number) => ({
    ...response(fields, status),
    redirected: true,
  });
  expect(validation(stored(TAG), redirected(TAG, 304))).toBe('unusable');
  expect(headUpdate(stored(TAG), redirected(TAG))).toBe('none');
  expect(headUpdate(stored({}), redirected({}))).toBe('none');
  expect(sameRepresentation(stored(TAG), redirected(TAG))).toBe(false);
});

const STRENGTHS: [fields: Fields, strong: boolean][] = [
  [{ etag: '"a"' }, true],
  [{ etag: '"\u00fc"' }, true],
  [{ etag: '""' }, true],
  [{ etag: 'W/"a"' }, false],
  [{ etag: 'abc' }, false],
  [{ etag: '"a"b"' }, false],
  [{ 'last-modified': date(-60), date: date(0) }, true],
  [{ 'last-modified': date(-59), date: date(0) }, false],
  [{ 'last-modified': date(-60) }, false],
  [{ etag: 'W/"a"', 'last-modified': date(-60), date: date(0) }, false],
  [{}, false],
];

for (const [fields, strong] of STRENGTHS) {
  test(`${JSON.stringify(fields)} ${strong ? 'is' : 'is not'} strong`, () => {
    expect(hasStrongValidator(response(fields))).toBe(strong);
    expect(sameRepresentation(response(fields), response(fields))).toBe(strong);
  });
}

test('representations with different validators are not the same', () => {
  const same = (a: Fields, b: Fields) =>
    sameRepresentation(response(a), response(b));
  const other = { 'last-modified': date(-4000), date: date(0) };
  expect(same(TAG, { etag: '"b"' })).toBe(false);
  expect(same(TAG, MODIFIED)).toBe(false);
  expect(same(MODIFIED, other)).toBe(false);
  expect(same({ ...TAG, ...MODIFIED }, MODIFIED)).toBe(false);
  const weak = { ...MODIFIED, date: date(-2990) };
  expect(same(MODIFIED, weak)).toBe(false);
  expect(same(weak, MODIFIED)).toBe(false);
  expect(same({ ...TAG, ...MODIFIED }, { ...TAG, ...other })).toBe(true);
});
