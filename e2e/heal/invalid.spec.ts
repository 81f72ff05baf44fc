import { expect, isHit, test, type App } from '../fixtures.js';
import { Gate, noise, sha256, type Answer, type Origin } from '../origin.js';
import { startOwn } from '../own-worker.js';

// What a POST, a purge or a newer answer has made invalid answers nobody any more, whatever was under way meanwhile.

const path = '/thing';
// More than what lies between a worker and a page that does not read.
const older = Buffer.alloc(24_000_000, noise('older', 4_096));
const newer = noise('newer', 2_000);
const headers = (etag: string) => ({ 'cache-control': 'max-age=3600', etag });

const before: Answer = { headers: headers('"older"'), body: 'older' };
const after: Answer = { headers: headers('"newer"'), body: 'newer' };

/** Answers with the older body until a POST has come. */
function serve(origin: Origin): void {
  let isOld = true;
  origin.on(path, ({ method }) => {
    if (method === 'POST') isOld = false;
    return method === 'POST' || isOld
      ? { headers: headers('"older"'), body: isOld ? older : 'changed' }
      : { headers: headers('"newer"'), body: newer };
  });
}

declare global {
  interface Window {
    reading: ReadableStreamDefaultReader<Uint8Array>;
  }
}

async function stored(app: App): Promise<void> {
  await app.fetch(path);
  await app.settled(path, sha256(older));
  await app.ask('forget');
}

const changes: readonly [
  name: string,
  change: (app: App) => Promise<unknown>,
][] = [
  ['POST', (app) => app.fetch(path, { method: 'POST', body: 'x' })],
  [
    'purge',
    async (app) => {
      await app.fetch('/other', { method: 'POST', body: 'x' });
      await app.ask('purge', { filter: { all: true } });
    },
  ],
];

for (const [name, change] of changes)
  test(`a stored body that a page reads while a ${name} drops it is not remembered at its end`, async ({
    app,
    origin,
  }) => {
    serve(origin);
    await stored(app);
    await app.page.evaluate(async (url) => {
      const response = await fetch(url);
      const { body } = response;
      if (!body) throw new Error('there is no body');
      const own = body.getReader();
      await own.read();
      window.reading = own;
    }, path);
    await change(app);
    const left = await app.page.evaluate(async () => {
      let bytes = 0;
      for (;;) {
        const { value } = await window.reading.read();
        if (!value) return bytes;
        bytes += value.length;
      }
    });
    expect(left).toBeGreaterThan(0);
    const got = await app.fetch(path);
    expect(got.headers['cache-status']).not.toMatch(isHit);
    if (name === 'POST') expect(got.sha256).toBe(sha256(newer));
  });

test('a drop that the store failed is made up for: what was to go answers nobody', async ({
  idle: app,
  origin,
}) => {
  await app.start({});
  origin.answer(path, before, { body: 'changed' }, after);
  await app.store(path);
  await app.shim({
    faults: [{ on: 'delete', how: 'fail', name: 'DataError' }],
  });
  await app.fetch(path, { method: 'POST', body: 'x' });
  expect((await app.fetch(path)).text).toBe('newer');
  await app.shim({ faults: [] });
  expect((await app.fetch(path)).text).toBe('newer');
  await expect
    .poll(async () => {
      const { headers: fields, text } = await app.fetch(path);
      return [isHit.test(fields['cache-status'] ?? ''), text];
    })
    .toEqual([true, 'newer']);
});

test('a group that a POST outdates while the store fails answers nobody afterwards', async ({
  idle: app,
  origin,
}) => {
  await app.start({});
  const grouped = { ...headers('"older"'), 'cache-groups': '"things"' };
  origin.answer(
    path,
    { headers: grouped, body: 'older' },
    { headers: grouped, body: 'newer' },
  );
  origin.answer('/say', {
    headers: { 'cache-group-invalidation': '"things"' },
  });
  await app.store(path);
  await app.shim({ faults: [{ on: 'getAllKeys', how: 'fail' }] });
  await app.fetch('/say', { method: 'POST', body: 'x' });
  // The store is tried again.
  await app.shim({ faults: [], clock: 2_000 });
  expect((await app.fetch(path)).text).toBe('newer');
});

test('of a group that a POST outdates, what another release has stored goes as well, and what is known to be of another stays', async ({
  app,
  origin,
}) => {
  const of = (group: string): Answer => ({
    headers: { ...headers('"older"'), 'cache-groups': `"${group}"` },
    body: 'older',
  });
  origin.answer(path, of('things'));
  origin.answer('/other', of('others'));
  origin.answer('/say', {
    headers: { 'cache-group-invalidation': '"things"' },
  });
  for (const each of [path, '/other']) {
    await app.store(each);
  }
  await app.damage(path, ({ policy }) => {
    policy['schema'] = 'another';
  });
  await app.fetch('/say', { method: 'POST', body: 'x' });
  await expect.poll(() => app.keys()).toEqual([app.key('/other')]);
});

