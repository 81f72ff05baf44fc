import { expect, test } from '@playwright/test';
import type { RequestView, StoredView } from './message.js';
import {
  covers,
  ifRangeHolds,
  parseContentRange,
  requestedRange,
} from './range.js';

const RANGES: [range: string | undefined, length: number, result: unknown][] = [
  [undefined, 10, 'whole'],
  ['bytes=0-1', 10, { first: 0, last: 1 }],
  ['Bytes=0-1', 10, { first: 0, last: 1 }],
  ['bytes=1-', 10, { first: 1, last: 9 }],
  ['bytes=0-99', 10, { first: 0, last: 9 }],
  ['bytes=-1', 10, { first: 9, last: 9 }],
  ['bytes=-99', 10, { first: 0, last: 9 }],
  ['bytes= 0-1 ,', 10, { first: 0, last: 1 }],
  ['bytes=9-9', 10, { first: 9, last: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=-5', 0, 'unsatisfiable'],
  ['bytes=5-4', 10, 'whole'],
  ['bytes=0-1,3-4', 10, 'whole'],
  ['bytes=a-b', 10, 'whole'],
  ['bytes=+1-2', 10, 'whole'],
  ['bytes=1.0-2', 10, 'whole'],
  ['bytes=0x1-2', 10, 'whole'],
  ['bytes=1-2-3', 10, 'whole'],
  ['bytes=--1', 10, 'whole'],
  ['bytes=1 - 2', 10, 'whole'],
  ['bytes = 1-2', 10, 'whole'],
  [`bytes=${'9'.repeat(400)}-`, 10, 'unsatisfiable'],
  [`bytes=0-${'9'.repeat(400)}`, 10, { first: 0, last: 9 }],
  [`bytes=-${'9'.repeat(400)}`, 10, { first: 0, last: 9 }],
  ['bytes=-', 10, 'whole'],
  ['bytes=', 10, 'whole'],
  ['bytes 0-1', 10, 'whole'],
  ['lines=0-1', 10, 'whole'],
];

for (const [range, length, result] of RANGES) {
  test(`Range: ${range} of ${length} bytes is ${JSON.stringify(result)}`, () => {
    const headers = new Headers(range === undefined ? {} : { range });
    expect(requestedRange(headers, length)).toEqual(result);
  });
}

const CONTENT_RANGES: [value: string | null, result: unknown][] = [
  ['bytes 0-4/10', { first: 0, last: 4, total: 10 }],
  ['bytes 5-5/6', { first: 5, last: 5, total: 6 }],
  ['bytes 4-9/*', { first: 4, last: 9, total: undefined }],
  ['bytes */10', undefined],
  ['bytes 5-4/10', undefined],
  ['bytes 0-10/10', undefined],
  ['bytes 0-4', undefined],
  ['bytes 0-4/5, bytes 5-9/10', undefined],
  ['bytes  0-4/10', { first: 0, last: 4, total: 10 }],
  ['bytes -1-4/10', undefined],
  ['bytes 0-4/x', undefined],
  ['bytes */*', undefined],
  ['lines 0-4/10', undefined],
  ['bytes=0-4/10', undefined],
  ['', undefined],
  [null, undefined],
];

for (const [value, result] of CONTENT_RANGES) {
  test(`Content-Range: ${value} is ${JSON.stringify(result)}`, () => {
    expect(parseContentRange(value)).toEqual(result);
  });
}

test('If-Range holds only for the same strong validator', () => {
  const modified = 'Sun, 22 Nov 2026 11:00:00 GMT';
  const headers = new Headers({
    etag: '"a"',
    'last-modified': modified,
    date: 'Sun, 22 Nov 2026 12:00:00 GMT',
  });
  const holds = (value?: string, stored = headers) =>
    ifRangeHolds(
      new Headers(value === undefined ? {} : { 'if-range': value }),
      {
        status: 200,
        headers: stored,
      },
    );
  expect(holds()).toBe(true);
  expect(holds('"a"')).toBe(true);
  expect(holds('"b"')).toBe(false);
  expect(holds('W/"a"')).toBe(false);
  expect(holds('W/"a"', new Headers({ etag: 'W/"a"' }))).toBe(false);
  expect(holds(modified)).toBe(true);
  expect(holds('Sun, 22 Nov 2026 11:00:01 GMT')).toBe(false);
  expect(holds(modified, new Headers({ 'last-modified': modified }))).toBe(
    false,
  );
  expect(holds('x', new Headers())).toBe(false);
});

test('a stored part answers no HEAD, and nobody whose If-Range names another representation', () => {
  const stored: StoredView = {
    status: 206,
    headers: new Headers({ etag: '"a"', 'content-range': 'bytes 4-9/10' }),
    requestHeaders: new Headers(),
    requestTime: 0,
    responseTime: 0,
  };
  const answers = (method: string, condition: string) => {
    const headers = new Headers({ range: 'bytes=5-6', 'if-range': condition });
    const url = 'https://example.com/';
    return covers(stored, { method, url, headers, cache: 'default' });
  };
  expect(answers('GET', '"a"')).toBe(true);
  expect(answers('GET', '"b"')).toBe(false);
  expect(answers('HEAD', '"a"')).toBe(false);
});

const COVERS: [part: string, range: string | undefined, result: boolean][] = [
  ['bytes 4-9/10', 'bytes=-5', true],
  ['bytes 4-9/10', 'bytes=6-8', true],
  ['bytes 4-9/10', 'bytes=6-', true],
  ['bytes 4-9/10', 'bytes=4-9', true],
  ['bytes 4-9/10', 'bytes=3-9', false],
  ['bytes 4-8/10', 'bytes=4-9', false],
  ['bytes 4-9/10', 'bytes=3-5', false],
  ['bytes 4-9/10', 'bytes=-7', false],
  ['bytes 4-9/10', 'bytes=99-', false],
  ['bytes 4-9/10', undefined, false],
  ['bytes 0-4/10', undefined, false],
  ['bytes 0-9/10', undefined, true],
  ['bytes 4-9/*', 'bytes=4-9', true],
  ['bytes 4-9/*', 'bytes=4-', false],
  ['bytes 4-9/*', 'bytes=3-5', false],
  ['bytes 4-9/*', 'bytes=8-10', false],
  ['bytes 4-9/*', 'bytes=-1', false],
  ['bytes 4-9/*', undefined, false],
  ['x', 'bytes=0-0', false],
];

for (const [part, range, result] of COVERS) {
  test(`${part} ${result ? 'holds' : 'does not hold'} ${range}`, () => {
    const stored: StoredView = {
      status: 206,
      headers: new Headers({ 'content-range': part }),
      requestHeaders: new Headers(),
      requestTime: 0,
      responseTime: 0,
    };
    const request: RequestView = {
      method: 'GET',
      url: 'https://example.com/',
      headers: new Headers(range === undefined ? {} : { range }),
      cache: 'default',
    };
    expect(covers(stored, request)).toBe(result);
  });
}
