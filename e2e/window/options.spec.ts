import { expect, isHit, kept, test, type App } from '../fixtures.js';
import { noise, sha256 } from '../origin.js';
import { startOwn } from '../own-worker.js';

const paths = ['/1', '/2', '/3', '/4'];

/** What Cache-Status says of a request. */
const status = async (
  app: App,
  path: string,
  init?: RequestInit,
): Promise<string | undefined> =>
  (await app.fetch(path, init)).headers['cache-status'];

test('maxEntries: the entries that answered longest ago make room', async ({
  idle,
  origin,
}) => {
  for (const path of paths) origin.answer(path, { headers: kept, body: path });
  await startOwn(idle, 'install({ maxEntries: 3 });');
  for (const path of paths) await idle.store(path);
  expect(await idle.keys()).toEqual(paths.slice(1).map((at) => idle.key(at)));
});

test('maxBytes: the sum of all bodies stays below it', async ({
  idle,
  origin,
}) => {
  for (const path of paths)
    origin.answer(path, { headers: kept, body: noise(path, 40_000) });
  await startOwn(idle, 'install({ maxBytes: 100_000 });');
  for (const path of paths) await idle.store(path);
  const { bytes, entries } = await idle.stats();
  expect([bytes, entries]).toEqual([80_000, 2]);
});

test('maxBytes: a body larger than that is passed on, and drives nothing out', async ({
  idle,
  origin,
}) => {
  origin.answer('/small', { headers: kept, body: 'small' });
  origin.answer('/large', { headers: kept, body: noise('large', 150_000) });
  await startOwn(idle, 'install({ maxBytes: 100_000 });');
  await idle.store('/small');
  const large = await idle.fetch('/large');
  expect(large.headers['cache-status']).not.toContain('stored');
  expect(await status(idle, '/small')).toMatch(isHit);
  expect(await idle.keys()).toEqual([idle.key('/small')]);
});

test('maxAgeSeconds: what is older is not used without asking, however fresh it says it is', async ({
  idle,
  origin,
}) => {
  const headers = { ...kept, age: '20' };
  origin.answer('/young', { headers, body: 'data' });
  origin.answer('/old', { headers: { ...kept, age: '40' }, body: 'data' });
  await startOwn(idle, 'install({ maxAgeSeconds: 30 });');
  for (const path of ['/young', '/old']) await idle.store(path);
  expect(await status(idle, '/young')).toMatch(isHit);
  expect(await status(idle, '/old')).toMatch(/fwd=/);
  expect(origin.requests('/old')).toHaveLength(2);
});

