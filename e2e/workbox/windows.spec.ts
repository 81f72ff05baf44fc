import { isHit, kept, type App } from '../fixtures.js';
import { startOwn } from '../own-worker.js';
import { loadTesting } from '../testing/load.js';
import { load } from '../window/window.js';
import { expect, test } from './apps.js';

/** Gives an app's page mendbox/window and mendbox/testing. */
async function equip({ page }: App): Promise<void> {
  await load(page);
  await loadTesting(page);
}

/** Fetches a path until the store answers it. */
async function fill(app: App, ...paths: string[]): Promise<void> {
  for (const path of paths)
    await expect
      .poll(async () => (await app.fetch(path)).headers['cache-status'])
      .toMatch(isHit);
}

/** Every reply to one ask; a second ask behind it has been answered by then. */
const repliesTo = ({ page }: App): Promise<unknown[]> =>
  page.evaluate(async () => {
    const { port1, port2 } = new MessageChannel();
    const heard: unknown[] = [];
    port1.addEventListener('message', ({ data }) => heard.push(data));
    port1.start();
    const worker = navigator.serviceWorker.controller;
    worker?.postMessage({ mendbox: 1, ask: 'stats' }, [port2]);
    await window.mendbox.stats();
    return heard;
  });

/** Two caches over stores of their own and two over one, in a worker without install(). */
const THREE = `
  const data = new HealingCache({ storageTimeoutMs: 300 });
  const more = new HealingCache({ storageTimeoutMs: 300 });
  const pictures = new HealingCache({ cacheName: 'pictures' });
  const among = { '/data/': data, '/more/': more, '/pictures/': pictures };
  self.addEventListener('install', () => void self.skipWaiting());
  self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
  self.addEventListener('fetch', (event) => {
    const { pathname } = new URL(event.request.url);
    const cache = Object.entries(among).find(([path]) => pathname.startsWith(path));
    if (cache) event.respondWith(cache[1].handle({ event, request: event.request }));
  });`;

async function startThree(app: App): Promise<void> {
  for (const path of ['/data/a', '/more/a', '/pictures/a', '/pictures/b'])
    app.origin.answer(path, { headers: kept, body: path });
  await startOwn(app, THREE);
  await equip(app);
}

test('strategies tell windows of a healing, once, though many share the store', async ({
  open,
  origin,
}) => {
  origin.answer('/keyed', { headers: kept, body: 'data' });
  const app = await open('plugins');
  await equip(app);
  await fill(app, '/keyed');
  await app.page.evaluate(() => window.testing.corrupt('/keyed', 'flip-bit'));
  expect((await app.fetch('/keyed')).text).toBe('data');
  expect(await app.nextHeal()).toMatchObject({ fault: 'digest-mismatch' });
  // A second round trip: whatever else was told would be here by then.
  await app.ask('stats');
  expect(await app.heals()).toHaveLength(1);
  expect(await app.told()).toEqual(await app.heals());
});

test('windows can ask strategies, which answer once and together', async ({
  open,
  origin,
}) => {
  for (const path of ['/keyed', '/warm/c'])
    origin.answer(path, { headers: kept, body: 'data' });
  const app = await open('plugins');
  await equip(app);
  await fill(app, '/keyed', '/warm/c');
  expect(await repliesTo(app)).toEqual([
    { ok: true, value: expect.objectContaining({ state: 'ready' }) },
  ]);
  const urls = await app.page.evaluate(async () =>
    (await window.mendbox.entries()).map(({ url }) => url),
  );
  expect(urls).toContain(app.key('/keyed'));
  expect(urls).toContain(app.key('/warm/c'));
});

test('serwist: a plain HealingCache tells windows what it heals', async ({
  open,
  origin,
}) => {
  origin.answer('/data/a', { headers: kept, body: 'data' });
  const app = await open('serwist');
  await equip(app);
  await fill(app, '/data/a');
  await app.page.evaluate(() => window.testing.corrupt('/data/a', 'truncate'));
  expect((await app.fetch('/data/a')).text).toBe('data');
  await app.nextHeal();
  expect(await app.told()).toHaveLength(1);
});