test('what is purged while the idle probe finds it broken is not written back @memory', async ({
  idle: app,
  origin,
}) => {
  await startOwn(
    app,
    `
    const cache = install();
    const { getAll } = IDBObjectStore.prototype;
    self.addEventListener('message', (event) => {
      if (event.data.purge === undefined) return;
      event.stopImmediatePropagation();
      IDBObjectStore.prototype.getAll = function (...given) {
        IDBObjectStore.prototype.getAll = getAll;
        const request = getAll.apply(this, given);
        request.addEventListener('success', () => void cache.purge({ all: true }));
        return request;
      };
      event.ports[0].postMessage({ ok: true });
    });`,
  );
  origin.answer(path, before);
  await app.store(path);
  await app.damage(path, ({ payload }) => {
    payload['body'] = new ArrayBuffer(1);
  });
  await app.page.evaluate(() => window.bench.ask({ purge: true }));
  expect((await app.fetch(path)).headers['cache-status']).toMatch(isHit);
  await expect.poll(() => app.keys()).toEqual([]);
  expect((await app.fetch(path)).headers['cache-status']).not.toMatch(isHit);
});

test('an answer that a POST outdates while its digest is checked is not stored', async ({
  idle: app,
  origin,
}) => {
  // The check is held until the POST has been answered.
  await startOwn(
    app,
    `
    const digest = crypto.subtle.digest.bind(crypto.subtle);
    let open = () => {};
    const gate = new Promise((resolve) => { open = resolve; });
    crypto.subtle.digest = async (...given) => { self.checked = true; await gate; return digest(...given); };
    self.addEventListener('message', (event) => {
      if (event.data.gate === undefined) return;
      event.stopImmediatePropagation();
      if (event.data.gate) open();
      event.ports[0].postMessage({ ok: true, value: self.checked === true });
    });
    install();`,
  );
  const body = 'older';
  const digest = Buffer.from(sha256(body), 'hex').toString('base64');
  origin.answer(
    path,
    {
      headers: { ...headers('"older"'), 'repr-digest': `sha-256=:${digest}:` },
      body,
    },
    { body: 'changed' },
    after,
  );
  const gate = (isOpen: boolean): Promise<unknown> =>
    app.page.evaluate((open) => window.bench.ask({ gate: open }), isOpen);
  await app.fetch(path);
  await expect.poll(() => gate(false)).toBe(true);
  await app.fetch(path, { method: 'POST', body: 'x' });
  await gate(true);
  await expect.poll(async () => (await app.fetch(path)).text).toBe('newer');
  await app.settled(path, sha256('newer'));
  await app.ask('forget');
  expect((await app.fetch(path)).text).toBe('newer');
});

/** A worker that runs this with two caches of its own, `one` and `two`, when it is asked to. */
const inWorker = (work: string): string => `
  const Cache = install({ cacheName: 'other', match: () => false }).constructor;
  const text = async (response) => (await response).text();
  self.addEventListener('message', (event) => {
    const { url } = event.data;
    if (url === undefined) return;
    event.stopImmediatePropagation();
    const run = async () => {
      const [one, two] = [new Cache(), new Cache()];
      const [first, behind] = one.handleAll({ request: new Request(url) });
      const seen = [await text(first)];
      await behind;
      ${work}
      return seen;
    };
    run().then(
      (value) => event.ports[0].postMessage({ ok: true, value }),
      (error) => event.ports[0].postMessage({ ok: false, error: String(error) }),
    );
  });`;

const ask = (app: App, url: string): Promise<unknown> =>
  app.page.evaluate((message) => window.bench.ask(message), { url });

test('two caches of one name in a worker hear of each other at once', async ({
  idle: app,
  origin,
}) => {
  origin.answer(path, before, { body: 'changed' }, after);
  await startOwn(
    app,
    inWorker(`
      seen.push(await text(two.fetch(url)));
      seen.push(await text(one.fetch(url, { method: 'POST', body: 'x' })));
      seen.push(await text(two.fetch(url)));`),
  );
  expect(await ask(app, app.key(path))).toEqual([
    ...['older', 'older', 'changed', 'newer'],
  ]);
});

test("what one of two caches of a name purges, the browser's own cache brings back to neither", async ({
  idle: app,
  origin,
}) => {
  origin.answer(path, before, after);
  await startOwn(
    app,
    inWorker(`
      await one.purge({ all: true });
      await two.purge({ all: true });
      seen.push(await text(two.fetch(url)));`),
  );
  expect(await ask(app, app.key(path))).toEqual(['older', 'newer']);
});

test('a cache that is closed while the origin is asked fails no request', async ({
  idle: app,
  origin,
}) => {
  const gate = new Gate();
  origin.answer(
    path,
    before,
    { status: 304, headers: headers('"older"'), until: gate.until },
    { body: 'changed' },
    after,
  );
  await startOwn(
    app,
    inWorker(`
      const late = one.fetch(url, { cache: 'no-cache' });
      await new Promise((resolve) => self.addEventListener('message', ({ data }) => data.close && resolve()));
      one.close();
      await fetch('/open');
      seen.push(await text(late));
      seen.push(await text(one.fetch(url, { method: 'POST', body: 'x' })));
      seen.push(await text(one.fetch(url)));`),
  );
  origin.on('/open', () => {
    gate.open();
    return { body: 'open' };
  });
  const seen = ask(app, app.key(path));
  await expect.poll(() => origin.requests(path)).toHaveLength(2);
  await app.page.evaluate(() =>
    navigator.serviceWorker.controller?.postMessage({ close: true }),
  );
  expect(await seen).toEqual(['older', 'older', 'changed', 'newer']);
});

test('an engine that refuses BroadcastChannel still has a cache', async ({
  idle: app,
  origin,
}) => {
  origin.answer(path, before);
  await startOwn(
    app,
    `
    self.BroadcastChannel = class { constructor() { throw new DOMException('no', 'SecurityError'); } };
    install();`,
  );
  await app.store(path);
  expect((await app.fetch(path)).headers['cache-status']).toMatch(isHit);
});
