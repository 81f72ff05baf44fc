import { expect, test } from '@playwright/test';
import { decode } from './messages.js';

const asks = [
  { ask: 'stats' },
  { ask: 'version' },
  { ask: 'entries' },
  { ask: 'forget' },
  { ask: 'purge', filter: { url: 'https://a.example/' } },
  { ask: 'purge', filter: { prefix: 'https://a.example/img/' } },
  { ask: 'purge', filter: { pattern: /\.png$/ } },
  { ask: 'purge', filter: { all: true } },
  { ask: 'verify' },
  { ask: 'verify', options: { repair: 'refetch', budgetMs: 50 } },
  { ask: 'warm', urls: ['https://a.example/'] },
];

for (const ask of asks) {
  test(`understood: ${JSON.stringify(ask)}`, () => {
    expect(decode({ mendbox: 1, ...ask })).toMatchObject({ is: 'ask', ask });
  });
}

test('an ask may carry fields of a newer page', () => {
  const message = { mendbox: 1, ask: 'stats', colour: 'blue' };
  expect(decode(message).is).toBe('ask');
});

const refused = [
  { mendbox: 1, ask: 'dance' },
  { mendbox: 1, ask: 'toString' },
  { mendbox: 1, ask: ['stats'] },
  { mendbox: 2, ask: 'stats' },
  { mendbox: 1 },
  { mendbox: 1, ask: 'purge' },
  { mendbox: 1, ask: 'purge', filter: { all: false } },
  { mendbox: 1, ask: 'purge', filter: { urls: [] } },
  { mendbox: 1, ask: 'purge', filter: ['/'] },
  { mendbox: 1, ask: 'verify', options: { budgetMs: '1' } },
  { mendbox: 1, ask: 'verify', options: { repair: 'soon' } },
  { mendbox: 1, ask: 'warm', urls: 'https://a.example/' },
];

for (const message of refused) {
  test(`refused with a reason: ${JSON.stringify(message)}`, () => {
    expect(decode(message)).toMatchObject({
      is: 'refused',
      error: expect.stringMatching(/./),
    });
  });
}

test('a refusal names the field and never repeats its value', () => {
  const filter = { url: { secret: 'abc' } };
  const message = decode({ mendbox: 1, ask: 'purge', filter });
  expect(message).toEqual({
    is: 'refused',
    error:
      'purge() takes { url: string, prefix: string, pattern: RegExp, tag: string, partition: string, all: true }, not url: object',
  });
});

test('a list is no filter', () => {
  const message = decode({ mendbox: 1, ask: 'purge', filter: [] });
  expect(message).toMatchObject({ is: 'refused' });
});

test("Workbox's messages are understood", () => {
  expect(decode({ type: 'SKIP_WAITING' })).toEqual({ is: 'skip-waiting' });
  const urlsToCache = ['/a', ['/b', { credentials: 'omit' }]];
  expect(
    decode({ type: 'CACHE_URLS', payload: { urlsToCache }, meta: 'workbox' }),
  ).toEqual({ is: 'cache-urls', urls: ['/a', '/b'] });
});

const foreign = [
  undefined,
  null,
  0,
  'SKIP_WAITING',
  [],
  {},
  { type: 'CACHE_URLS' },
  { type: 'heal', id: '1' },
  { ask: 'stats' },
];

for (const message of foreign) {
  test(`ignored: ${JSON.stringify(message)}`, () => {
    expect(decode(message)).toEqual({ is: 'foreign' });
  });
}
