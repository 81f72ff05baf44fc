import { expect, isHit, test, type App } from '../fixtures.js';
import { noise, sha256, type Answer } from '../origin.js';

const path = '/thing';
const body = noise('memory', 2_000);
const fresh: Answer = {
  headers: { 'cache-control': 'max-age=3600', etag: '"m"' },
  body,
};

test('a record that rots under the memory tier is met by the idle probe and written back', async ({
  app,
  origin,
}) => {
  origin.answer(path, fresh);
  await app.store(path);
  await app.damage(path, (pair) => {
    const bytes = new Uint8Array(pair.payload['body'] as ArrayBuffer);
    bytes[7] = (bytes[7] ?? 0) ^ 1;
  });
  const got = await app.fetch(path);
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(got.sha256).toBe(sha256(body));
  expect(await app.nextHeal()).toMatchObject({
    fault: 'digest-mismatch',
    phase: 'verify',
    outcome: 'rewritten',
  });
  await app.settled(path, sha256(body));
  await app.ask('forget');
  expect((await app.fetch(path)).headers['cache-status']).toMatch(isHit);
  expect(origin.requests(path)).toHaveLength(1);
  expect(await app.heals()).toHaveLength(1);
});

for (const [which, suffix] of [
  ['first', ''],
  ['second', ' #2'],
] as const)
  test(`the probe that mends the ${which} of two variants spares the other`, async ({
    app,
    origin,
  }) => {
    const texts = ['one', 'two'] as const;
    const saying = (text: string): Answer => ({
      headers: { ...fresh.headers, etag: `"${text}"`, vary: 'Accept' },
      body: text,
    });
    origin.answer(path, saying('one'), saying('two'));
    const hits = async (): Promise<string[]> => {
      const got: string[] = [];
      for (const accept of texts) {
        const { headers, sha256: hash } = await app.fetch(path, {
          headers: { accept: `text/${accept}` },
        });
        expect(hash).toBe(sha256(accept));
        got.push(headers['cache-status'] ?? '');
      }
      return got;
    };
    await hits();
    await app.settled(path, sha256('one'));
    await expect.poll(() => app.keys()).toContain(app.key(`${path} #2`));
    await app.damage(path + suffix, (pair) => {
      new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
    });
    expect(await hits()).toEqual(texts.map(() => expect.stringMatching(isHit)));
    expect(await app.nextHeal()).toMatchObject({ outcome: 'rewritten' });
    await app.ask('forget');
    expect(await hits()).toEqual(texts.map(() => expect.stringMatching(isHit)));
    expect(origin.requests(path)).toHaveLength(2);
  });

test('a worker that is never idle meets rot under the memory tier all the same', async ({
  app,
  origin,
}) => {
  origin.answer(path, fresh);
  await app.store(path);
  await app.damage(path, (pair) => {
    pair.payload['body'] = new ArrayBuffer(1);
  });
  await app.page.evaluate(async (url) => {
    while (window.bench.heals.length === 0) await window.bench.fetch(url);
  }, path);
  expect(await app.nextHeal()).toMatchObject({ outcome: 'rewritten' });
});

test('of two stored variants that may answer the later one does, though only the other is in memory', async ({
  app,
  origin,
}) => {
  const as = (language: string): RequestInit => ({
    headers: { 'x-language': language },
  });
  origin.on(path, ({ headers }) => ({
    headers: { ...fresh.headers, vary: 'x-language' },
    body: String(headers['x-language']),
  }));
  await app.fetch(path, as('en'));
  await app.fetch(path, as('de'));
  await expect.poll(() => app.keys()).toContain(app.key(`${path} #2`));
  const large = noise('large', 70_000);
  const date = new Date(Date.now() + 5_000).toUTCString();
  origin.answer(path, { headers: { ...fresh.headers, date }, body: large });
  await app.fetch(path, { ...as('de'), cache: 'reload' });
  await app.settled(`${path} #2`, sha256(large));
  const got = await app.fetch(path, as('en'));
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(got.sha256).toBe(sha256(large));
});

test('memory does not outlive an entry that somebody deleted', async ({
  app,
  origin,
}) => {
  origin.answer(path, fresh);
  await app.store(path);
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const open = indexedDB.open('mendbox');
        open.addEventListener('success', () => {
          const change = open.result.transaction(
            ['policies', 'payloads'],
            'readwrite',
          );
          change.objectStore('policies').clear();
          change.objectStore('payloads').clear();
          change.addEventListener('complete', () => {
            open.result.close();
            resolve();
          });
        });
      }),
  );
  expect((await app.fetch(path)).headers['cache-status']).toMatch(isHit);
  await expect.poll(async () => (await app.stats()).memory.entries).toBe(0);
  expect((await app.fetch(path)).headers['cache-status']).not.toMatch(isHit);
});

