import { expect, isHit, test } from '../fixtures.js';
import { Gate, noise, sha256, type Answer } from '../origin.js';

const path = '/thing';
const older = noise('older', 2_000);
const newer = noise('newer', 2_000);
const fresh = (etag: string, body: Buffer): Answer => ({
  headers: { 'cache-control': 'max-age=3600', etag },
  body,
});

test('G2: an older answer that arrives late does not replace a newer one', async ({
  app,
  origin,
}) => {
  const gate = new Gate();
  origin.answer(
    path,
    { ...fresh('"older"', older), until: gate.until },
    fresh('"newer"', newer),
  );
  const late = app.fetch(path, { cache: 'reload' });
  await expect.poll(() => origin.requests(path)).toHaveLength(1);
  const early = await app.fetch(path, { cache: 'reload' });
  expect(early.sha256).toBe(sha256(newer));
  await app.settled(path, sha256(newer));
  gate.open();
  expect((await late).sha256).toBe(sha256(older));
  // A later write ends after the older one's would have.
  origin.answer('/after', fresh('"after"', newer));
  await app.store('/after');
  await app.restartWorker();
  const got = await app.fetch(path);
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(got.sha256).toBe(sha256(newer));
});

test('G3: dropping a broken pair spares the one that healed it meanwhile', async ({
  app,
  origin,
}) => {
  origin.answer(path, fresh('"older"', older));
  await app.store(path);
  await app.damage(path, (pair) => {
    new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
  });
  await app.restartWorker();
  const gate = new Gate();
  origin.answer(
    path,
    { ...fresh('"newer"', newer), until: gate.until },
    fresh('"newer"', newer),
  );
  const replayed = app.fetch(path);
  await expect.poll(() => origin.requests(path)).toHaveLength(2);
  const reloaded = await app.fetch(path, { cache: 'reload' });
  expect(reloaded.sha256).toBe(sha256(newer));
  gate.open();
  expect((await replayed).sha256).toBe(sha256(newer));
  await app.settled(path, sha256(newer));
  await app.restartWorker();
  const got = await app.fetch(path);
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(got.sha256).toBe(sha256(newer));
  expect(await app.heals()).toHaveLength(1);
});

test('G3: dropping a pair spares the one that another worker has put in its place @memory', async ({
  app,
  origin,
}) => {
  const stale = { 'cache-control': 'max-age=0', etag: '"older"' };
  origin.answer(path, { headers: stale, body: older });
  await app.store(path);
  // Nobody tells this worker, whose memory still has the older one.
  await app.damage(path, (pair) => {
    pair.policy['id'] = '0123456789abcdef';
    pair.payload['id'] = '0123456789abcdef';
  });
  origin.on(path, ({ headers }) =>
    headers['if-none-match'] === undefined
      ? { status: 404, body: 'gone' }
      : { status: 304, headers: { etag: '"another"' } },
  );
  expect((await app.fetch(path)).status).toBe(404);
  expect(await app.nextHeal()).toMatchObject({ fault: 'unusable-304' });
  // What is written later is written when the drop is over.
  origin.answer('/after', fresh('"after"', newer));
  await app.store('/after');
  expect((await app.records(path)).policy?.['id']).toBe('0123456789abcdef');
});

test('G3: what a POST outdated while its 304 was on the way is kept nowhere', async ({
  app,
  origin,
}) => {
  const gate = new Gate();
  const headers = { 'cache-control': 'max-age=3600', etag: '"older"' };
  origin.answer(
    path,
    fresh('"older"', older),
    { status: 304, headers, until: gate.until },
    { body: 'changed' },
    fresh('"newer"', newer),
  );
  await app.store(path);
  const late = app.fetch(path, { cache: 'no-cache' });
  await expect.poll(() => origin.requests(path)).toHaveLength(2);
  await app.fetch(path, { method: 'POST' });
  await expect.poll(async () => await app.records(path)).toEqual({});
  gate.open();
  expect((await late).sha256).toBe(sha256(older));
  const got = await app.fetch(path);
  expect(got.headers['cache-status']).not.toMatch(isHit);
  expect(got.sha256).toBe(sha256(newer));
});

