import { expect, test } from '@playwright/test';
import { clearsCache } from './clear-site-data.js';

test('only the quoted types "cache" and "*" clear the cache', () => {
  const clears = (value: string) =>
    clearsCache(new Headers({ 'clear-site-data': value }));
  expect(clears('"cache"')).toBe(true);
  expect(clears('"cookies", "cache" ')).toBe(true);
  expect(clears('"*"')).toBe(true);
  expect(clears('cache')).toBe(false);
  expect(clears('*')).toBe(false);
  expect(clears('"cookies"')).toBe(false);
  expect(clearsCache(new Headers())).toBe(false);
});