test('memoryBytes: 0 keeps nothing in memory, and what is on disk is looked at each time', async ({
  idle,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  await startOwn(idle, 'install({ memoryBytes: 0 });');
  await idle.store('/a');
  expect(await status(idle, '/a')).toMatch(isHit);
  expect((await idle.stats()).memory).toEqual({ entries: 0, bytes: 0 });
  await idle.damage('/a', ({ payload }) => {
    payload['body'] = new ArrayBuffer(1);
  });
  expect(await status(idle, '/a')).toContain('healed-length-mismatch');
});

/** Breaks what is stored of /a, and asks for it. */
async function breakAndFetch(app: App): Promise<string | undefined> {
  await app.damage('/a', ({ payload }) => {
    payload['body'] = new ArrayBuffer(1);
  });
  return status(app, '/a');
}

/** Breaks it so often that it is no longer stored. */
async function makeHopeless(app: App): Promise<void> {
  for (let heals = 0; heals < 3; heals++) {
    await app.store('/a');
    expect(await breakAndFetch(app)).toContain('; stored;');
  }
  await app.settled('/a');
  expect(await breakAndFetch(app)).not.toContain('stored');
  expect(await status(app, '/a')).not.toContain('stored');
}

test('I2: what breaks over and over is not stored for a while, unless the worker is asked to forget', async ({
  idle,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  await startOwn(idle, 'install({ memoryBytes: 0 });');
  await makeHopeless(idle);
  await idle.ask('forget');
  await idle.store('/a');
  expect(await breakAndFetch(idle)).toContain('; stored;');
});

test('I2, F2: for how long is not told by a clock that may be set back', async ({
  idle,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  await startOwn(
    idle,
    `const tick = performance.now.bind(performance);
    let [ahead, later] = [3_600_000, 0];
    performance.now = () => tick() + later;
    install({ memoryBytes: 0, now: () => Date.now() + ahead });
    addEventListener('message', ({ data, ports }) => {
      if (!data.setBack) return;
      [ahead, later] = [0, 400_000];
      ports[0].postMessage({ ok: true });
    });`,
  );
  await makeHopeless(idle);
  await idle.page.evaluate((m) => window.bench.ask(m), { setBack: true });
  expect(await status(idle, '/a')).toContain('; stored');
});

test('fetchOptions: they are added to every request but navigations', async ({
  idle,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  await startOwn(
    idle,
    `install({ fetchOptions: { headers: { 'x-option': 'yes' } } });`,
  );
  await idle.fetch('/a');
  expect(origin.requests('/a')[0]?.headers['x-option']).toBe('yes');
  origin.answer('/page', {
    headers: { 'content-type': 'text/html' },
    body: 'page',
  });
  await idle.page.goto(`${origin.url}/page`);
  expect(origin.requests('/page')[0]?.headers).not.toHaveProperty('x-option');
});

test('matchOptions.ignoreSearch: the query is no part of the key', async ({
  idle,
  origin,
}) => {
  origin.answer('/a?one', { headers: kept, body: 'data' });
  await startOwn(idle, 'install({ matchOptions: { ignoreSearch: true } });');
  await idle.fetch('/a?one');
  await idle.settled('/a');
  expect(await idle.fetch('/a?two')).toMatchObject({ text: 'data' });
  expect(origin.requests('/a?two')).toHaveLength(0);
});

test('partition: users never share an answer, and clear drops what one of them has', async ({
  idle,
  origin,
}) => {
  origin.on('/me', ({ headers }) => ({
    headers: kept,
    body: String(headers['x-user']),
  }));
  await startOwn(
    idle,
    `install({ partition: ({ headers }) => headers.get('x-user') });`,
  );
  const as = (user: string): RequestInit => ({ headers: { 'x-user': user } });
  for (const user of ['a', 'b'])
    expect((await idle.fetch('/me', as(user))).text).toBe(user);
  await expect.poll(() => idle.keys()).toHaveLength(2);
  for (const user of ['a', 'b']) {
    const again = await idle.fetch('/me', as(user));
    expect(again.text).toBe(user);
    expect(again.headers['cache-status']).toMatch(isHit);
  }
  const purged = await idle.ask('purge', { filter: { partition: 'a' } });
  expect(purged).toBe(1);
  expect(await status(idle, '/me', as('a'))).toMatch(/fwd=uri-miss/);
  expect(await status(idle, '/me', as('b'))).toMatch(isHit);
});

test("partition: an answer to one user's POST is never another's", async ({
  idle,
  origin,
}) => {
  origin.on('/me', ({ method, headers }) => ({
    // Stored, as it says that it is what a GET would bring (RFC 9110 section 9.3.3).
    headers: { ...kept, 'content-location': '/me' },
    body: `${method} ${String(headers['x-user'])}`,
  }));
  await startOwn(
    idle,
    `install({ partition: ({ headers }) => headers.get('x-user') });`,
  );
  const as = (user: string, method = 'GET'): RequestInit => ({
    method,
    headers: { 'x-user': user },
  });
  expect((await idle.fetch('/me', as('a', 'POST'))).text).toBe('POST a');
  await expect.poll(() => idle.keys()).toEqual([`=a ${idle.key('/me')}`]);
  expect((await idle.fetch('/me')).text).toBe('GET undefined');
  expect((await idle.fetch('/me', as('b'))).text).toBe('GET b');
  expect((await idle.fetch('/me', as('a'))).text).toBe('POST a');
});

test('bypass: what it names is neither answered from the store nor stored', async ({
  idle,
  origin,
}) => {
  origin.answer('/live', { headers: kept, body: 'data' });
  await startOwn(
    idle,
    `install({ bypass: ({ url }) => url.endsWith('/live') });`,
  );
  for (const _ of [1, 2]) expect(await status(idle, '/live')).toBeUndefined();
  expect(await idle.keys()).toEqual([]);
});

test('now and fetch: the clock and the network may be replaced', async ({
  idle,
  origin,
}) => {
  await startOwn(
    idle,
    `let hours = 0;
    install({
      now: () => Date.now() + hours * 3_600_000,
      fetch: async (input, init) => {
        if (input.url.endsWith('/later')) hours += 1;
        return fetch(input, init);
      },
    });`,
  );
  origin.answer('/a', { headers: kept, body: 'data' });
  await idle.store('/a');
  expect(await status(idle, '/a')).toMatch(isHit);
  origin.answer('/later', { headers: kept, body: 'data' });
  await idle.fetch('/later');
  expect(await status(idle, '/a')).toMatch(/fwd=stale/);
});

test('storageTimeoutMs: a store that does not answer costs no more than that', async ({
  idle,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  await startOwn(
    idle,
    `const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (name) {
      // Whatever becomes of it, nobody hears.
      return Object.assign(open.call(this, name), { addEventListener() {} });
    };
    const delays = [];
    const { setTimeout } = self;
    self.setTimeout = (call, delay) => {
      delays.push(delay);
      return setTimeout(call, delay);
    };
    addEventListener('message', ({ data, ports }) => {
      if (data.test) ports[0].postMessage({ ok: true, value: delays });
    });
    install({ storageTimeoutMs: 51 });`,
  );
  expect(await idle.fetch('/a')).toMatchObject({ text: 'data' });
  const delays = await idle.page.evaluate(() =>
    window.bench.ask({ test: 'delays' }),
  );
  // A timer is set for what is left of a time.
  expect((delays as number[]).map(Math.round)).toContain(51);
  expect(delays).not.toContain(2_000);
});

test('each answer says in Server-Timing what the cache did and how long it took', async ({
  app,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  await app.store('/a');
  const { headers, sha256: hash } = await app.fetch('/a');
  expect(hash).toBe(sha256('data'));
  expect(headers['server-timing']).toMatch(/mendbox;desc="hit";dur=[\d.]+/);
});
