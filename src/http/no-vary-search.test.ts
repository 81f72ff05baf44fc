import { expect, test } from '@playwright/test';
import { noVarySearchKey } from './no-vary-search.js';

const KEYS: [rule: string | null, query: string, key: string][] = [
  [null, '?b=2&a=%31#f', '?b=2&a=%31'],
  ['params', '?a=1&b=2', ''],
  ['params=?1', '?a=1', ''],
  ['params=?0', '?a=1', '?a=1'],
  ['params=("a" "c d")', '?a=1&b=2&c+d=3', '?b=2'],
  ['params=("c%20d" "e+f")', '?c+d=1&e%20f=2', ''],
  ['params, except=("a")', '?a=1&b=2', '?a=1'],
  ['key-order', '?b=2&a=1&b=1', '?a=1&b=2&b=1'],
  ['key-order, params=("x")', '?b&x=1&a', '?a=&b='],
  ['other', '?a=1', '?a=1'],
  // what is not understood makes no URLs equivalent
  ['except=("a")', '?b=2&a=1', '?b=2&a=1'],
  ['params=("a"), except=("b")', '?b=2&a=1', '?b=2&a=1'],
  ['params=(a)', '?a=1', '?a=1'],
  ['params="a"', '?a=1', '?a=1'],
  ['key-order=1', '?b&a', '?b&a'],
  ['params=(', '?a=1', '?a=1'],
  ['', '?b&a', '?b&a'],
];

for (const [rule, query, key] of KEYS) {
  test(`under "${rule}" ${query} is ${key}`, () => {
    const url = 'https://example.com/p';
    expect(noVarySearchKey(url + query, rule)).toBe(url + key);
  });
}

test('what is no URL is its own key', () => {
  expect(noVarySearchKey('x', 'params')).toBe('x');
});