test('corrupt() reaches a cache of another name', async ({ idle: app }) => {
  await startThree(app);
  await fill(app, '/data/a', '/pictures/a');
  await app.page.evaluate(() =>
    window.testing.corrupt('/pictures/a', 'flip-bit', {
      cacheName: 'pictures',
    }),
  );
  const { text, headers } = await app.fetch('/pictures/a');
  expect(text).toBe('/pictures/a');
  expect(headers['cache-status']).toContain('healed-digest-mismatch');
});

test('the panel, which needs no bundler, breaks an entry of a cache of another name', async ({
  idle: app,
}) => {
  const { page } = app;
  await startThree(app);
  await fill(app, '/pictures/a');
  await page.evaluate(async () => {
    const path = '/dist/devtools.js';
    await import(path);
    document.body.append(document.createElement('mendbox-panel'));
  });
  const panel = page.locator('mendbox-panel');
  const row = panel.locator('tr[data-url$="/pictures/a"]');
  await expect(row).toContainText('cache: pictures');
  await row.getByRole('button', { name: 'Break' }).click();
  await expect(panel.getByRole('status')).toContainText('/a is broken');
  const { text, headers } = await app.fetch('/pictures/a');
  expect(text).toBe('/pictures/a');
  expect(headers['cache-status']).toContain('healed-digest-mismatch');
  await expect(panel.getByRole('log')).toContainText('digest-mismatch');
  const which = panel.getByLabel('Which store to break');
  await expect(which).toBeHidden();
  await fill(app, '/data/a');
  await expect(which).toBeVisible();
  await which.selectOption('pictures');
  await panel.getByRole('button', { name: 'Break the store' }).click();
  await expect(panel.getByRole('status')).toContainText('store is broken');
  await app.fetch('/pictures/a');
  expect(await app.nextHeal(2)).toMatchObject({
    url: 'pictures',
    fault: 'store-lost',
  });
});

test('caches are counted, listed and purged together, each store once', async ({
  idle: app,
}) => {
  await startThree(app);
  await fill(app, '/data/a', '/more/a', '/pictures/a');
  const seen = await app.page.evaluate(async () => {
    const { entries, purge, stats } = window.mendbox;
    const before = await stats();
    const listed = (await entries()).map(({ url }) => new URL(url).pathname);
    const dropped = await purge({ prefix: '/pictures/' });
    const left = await purge({ all: true });
    return { before, listed, dropped, left, after: await stats() };
  });
  expect(seen).toMatchObject({
    before: { state: 'ready', storage: 'indexeddb', entries: 3, bytes: 25 },
    listed: ['/data/a', '/more/a', '/pictures/a'],
    dropped: 1,
    left: 2,
    after: { entries: 0, bytes: 0, memory: { entries: 0, bytes: 0 } },
  });
  expect(seen.before.maxEntries).toBe(20_000);
  expect(seen.before.hits).toBeGreaterThanOrEqual(3);
});

test('verify() walks through one store after the other, in pieces as well', async ({
  idle: app,
}) => {
  await startThree(app);
  await fill(app, '/data/a', '/more/a', '/pictures/a', '/pictures/b');
  const { whole, pieces } = await app.page.evaluate(async () => {
    await window.testing.corrupt('/pictures/b', 'flip-bit', {
      cacheName: 'pictures',
    });
    const all = await window.mendbox.verify();
    const parts: (typeof all)[] = [];
    let from: string | undefined;
    do {
      const part = await window.mendbox.verify({ budgetMs: 0, from });
      parts.push(part);
      from = part.next;
    } while (from !== undefined && parts.length < 20);
    return { whole: all, pieces: parts };
  });
  const found = { url: app.key('/pictures/b'), fault: 'digest-mismatch' };
  expect(whole).toMatchObject({ checked: 4, readable: true, broken: [found] });
  expect(whole.drift).toEqual({ bytes: 0, entries: 0 });
  const checked = pieces.map((part) => part.checked);
  expect(checked.reduce((sum, each) => sum + each, 0)).toBe(4);
  expect(pieces.flatMap(({ broken }) => broken)).toMatchObject([found]);
  expect(pieces.length).toBeGreaterThan(1);
});

