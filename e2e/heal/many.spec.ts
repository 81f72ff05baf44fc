/** A store of many entries: what is done to them takes few requests, so that it ends within its deadline. */
import { expect, isHit, test, type App } from '../fixtures.js';
import { startOwn } from '../own-worker.js';
import { Gate, type Answer, type Origin } from '../origin.js';

const fresh: Answer = {
  headers: { 'cache-control': 'max-age=3600' },
  body: 'many',
};

/** Copies one stored pair under so many keys, /many/0000 and so on; nothing reads them. */
async function fill(app: App, origin: Origin, count: number): Promise<void> {
  origin.answer('/seed', fresh);
  await app.store('/seed');
  await app.page.evaluate(
    async ([key, most]) => {
      const { policy, payload } = await window.bench.read(key, 'mendbox');
      const open = indexedDB.open('mendbox');
      await new Promise((resolve) => {
        open.addEventListener('success', resolve);
      });
      const change = open.result.transaction(
        ['policies', 'payloads'],
        'readwrite',
      );
      for (let n = 0; n < most; n++) {
        const name = `many/${String(n).padStart(4, '0')}`;
        const own = key.replace('seed', name);
        change.objectStore('policies').put({ ...policy, key: own }, own);
        change.objectStore('payloads').put(payload, own);
      }
      await new Promise((resolve) => {
        change.addEventListener('complete', resolve);
      });
      open.result.close();
    },
    [app.key('/seed'), count] as const,
  );
}

test('neighbours are purged in one go', async ({ idle: app, origin }) => {
  await app.start({});
  await fill(app, origin, 300);
  await app.shim({});
  const filter = { prefix: app.key('/many/') };
  expect(await app.ask('purge', { filter })).toBe(300);
  const { delete: deletes = 0 } = await app.shim({});
  expect(deletes).toBeLessThan(10);
  expect(await app.keys()).toEqual([app.key('/seed')]);
});

test('a response that there is room for is stored without a look at the others', async ({
  idle: app,
  origin,
}) => {
  await app.start({});
  await fill(app, origin, 300);
  origin.answer('/one-more', fresh);
  await app.shim({});
  await app.store('/one-more');
  const { getAll = 0, put = 0, ...others } = await app.shim({});
  expect(put).toBeGreaterThan(0);
  // The variants of its own URL, looked up once and once again before they are replaced.
  expect(getAll).toBeLessThanOrEqual(2);
  expect(others).not.toHaveProperty('getAllKeys');
  expect(others).not.toHaveProperty('index');
});

test('of a new URL nothing is read but by its lookup, and the sums beside its write', async ({
  idle: app,
  origin,
}) => {
  await app.start({});
  for (const path of ['/first', '/second']) origin.answer(path, fresh);
  await app.store('/first');
  await app.shim({});
  await app.store('/second');
  const { get, getAll, add, readwrite } = await app.shim({});
  expect({ get, getAll, add, readwrite }).toEqual({
    get: 2,
    getAll: 1,
    add: 1,
    readwrite: 1,
  });
});

test('two caches over one store that write at once leave the sums right', async ({
  idle: app,
  origin,
}) => {
  await startOwn(
    app,
    `
    install({ cacheName: 'other', match: () => false });
    const caches = [new HealingCache(), new HealingCache()];
    self.addEventListener('message', ({ data: { urls }, ports: [port] }) => {
      if (!urls) return;
      const behind = urls.map((url, n) => caches[n % 2].handleAll({ request: new Request(url) })[1]);
      Promise.all(behind)
        .then(() => caches[0].stats())
        .then(({ entries, bytes }) => port.postMessage({ ok: true, value: { entries, bytes } }));
    });`,
  );
  const paths = Array.from({ length: 20 }, (_, n) => `/at-once/${n}`);
  for (const path of paths) origin.answer(path, fresh);
  const urls = paths.map((path) => app.key(path));
  const stats = await app.page.evaluate(
    (message) => window.bench.ask(message),
    { urls },
  );
  expect(stats).toEqual({ entries: 20, bytes: 80 });
});

