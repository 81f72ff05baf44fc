import { expect, test } from '@playwright/test';
import { invalidated, isSafe } from './invalidation.js';

function after(
  method: string,
  status: number,
  fields: Record<string, string> = {},
): string[] {
  return invalidated(
    {
      method,
      url: 'https://example.com/a/b?c#d',
      headers: new Headers(),
      cache: 'default',
    },
    { status, headers: new Headers(fields) },
  );
}

test('only four methods are safe, in capitals', () => {
  expect(['GET', 'HEAD', 'OPTIONS', 'TRACE'].every(isSafe)).toBe(true);
  expect(['POST', 'PUT', 'M-SEARCH', 'FOO', 'get'].some(isSafe)).toBe(false);
});

test('an unsafe or unknown method that succeeds invalidates its URL', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH', 'FOO']) {
    for (const status of [200, 201, 204, 303]) {
      expect(after(method, status)).toEqual(['https://example.com/a/b?c']);
    }
    for (const status of [0, 404, 500])
      expect(after(method, status)).toEqual([]);
  }
  expect(after('GET', 200, { location: '/x' })).toEqual([]);
});

test('Location and Content-Location are invalidated on the same origin', () => {
  const fields = { location: '../l#x', 'content-location': 'c?d' };
  expect(after('POST', 201, fields)).toEqual([
    'https://example.com/a/b?c',
    'https://example.com/l',
    'https://example.com/a/c?d',
  ]);
  const foreign = {
    location: 'https://example.org/',
    'content-location': 'http://example.com/a/b?c',
  };
  expect(after('POST', 201, foreign)).toEqual(['https://example.com/a/b?c']);
  for (const url of [
    'https://example.com:8443/l',
    '//example.org/l',
    'data:,x',
  ])
    expect(after('POST', 201, { location: url })).toHaveLength(1);
  const useless = { location: 'http://[', 'content-location': '' };
  expect(after('POST', 201, useless)).toEqual(['https://example.com/a/b?c']);
});