test('G1: ten requests for a URL that is not stored yet ask the origin once', async ({
  app,
  origin,
}) => {
  const gate = new Gate();
  origin.answer(path, { ...fresh('"newer"', newer), until: gate.until });
  const all = app.page.evaluate(
    (url) =>
      Promise.all(Array.from({ length: 10 }, () => window.bench.fetch(url))),
    path,
  );
  await expect.poll(() => origin.requests(path)).toHaveLength(1);
  gate.open();
  const statuses: string[] = [];
  for (const got of await all) {
    expect(got.sha256).toBe(sha256(newer));
    const status = got.headers['cache-status'] ?? '';
    statuses.push(status.replace(/ttl=\d+/, 'ttl=N'));
  }
  expect(origin.requests(path)).toHaveLength(1);
  // RFC 9211 section 2.6: the others would have gone to the network too.
  expect(statuses.sort()).toEqual([
    ...Array.from(
      { length: 9 },
      () => 'mendbox; fwd=uri-miss; collapsed; ttl=N',
    ),
    'mendbox; fwd=uri-miss; fwd-status=200; stored',
  ]);
});

test('G1: what may not be stored is not shared between requests that wait', async ({
  app,
  origin,
}) => {
  let count = 0;
  const gate = new Gate();
  origin.on(path, () => ({
    headers: { 'cache-control': 'no-store' },
    body: `answer ${++count}`,
    until: gate.until,
  }));
  const all = app.page.evaluate(
    (url) =>
      Promise.all(Array.from({ length: 4 }, () => window.bench.fetch(url))),
    path,
  );
  await expect.poll(() => origin.requests(path).length).toBeGreaterThan(0);
  gate.open();
  const answers = await all;
  expect(new Set(answers.map(({ text }) => text)).size).toBe(4);
  const statuses = answers.map(({ headers }) => headers['cache-status'] ?? '');
  expect(statuses.sort()).toEqual([
    'mendbox; fwd=uri-miss; fwd-status=200',
    ...Array.from(
      { length: 3 },
      () => 'mendbox; fwd=uri-miss; fwd-status=200; collapsed=?0',
    ),
  ]);
});

test('G4, G5: a second release of the worker leaves what is stored alone', async ({
  app,
  origin,
}) => {
  origin.answer(path, fresh('"older"', older));
  await app.store(path);
  await app.page.evaluate(() => window.bench.control('/worker.js?release=2'));
  await expect
    .poll(() =>
      app.page.evaluate(() => navigator.serviceWorker.controller?.scriptURL),
    )
    .toContain('release=2');
  const got = await app.fetch(path);
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(got.sha256).toBe(sha256(older));
  expect(origin.requests(path)).toHaveLength(1);
});

// Needs the DevTools protocol.
test(
  'G6: a worker stopped while the page reads a stored body cuts nothing',
  { tag: '@chromium' },
  async ({ app, origin }) => {
    const large = noise('large', 8_000_000);
    origin.answer(path, fresh('"large"', large));
    await app.store(path);
    await app.ask('forget');
    await app.page.evaluate(async (url) => {
      const response = await fetch(url);
      Object.assign(window, { held: response });
    }, path);
    await app.restartWorker();
    const got = await app.page.evaluate(async () => {
      const held = Reflect.get(window, 'held') as Response;
      const status = held.headers.get('cache-status');
      return await held.arrayBuffer().then(
        (body) => ({ status, length: body.byteLength, error: '' }),
        (error: unknown) => ({ status, length: 0, error: String(error) }),
      );
    });
    expect(got.status).toMatch(isHit);
    // Whole, or an error: never short without one.
    expect(got.error === '' ? got.length : large.length).toBe(large.length);
  },
);