test('a new response takes the place of what somebody stored in the meantime', async ({
  app,
  origin,
}) => {
  const gate = new Gate();
  origin.answer('/new', { ...fresh, until: gate.until });
  const answer = app.fetch('/new');
  await expect.poll(() => origin.requests('/new').length).toBe(1);
  await app.page.evaluate(
    (key) => window.bench.write(key, 'mendbox', { policy: { broken: true } }),
    app.key('/new'),
  );
  gate.open();
  expect((await answer).text).toBe('many');
  await app.settled('/new');
  await app.restartWorker();
  expect(await app.fetch('/new')).toMatchObject({ text: 'many' });
  expect(origin.requests('/new')).toHaveLength(1);
  expect(await app.heals()).toEqual([]);
});

test('what lies scattered is purged, however much it is, and its neighbours stay', async ({
  app,
  origin,
}) => {
  await fill(app, origin, 1_300);
  // Made in the page: not every driver takes a pattern there.
  const purged = await app.page.evaluate(() =>
    window.bench.ask({
      mendbox: 1,
      ask: 'purge',
      filter: { pattern: /[13579]$/ },
    }),
  );
  expect(purged).toBe(650);
  const left = await app.keys();
  expect(left).toHaveLength(651);
  expect(left.filter((key) => /[13579]$/.test(key))).toEqual([]);
});

test('the least recently used of many make room, and what is stored last stays', async ({
  idle: app,
  origin,
}) => {
  await startOwn(app, 'install({ maxEntries: 500 });');
  await fill(app, origin, 1_000);
  await app.ask('verify');
  origin.answer('/last', fresh);
  await app.store('/last');
  expect(await app.keys()).toHaveLength(450);
  expect(await app.keys()).toContain(app.key('/last'));
});

test('a walk over many reads a batch in one transaction, and goes past what cannot be read', async ({
  idle: app,
  origin,
}) => {
  await app.start({});
  const paths = Array.from({ length: 40 }, (_, n) => `/${n}`);
  for (const path of paths) origin.answer(path, fresh);
  await app.ask('warm', { urls: paths });
  await app.shim({});
  const listed = () => app.ask<unknown[]>('entries');
  expect(await listed()).toHaveLength(40);
  const { transaction = 0 } = await app.shim({});
  expect(transaction).toBeLessThan(10);
  const unreadable = {
    ...({ on: 'get', how: 'fail', store: 'policies' } as const),
    ...{ name: 'DataError', times: 41 },
  };
  // The batch, and one of those that are read alone then.
  await app.shim({ faults: [unreadable] });
  expect(await listed()).toHaveLength(39);
});

test('a use is noted once an hour, however often an entry answers', async ({
  idle: app,
  origin,
}) => {
  await app.start({});
  const headers = { 'cache-control': 'max-age=86400' };
  origin.answer('/a', { headers, body: 'a' });
  origin.answer('/other', { headers, body: 'other' });
  for (const path of ['/a', '/other']) {
    await app.store(path);
  }
  const used = async (): Promise<unknown> =>
    (await app.records('/a')).policy?.['used'];
  /** The idle probe comes by, which notes uses when it has mended. */
  const probed = async (nth: number): Promise<void> => {
    await app.damage('/other', ({ payload }) => {
      payload['body'] = new ArrayBuffer(4);
    });
    await app.fetch('/other');
    await app.nextHeal(nth);
    await app.settled('/other');
  };
  await app.shim({ clock: 2 * 3_600_000 });
  const before = await used();
  expect((await app.fetch('/a')).headers['cache-status']).toMatch(isHit);
  await expect.poll(used).not.toBe(before);
  const noted = await used();
  await app.shim({ clock: 2.5 * 3_600_000 });
  expect((await app.fetch('/a')).headers['cache-status']).toMatch(isHit);
  await probed(1);
  await probed(2);
  expect(await used()).toBe(noted);
  const [known] = await app.ask<{ used: number }[]>('entries');
  expect(known?.used).toBeGreaterThan(Number(noted));
  await app.shim({ clock: 3 * 3_600_000 });
  await app.fetch('/a', { cache: 'reload' });
  await expect.poll(used).not.toBe(noted);
  const [anew] = await app.ask<{ used: unknown }[]>('entries');
  expect(anew?.used).toBe(await used());
});
