import type { App } from '../fixtures.js';
import { isHit, kept } from '../fixtures.js';
import { sha256 } from '../origin.js';
import { expect, test } from './apps.js';
import type { Call } from './apps/plugins/recorder.js';

/** Asks the app's worker for what the test needs to know. */
const ask = <T>(app: App, what: string): Promise<T> =>
  app.page.evaluate((message) => window.bench.ask(message), {
    test: what,
  }) as Promise<T>;

/** The calls of one request's plugin, when its last one has come. */
async function callsOf(app: App): Promise<Call[]> {
  const calls: Call[] = [];
  await expect
    .poll(async () => {
      calls.push(...(await ask<Call[]>(app, 'calls')));
      return calls.at(-1)?.[0];
    })
    .toBe('handlerDidComplete');
  return calls;
}

test('a plugin is called as by CacheFirst: on a miss, a hit and without the network', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  const seen = new Map<string, Call[][]>();
  for (const strategy of ['workbox', 'mendbox']) {
    const path = `/record/${strategy}`;
    origin.answer(path, { headers: kept, body: 'data' });
    const rounds: Call[][] = [];
    expect(await app.fetch(path)).toMatchObject({ text: 'data' });
    rounds.push(await callsOf(app));
    expect(await app.fetch(path)).toMatchObject({ text: 'data' });
    rounds.push(await callsOf(app));
    seen.set(strategy, rounds);
    expect(origin.requests(path)).toHaveLength(1);
  }
  await origin.goOffline();
  for (const strategy of ['workbox', 'mendbox']) {
    const failed = await app.fetch(`/record/${strategy}/nothing`);
    expect(failed.error).toContain('TypeError');
    seen.get(strategy)?.push(await callsOf(app));
  }
  const [miss, hit, failure] = seen.get('mendbox') ?? [];
  expect(miss?.map(([name]) => name)).toEqual([
    'handlerWillStart',
    'cacheKeyWillBeUsed',
    'cachedResponseWillBeUsed',
    'requestWillFetch',
    'fetchDidSucceed',
    'handlerWillRespond',
    'handlerDidRespond',
    'cacheKeyWillBeUsed',
    'cacheWillUpdate',
    'cacheDidUpdate',
    'handlerDidComplete',
  ]);
  const [miss2, hit2, failure2] = seen.get('workbox') ?? [];
  expect(miss).toEqual(miss2);
  expect(hit).toEqual(hit2);
  expect(failure).toEqual(failure2);
});

test('a failure is told once, though a refetch goes past the HTTP cache', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  origin.answer('/record/mendbox', {
    headers: { 'cache-control': 'no-store' },
    body: 'data',
  });
  await app.fetch('/record/mendbox');
  await callsOf(app);
  await origin.goOffline();
  await app.fetch('/record/mendbox');
  const names = (await callsOf(app)).map(([name]) => name);
  expect(names.filter((name) => name === 'fetchDidFail')).toHaveLength(1);
  expect(names.filter((name) => name === 'requestWillFetch')).toHaveLength(1);
});

test('cacheKeyWillBeUsed names the key of reads and writes', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  origin.answer('/keyed?a', { headers: kept, body: 'data' });
  await app.fetch('/keyed?a');
  await app.settled('/keyed');
  const { text, headers } = await app.fetch('/keyed?b');
  expect(text).toBe('data');
  expect(headers['cache-status']).toMatch(isHit);
  expect(await app.keys()).toEqual([app.key('/keyed')]);
});

test('a POST drops what is stored under the key that cacheKeyWillBeUsed names', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  origin.answer('/keyed?a', { headers: kept, body: 'data' });
  await app.fetch('/keyed?a');
  await app.settled('/keyed');
  origin.answer('/keyed?b', { headers: kept, body: 'done' });
  await app.fetch('/keyed?b', { method: 'POST' });
  expect((await app.fetch('/keyed?a')).headers['cache-status']).not.toMatch(
    isHit,
  );
  expect(origin.requests('/keyed?a')).toHaveLength(2);
});

test('cacheWillUpdate replaces what is stored, requestWillFetch what is sent, and a null from cachedResponseWillBeUsed asks the network', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  for (const path of ['/stamped', '/stamped/refused'])
    origin.answer(path, { headers: kept, body: 'data' });
  expect(await app.fetch('/stamped')).toMatchObject({ text: 'data' });
  expect(origin.requests('/stamped')[0]?.headers['x-plugin']).toBe('sent');
  await app.settled('/stamped', sha256('data, stamped'));
  const hit = await app.fetch('/stamped');
  expect(hit.text).toBe('data, stamped');
  expect(hit.headers['x-stamp']).toBe('stored');

  await app.store('/stamped/refused');
  expect(await app.fetch('/stamped/refused')).toMatchObject({ text: 'data' });
  expect(origin.requests('/stamped/refused')).toHaveLength(2);
});

test('no plugin makes storable what RFC 9111 forbids', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  const headers = { 'cache-control': 'no-store' };
  origin.answer('/stamped', { headers, body: 'secret' });
  origin.answer('/stamped/forbid', {
    headers: { ...kept, 'x-forbid': 'yes' },
    body: 'secret',
  });
  for (const path of ['/stamped', '/stamped/forbid']) {
    await app.fetch(path);
    expect(await app.fetch(path)).toMatchObject({ text: 'secret' });
    expect(origin.requests(path)).toHaveLength(2);
  }
  expect(await app.keys()).toEqual([]);
});

