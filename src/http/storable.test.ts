import { expect, test } from '@playwright/test';
import type { RequestView } from './message.js';
import { isStorable } from './storable.js';

type Fields = Record<string, string>;

const DATE = 'Sun, 22 Nov 2026 12:00:00 GMT';
const TARGET = 'https://example.com/a?b#c';

const request = (more: Partial<RequestView> = {}): RequestView => ({
  method: 'GET',
  url: TARGET,
  headers: new Headers(),
  cache: 'default',
  ...more,
});

const storable = (
  fields: Fields,
  status = 200,
  more: Partial<RequestView> = {},
) => isStorable(request(more), { status, headers: new Headers(fields) });

const CASES: [
  what: string,
  fields: Fields,
  result: boolean,
  status?: number,
][] = [
  ['explicit freshness', { 'cache-control': 'max-age=9' }, true],
  ['explicit freshness', { expires: DATE }, true],
  ['any final status', { 'cache-control': 'max-age=9' }, true, 599],
  ['any final status', { 'cache-control': 'max-age=9' }, true, 302],
  ['a validator', { etag: '"a"' }, true],
  ['a validator', { 'last-modified': DATE }, true],
  ['nothing to go by', {}, false],
  ['nothing to go by', { 'last-modified': 'x' }, false],
  ['another status without freshness', { etag: '"a"' }, false, 201],
  ['public', { etag: '"a"', 'cache-control': 'public' }, true, 201],
  ['private', { etag: '"a"', 'cache-control': 'private' }, true, 201],
  ['no-cache', { etag: '"a"', 'cache-control': 'no-cache' }, true],
  ['no-store', { 'cache-control': 'max-age=9, No-StOrE' }, false],
  ['no-store', { 'cache-control': 'no-store=1, max-age=9' }, false],
  [
    'must-understand with an understood status',
    { 'cache-control': 'max-age=9, no-store, must-understand' },
    true,
  ],
  [
    'must-understand with another status',
    { 'cache-control': 'max-age=9, no-store, must-understand' },
    false,
    599,
  ],
  [
    'must-understand with another status, without no-store',
    { 'cache-control': 'max-age=9, must-understand' },
    false,
    299,
  ],
  ['Vary: * with a validator', { etag: '"a"', vary: '*' }, true],
  ['Vary: *', { 'cache-control': 'max-age=9', vary: '*' }, false],
  [
    'the targeted field, which forbids',
    { 'sw-cache-control': 'no-store', 'cache-control': 'max-age=9' },
    false,
  ],
  [
    'the targeted field, which allows',
    { 'sw-cache-control': 'max-age=9', 'cache-control': 'no-store' },
    true,
  ],
  [
    'the targeted field, which ignores Expires',
    { 'sw-cache-control': 'foo', expires: DATE },
    false,
  ],
  ['a part', { 'cache-control': 'max-age=9' }, false, 206],
  [
    'a part with its place',
    { 'cache-control': 'max-age=9', 'content-range': 'bytes 0-4/10' },
    true,
    206,
  ],
  [
    'the parts of a part, which say their places inside',
    {
      'cache-control': 'max-age=9',
      'content-type': 'multipart/byteranges; boundary=x',
    },
    false,
    206,
  ],
  [
    'a part that cannot be',
    { 'cache-control': 'max-age=9', 'content-range': 'bytes 4-0/10' },
    false,
    206,
  ],
  ['private for a field', { 'cache-control': 'private="a", max-age=9' }, true],
  ['an Expires that is none', { expires: '0' }, true],
  ['an Expires of nothing', { expires: '' }, true],
  ['a lifetime that is none', { 'cache-control': 'max-age=soon' }, true],
  ['s-maxage alone', { 'cache-control': 's-maxage=9' }, false],
  ['Pragma', { 'cache-control': 'max-age=9', pragma: 'no-cache' }, true],
  ['a tag of nothing', { etag: '' }, false],
  ['Vary: * among others', { etag: '"a"', vary: 'a, *' }, true],
  [
    'Vary: * among others',
    { 'cache-control': 'max-age=9', vary: 'a,*' },
    false,
  ],
  ...[201, 202, 226, 299, 302, 307, 400, 403, 418, 451, 499, 500, 503].flatMap(
    (status): (typeof CASES)[number][] => [
      ['a validator and no word on it', { etag: '"a"' }, false, status],
      ['its own lifetime', { 'cache-control': 'max-age=9' }, true, status],
    ],
  ),
  ...[203, 204, 300, 301, 308, 404, 405, 410, 414, 501].map(
    (status): (typeof CASES)[number] => [
      'a validator, where a lifetime may be guessed',
      { etag: '"a"' },
      true,
      status,
    ],
  ),
  ...[412, 428, 431, 511].map((status): (typeof CASES)[number] => [
    'what answers one request only',
    { 'cache-control': 'max-age=9', etag: '"a"' },
    false,
    status,
  ]),
  ['an interim status', { 'cache-control': 'max-age=9' }, false, 103],
  ['an opaque status', { 'cache-control': 'max-age=9' }, false, 0],
  ['a 304', { 'cache-control': 'max-age=9' }, false, 304],
  ['a 416', { 'cache-control': 'max-age=9' }, false, 416],
  ['a 429', { 'cache-control': 'max-age=9' }, false, 429],
];

for (const [what, fields, result, status = 200] of CASES) {
  const verb = result ? 'is' : 'is not';
  test(`${what} (${status} ${JSON.stringify(fields)}) ${verb} stored`, () => {
    expect(storable(fields, status)).toBe(result);
  });
}

test('a request may forbid storing', () => {
  const fresh = { 'cache-control': 'max-age=9' };
  const headers = new Headers({ 'cache-control': 'No-Store' });
  expect(storable(fresh, 200, { headers })).toBe(false);
  expect(storable(fresh, 200, { cache: 'no-store' })).toBe(false);
  expect(storable(fresh, 200, { cache: 'reload' })).toBe(true);
});

test('a private cache stores what was asked with Authorization', () => {
  const headers = new Headers({ authorization: 'Bearer alice' });
  const fresh = { 'cache-control': 'max-age=9' };
  expect(storable(fresh, 200, { headers })).toBe(true);
});

test('only GET is stored, and what POST and PATCH say is the URL itself', () => {
  const fields = {
    'cache-control': 'max-age=9',
    'content-location': '/a?b',
  };
  for (const method of ['POST', 'PATCH']) {
    expect(storable(fields, 200, { method })).toBe(true);
    expect(storable(fields, 500, { method })).toBe(false);
    const elsewhere = { ...fields, 'content-location': '/a' };
    expect(storable(elsewhere, 200, { method })).toBe(false);
    const bad = { ...fields, 'content-location': 'http://[' };
    expect(storable(bad, 200, { method })).toBe(false);
    const here = { 'content-location': '/a?b', etag: '"a"' };
    expect(storable(here, 200, { method })).toBe(false);
    const nowhere = { 'cache-control': 'max-age=9' };
    expect(storable(nowhere, 200, { method })).toBe(false);
  }
  for (const method of ['HEAD', 'PUT', 'DELETE', 'FOO', 'get']) {
    expect(storable(fields, 200, { method })).toBe(false);
  }
});