test('a store that cannot be read keeps no other from being verified', async ({
  idle: app,
}) => {
  await startThree(app);
  await fill(app, '/data/a', '/pictures/a', '/pictures/b');
  const report = await app.page.evaluate(async () => {
    await window.testing.breakStorage('hold', { holdMs: 1_000 });
    return window.mendbox.verify();
  });
  expect(report).toMatchObject({ readable: false, checked: 2, broken: [] });
});

test('a cache that is closed is not asked', async ({ idle: app }) => {
  await startOwn(
    app,
    `install();
     new HealingCache({ cacheName: 'gone' }).close();`,
  );
  await equip(app);
  const { state, maxEntries } = await app.page.evaluate(() =>
    window.mendbox.stats(),
  );
  expect({ state, maxEntries }).toEqual({ state: 'ready', maxEntries: 10_000 });
});

test('warm() refuses to guess which of several stores is meant', async ({
  idle: app,
}) => {
  await startThree(app);
  await expect(
    app.page.evaluate(() => window.mendbox.warm(['/data/a'])),
  ).rejects.toThrow(
    'caches of several names; give { cacheName } as one of mendbox, pictures',
  );
});

test('a cache that is named is asked alone, and warms', async ({
  idle: app,
}) => {
  await startThree(app);
  await fill(app, '/data/a', '/more/a');
  const seen = await app.page.evaluate(async () => {
    const { entries, purge, stats, warm } = window.mendbox;
    const pictures = { cacheName: 'pictures' };
    const { stored } = await warm(['/pictures/a', '/pictures/b'], pictures);
    const listed = (await entries(pictures)).map(({ url }) => url);
    const counts = [await stats(pictures), await stats()];
    const dropped = await purge({ all: true }, { cacheName: 'mendbox' });
    const left = await stats();
    const unknown = await stats({ cacheName: 'none' }).catch(String);
    const numbers = [...counts, left].map(({ entries: count }) => count);
    return { stored, listed, numbers, dropped, unknown };
  });
  expect(seen).toEqual({
    stored: 2,
    listed: [app.key('/pictures/a'), app.key('/pictures/b')],
    numbers: [2, 4, 2],
    dropped: 2,
    unknown: 'Error: mendbox: no such cache; this worker has mendbox, pictures',
  });
});

test('warm() takes the cache that install() made', async ({ idle: app }) => {
  app.origin.answer('/a', { headers: kept, body: 'data' });
  await startOwn(
    app,
    `new HealingCache({ cacheName: 'other' });
     install({ cacheName: 'main' });`,
  );
  await equip(app);
  expect(
    await app.page.evaluate(() => window.mendbox.warm(['/a'])),
  ).toMatchObject({ stored: 1 });
  const keys = await app.page.evaluate(() => window.bench.keys('main'));
  expect(keys).toEqual([app.key('/a')]);
  expect(await repliesTo(app)).toHaveLength(1);
});

test('CACHE_URLS is left to the app where there is no install()', async ({
  idle: app,
}) => {
  await startOwn(
    app,
    `new HealingCache();
    self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));`,
  );
  await equip(app);
  await app.page.evaluate(async () => {
    const payload = { urlsToCache: ['/data/a'] };
    const { controller } = navigator.serviceWorker;
    controller?.postMessage({ type: 'CACHE_URLS', payload });
    await window.mendbox.entries();
  });
  expect(app.origin.requests('/data/a')).toEqual([]);
});

test('a store that two caches share is told to fail once', async ({
  idle: app,
}) => {
  await startThree(app);
  await fill(app, '/data/a', '/more/a');
  await app.page.evaluate(() =>
    window.testing.breakStorage('hold', { holdMs: 2_000 }),
  );
  // Each of the two caches meets its deadline.
  expect((await app.fetch('/data/a')).text).toBe('/data/a');
  expect((await app.fetch('/more/a')).text).toBe('/more/a');
  expect(await app.nextHeal()).toMatchObject({ fault: 'store-timeout' });
  await app.ask('version');
  expect(await app.heals()).toHaveLength(1);
  // It works again, and fails again: that is news.
  await fill(app, '/data/a', '/more/a');
  await app.page.evaluate(() =>
    window.testing.breakStorage('hold', { holdMs: 2_000 }),
  );
  await app.fetch('/data/a');
  expect(await app.nextHeal(2)).toMatchObject({ fault: 'store-timeout' });
});