test('a broken entry heals, and plugins see a miss', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  origin.answer('/stamped', { headers: kept, body: 'data' });
  await app.store('/stamped');
  await app.damage('/stamped', ({ payload }) => {
    payload['body'] = new ArrayBuffer(3);
  });
  await ask(app, 'forget');
  const healed = await app.fetch('/stamped');
  expect(healed.text).toBe('data');
  expect(healed.headers['cache-status']).toContain('healed-length-mismatch');
  expect(origin.requests('/stamped')[1]?.headers['x-plugin']).toBe('sent');
});

test('a plugin that throws fails no request', async ({ open, origin }) => {
  const app = await open('plugins');
  origin.answer('/throwing', { headers: kept, body: 'data' });
  expect(await app.fetch('/throwing')).toMatchObject({ text: 'data' });
  await app.settled('/throwing');
  expect(await app.fetch('/throwing')).toMatchObject({ text: 'data' });
});

test('BroadcastUpdatePlugin tells the page of a new version', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  origin.answer(
    '/news',
    { headers: { ...kept, etag: '"1"' }, body: 'old' },
    { headers: { ...kept, etag: '"2"' }, body: 'new' },
  );
  await app.store('/news');
  const told = app.page.evaluate(
    () =>
      new Promise((resolve) => {
        navigator.serviceWorker.addEventListener('message', ({ data }) => {
          if (data?.type === 'CACHE_UPDATED') resolve(data.payload.updatedURL);
        });
      }),
  );
  expect(await app.fetch('/news')).toMatchObject({ text: 'old' });
  expect(await told).toBe(app.key('/news'));
  expect(await app.fetch('/news')).toMatchObject({ text: 'new' });
});

test('CacheableResponsePlugin forbids storing', async ({ open, origin }) => {
  const app = await open('plugins');
  origin.answer('/picky/no', { headers: kept, body: 'data' });
  origin.answer('/picky/yes', {
    headers: { ...kept, 'x-keep': 'yes' },
    body: 'data',
  });
  await app.fetch('/picky/no');
  await app.store('/picky/yes');
  expect(await app.keys()).toEqual([app.key('/picky/yes')]);
});

test('RangeRequestsPlugin and ours agree on a part', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  origin.answer('/video', {
    headers: { ...kept, etag: '"1"' },
    body: '0123456789',
  });
  await app.store('/video');
  const part = await app.fetch('/video', { headers: { range: 'bytes=2-4' } });
  expect(part).toMatchObject({ status: 206, text: '234' });
  expect(part.headers['content-range']).toBe('bytes 2-4/10');
  expect(origin.requests('/video')).toHaveLength(1);
});

test('BackgroundSyncPlugin keeps a failed POST and sends it later', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  await origin.goOffline();
  const post = { method: 'POST', body: 'order' };
  expect((await app.fetch('/posts', post)).error).toContain('TypeError');
  expect(await ask(app, 'queued')).toEqual([app.key('/posts')]);
  await origin.goOnline();
  origin.answer('/posts', { body: 'thanks' });
  await ask(app, 'replay');
  expect(String(origin.requests('/posts')[0]?.body)).toBe('order');
});

test('handlerDidError gives the fallback', async ({ open, origin }) => {
  const app = await open('plugins');
  await origin.goOffline();
  expect(await app.fetch('/fallback')).toMatchObject({ text: 'fallback' });
});

test('ExpirationPlugin is refused with the names of our options', async ({
  open,
}) => {
  const app = await open('plugins');
  const error = await ask<string>(app, 'expiration');
  expect(error).toContain('TypeError: mendbox: ExpirationPlugin');
  for (const name of ['maxEntries', 'maxAgeSeconds', 'maxBytes'])
    expect(error).toContain(name);
});

test('warmStrategyCache stores while the worker installs', async ({
  open,
  origin,
}) => {
  for (const path of ['/warm/a', '/warm/b'])
    origin.answer(path, { headers: kept, body: path });
  const app = await open('plugins');
  await origin.goOffline();
  expect(await app.fetch('/warm/a')).toMatchObject({ text: '/warm/a' });
  expect(await app.fetch('/warm/b')).toMatchObject({ text: '/warm/b' });
});

test('a quota error elsewhere drops what purgeOnQuotaError gave away', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  origin.answer('/roomy', { headers: kept, body: 'data' });
  await app.fetch('/roomy');
  await expect.poll(() => ask(app, 'entries')).toBe(1);
  await ask(app, 'quota');
  expect(await ask(app, 'entries')).toBe(0);
});

test('a quota error of ours asks the others for room', async ({
  open,
  origin,
}) => {
  const app = await open('plugins');
  origin.answer('/roomy', { headers: kept, body: 'data' });
  await ask(app, 'fill');
  expect(await app.fetch('/roomy')).toMatchObject({ text: 'data' });
  await expect.poll(() => ask(app, 'asked')).toBe(1);
});
