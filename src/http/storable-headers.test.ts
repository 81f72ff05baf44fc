import { expect, test } from '@playwright/test';
import { storableHeaders } from './storable-headers.js';

const kept = (fields: Record<string, string>) => [
  ...storableHeaders({ status: 200, headers: new Headers(fields) }).keys(),
];

test('fields of the connection and of proxies are not stored', () => {
  const fields = {
    connection: 'a, B',
    a: '1',
    b: '2',
    c: '3',
    'keep-alive': 'x',
    'proxy-authenticate': 'x',
    'proxy-authentication-info': 'x',
    'proxy-authorization': 'x',
    'proxy-connection': 'x',
    te: 'x',
    'transfer-encoding': 'x',
    upgrade: 'x',
  };
  expect(kept(fields)).toEqual(['c']);
});

test('all other fields are, known or not', () => {
  const fields = {
    'cache-control': 'max-age=1',
    'content-foo': 'x',
    'content-md5': 'x',
    'content-range': 'x',
    'content-type': 'text/plain',
    etag: '"a"',
    pragma: 'no-cache',
    'public-key-pins': 'x',
    warning: '110 - "stale"',
    'x-test': 'x',
  };
  expect(kept(fields)).toEqual(Object.keys(fields));
});

test('Connection cannot take away what the cache lives by', () => {
  const fields = { connection: 'cache-control, vary, a', a: '1', vary: 'b' };
  expect(kept(fields)).toEqual(['vary']);
});

test('a decoded body loses its coding and the length of what was coded', () => {
  const length = { 'content-length': '5' };
  for (const coding of [
    ...['gzip', 'BR', 'zstd', 'gzip, br', 'x-gzip'],
    // As Firefox 153 has it; Chromium 156 hands it on as it came, and then says less than it could.
    'gzip, identity',
  ]) {
    expect(kept({ ...length, 'content-encoding': coding })).toEqual([]);
    const digests = { 'content-digest': 'sha-256=:a:', 'repr-digest': 'x' };
    expect(kept({ ...digests, 'content-encoding': coding })).toEqual([]);
  }
  expect(kept(length)).toEqual(['content-length']);
  for (const coding of ['unheard-of', 'gzip, unheard-of', 'identity']) {
    expect(kept({ ...length, 'content-encoding': coding })).toEqual([
      'content-encoding',
      'content-length',
    ]);
  }
});

test('fields that no-cache names are left out, and no others', () => {
  const fields = { a: '1', b: '2', c: '3' };
  const after = (value: string) =>
    kept({ ...fields, 'cache-control': value }).join();
  expect(after('no-cache="a, B"')).toBe('c,cache-control');
  expect(after('no-cache="a", no-cache="b"')).toBe('c,cache-control');
  expect(after('no-cache=a')).toBe('b,c,cache-control');
  for (const whole of [
    '',
    '=""',
    '="a, vary"',
    '="a b"',
    ' a',
    '=true',
    '=1',
  ]) {
    expect(after(`no-cache${whole}`)).toBe('a,b,c,cache-control');
  }
});