/** What makes the truth another one; the memory tier must not outlive it. */
const ends: {
  name: string;
  readonly end: (app: App) => Promise<unknown>;
}[] = [
  {
    name: 'purge()',
    end: (app) => app.ask('purge', { filter: { url: app.key(path) } }),
  },
  {
    name: 'an unsafe request of its URL',
    end: (app) => app.fetch(path, { method: 'POST' }),
  },
  {
    name: 'the deletion of the database, which versionchange announces',
    end: (app) =>
      app.page.evaluate(
        () =>
          new Promise<void>((resolve, reject) => {
            const deletion = indexedDB.deleteDatabase('mendbox');
            deletion.addEventListener('success', () => resolve());
            deletion.addEventListener('blocked', () =>
              reject(new Error('blocked')),
            );
            deletion.addEventListener('error', () => reject(deletion.error));
          }),
      ),
  },
];

for (const { name, end } of ends)
  test(`memory does not outlive ${name}`, async ({ app, origin }) => {
    origin.answer(path, fresh);
    await app.store(path);
    expect((await app.stats()).memory.entries).toBe(1);
    origin.answer(path, { ...fresh, body: 'newer' });
    await end(app);
    await expect.poll(async () => (await app.stats()).memory.entries).toBe(0);
    expect((await app.fetch(path)).text).toBe('newer');
  });

test('what another cache over the same store changes, this one forgets', async ({
  app,
  origin,
}) => {
  origin.answer(path, fresh, { ...fresh, body: 'newer' });
  await app.store(path);
  const memory = async (): Promise<number> =>
    (await app.stats()).memory.entries;
  expect(await memory()).toBe(1);
  // A second worker, of another scope, shares the database.
  await app.page.evaluate(async (url) => {
    const { serviceWorker } = navigator;
    const scope = '/other/';
    await serviceWorker.register('/worker.js', { scope });
    const active = async (): Promise<ServiceWorker> => {
      const found = await serviceWorker.getRegistration(scope);
      return (
        found?.active ?? (await new Promise(requestAnimationFrame), active())
      );
    };
    const { port1, port2 } = new MessageChannel();
    const reply = new Promise((resolve) =>
      port1.addEventListener('message', resolve, { once: true }),
    );
    port1.start();
    const purge = { mendbox: 1, ask: 'purge', filter: { url } };
    (await active()).postMessage(purge, [port2]);
    await reply;
  }, app.key(path));
  await expect.poll(memory).toBe(0);
  expect((await app.fetch(path)).text).toBe('newer');
});

/** The keys that the next worker will read ahead. */
const listAhead = (app: App): Promise<unknown> =>
  app.page.evaluate(
    () =>
      new Promise((resolve) => {
        const open = indexedDB.open('mendbox');
        open.addEventListener('success', () => {
          const meta = open.result.transaction('meta').objectStore('meta');
          const get = meta.get('ahead');
          get.addEventListener('success', () => {
            open.result.close();
            resolve(get.result);
          });
        });
      }),
  );

// Only Chromium lets a test stop a worker.
test(
  'a worker that a navigation wakes reads ahead what the last one was followed by',
  { tag: '@chromium' },
  async ({ app, origin }) => {
    const paths = ['/one', '/two', '/three'];
    for (const each of paths) {
      origin.answer(each, { ...fresh, body: each });
      await app.store(each);
    }
    await app.page.reload();
    for (const each of paths) await app.fetch(each);
    const keys = paths.map((each) => app.key(each));
    await expect
      .poll(() => listAhead(app))
      .toEqual(expect.arrayContaining(keys));
    await app.restartWorker();
    await app.page.reload();
    await expect
      .poll(async () => (await app.stats()).memory.entries)
      .toBeGreaterThanOrEqual(paths.length);
    // Damage to what was read ahead is still met: by the probe.
    expect((await app.fetch('/two')).headers['cache-status']).toMatch(isHit);
    expect(origin.requests('/two')).toHaveLength(1);
  },
);

test(
  'a worker that nobody asks for anything yet reads ahead what the last one was asked for at once',
  { tag: '@chromium' },
  async ({ app, origin }) => {
    const paths = Array.from({ length: 8 }, (_, at) => `/many-${at}`);
    for (const each of paths) origin.answer(each, { ...fresh, body: each });
    await Promise.all(paths.map((each) => app.fetch(each)));
    const keys = paths.map((each) => app.key(each));
    await expect
      .poll(() => listAhead(app))
      .toEqual(expect.arrayContaining(keys));
    await app.restartWorker();
    await expect
      .poll(async () => (await app.stats()).memory.entries)
      .toBeGreaterThanOrEqual(paths.length);
  },
);
