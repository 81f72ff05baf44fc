import { expect, isHit, test, type App } from '../fixtures.js';
import { sha256 } from '../origin.js';
import { bundled } from '../own-worker.js';
import {
  bulk,
  damageSlices,
  flipSlices,
  large,
  MB,
  ranged,
  SLICE,
  sliceAt,
  startOf,
  store,
} from './large.js';

const path = '/large';
const bytes = bulk('edges', 5 * MB);
const first = large('first', bytes);

for (const [name, length] of Object.entries({
  'whose last slice is one byte': startOf(4) + 1,
  'of whole slices only': startOf(4),
  'of one slice': startOf(1),
  'of one slice and a byte': startOf(1) + 1,
  'of two slices': startOf(2),
  'of 1 MiB': 2 * SLICE,
  'of 1 MiB and a byte': 2 * SLICE + 1,
})) {
  test(`a body ${name} is verified, cut and mended to the byte`, async ({
    app,
    origin,
  }) => {
    const body = bytes.subarray(0, length);
    await store(app, origin, path, large('cut', body));
    await app.restartWorker();
    const last = await app.fetch(path, { headers: { range: 'bytes=-1' } });
    expect(last.headers['content-range']).toBe(
      `bytes ${length - 1}-${length - 1}/${length}`,
    );
    expect(last.sha256).toBe(sha256(body.subarray(-1)));
    const whole = await app.fetch(path);
    expect(whole.headers['cache-status']).toMatch(isHit);
    expect(whole.sha256).toBe(sha256(body));
    await damageSlices(app, path, [sliceAt(length - 1)]);
    const mended = await app.fetch(path);
    expect(mended.sha256).toBe(sha256(body));
    // Up to 1 MiB is verified before the first byte has gone.
    const outcome = length > 2 * SLICE ? 'range-spliced' : 'replayed';
    expect(await app.nextHeal()).toMatchObject({ outcome });
    await app.settled(path, sha256(body));
  });
}

test('a body of 1 MiB whose second slice is broken is replaced by what the origin has now', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, large('old', bytes.subarray(0, 2 * SLICE)));
  await damageSlices(app, path, [1]);
  origin.on(path, ranged(first));
  const got = await app.fetch(path);
  expect(got.headers['etag']).toBe('"first"');
  expect(got.sha256).toBe(sha256(bytes));
});

test('two readers of one broken body at once both get its bytes', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [2, 6]);
  const [one, two] = await Promise.all([app.fetch(path), app.fetch(path)]);
  expect(one.sha256).toBe(sha256(bytes));
  expect(two.sha256).toBe(sha256(bytes));
  await app.settled(path, sha256(bytes));
});

test('a HEAD is answered from the policy record, however broken the body is', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [0, 2]);
  const head = await app.fetch(path, { method: 'HEAD' });
  expect(head.headers['cache-status']).toMatch(isHit);
  expect(head.headers['content-length']).toBe(String(bytes.length));
  expect(head.length).toBe(0);
  expect(origin.requests(path)).toHaveLength(1);
});

test('a range that begins in a broken slice is asked for again as a range', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [3]);
  const from = startOf(3) + 7;
  const got = await app.fetch(path, { headers: { range: `bytes=${from}-` } });
  expect(got.status).toBe(206);
  expect(got.sha256).toBe(sha256(bytes.subarray(from)));
  expect(origin.requests(path).at(-1)?.headers.range).toBe(`bytes=${from}-`);
  expect(await app.nextHeal()).toMatchObject({ outcome: 'replayed' });
});

/** Reads the first chunk of a body in the page, and gives what reads the rest and tells its SHA-256. */
const begin = (app: App) =>
  app.page.evaluateHandle(async (url) => {
    const { body } = await fetch(url);
    const reader = (
      body as ReadableStream<Uint8Array<ArrayBuffer>>
    ).getReader();
    const chunks = [(await reader.read()).value ?? new Uint8Array()];
    return async (): Promise<string> => {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        chunks.push(value);
      }
      const whole = await new Blob(chunks).arrayBuffer();
      return window.bench.sha256(whole);
    };
  }, path);

test('the worker stops while it hands out a stored body: the page sees an error or all of it, not an early end', async ({
  app,
  origin,
}) => {
  test.skip(!app.isChromium, 'only Chromium lets a worker be stopped');
  const slow = bulk('slow', 20 * MB);
  await store(app, origin, path, large('slow', slow));
  await app.restartWorker();
  const rest = await begin(app);
  await app.restartWorker();
  const read = await rest.evaluate((all) => all().catch(() => 'error'));
  // On a busy machine the worker may be done before it is stopped.
  expect(['error', sha256(slow)]).toContain(read);
});

/** Opens a page without a worker, in which `begin(path, options)` reads through a HealingCache of its own. */
async function openPage(app: App): Promise<void> {
  const { origin, page } = app;
  const body = await bundled(`
    globalThis.begin = async (path, options) => {
      const [pending, done] = new HealingCache(options).handleAll({ request: path });
      const response = await pending;
      const reader = response.body.getReader();
      const chunks = [(await reader.read()).value];
      const rest = async () => {
        for (let read; !(read = await reader.read()).done; ) chunks.push(read.value);
        await done;
        const whole = await new Blob(chunks).arrayBuffer();
        return bench.sha256(whole);
      };
      return { status: response.headers.get('cache-status'), rest };
    };
    globalThis.goAway = async (path) => {
      const asked = [];
      const heals = [];
      const cache = new HealingCache({
        fetch: (request) => {
          asked.push(request.headers.get('range'));
          return fetch(request);
        },
        onHeal: ({ outcome }) => heals.push(outcome),
      });
      const reader = (await cache.handle({ request: path })).body.getReader();
      await reader.read();
      // The next slice is being read now.
      await reader.cancel();
      const whole = await (await cache.handle({ request: path })).arrayBuffer();
      return { asked, heals, sha256: await bench.sha256(whole) };
    };`);
  const headers = { 'content-type': 'text/javascript' };
  origin.answer('/page.js', { headers, body });
  await page.goto(`${origin.url}/`);
  await page.addScriptTag({ url: '/page.js' });
}

interface Begun {
  readonly status: string;
  /** Reads to the end, and gives the SHA-256 of all that was read. */
  rest(): Promise<string>;
}

type Begin = (path: string, options?: object) => Promise<Begun>;

const beginIn = (app: App, options: object = {}, from = path) =>
  app.page.evaluateHandle(
    ([url, given]) => (Reflect.get(window, 'begin') as Begin)(url, given),
    [from, options] as const,
  );

const readIn = async (app: App, options?: object, from?: string) => {
  const begun = await beginIn(app, options, from);
  const status = await begun.evaluate((it) => it.status);
  return { status, sha256: await begun.evaluate((it) => it.rest()) };
};

test('a body that is larger than maxEntryBytes by now is answered as long as it is stored', async ({
  idle: app,
  origin,
}) => {
  origin.on(path, ranged(first));
  await openPage(app);
  await readIn(app);
  const got = await readIn(app, { maxEntryBytes: 1_000_000 });
  expect(got.status).toMatch(isHit);
  expect(got.sha256).toBe(sha256(bytes));
});

test('a reader of its own keeps every chunk that it was given', async ({
  idle: app,
  origin,
}) => {
  origin.on(path, ranged(first));
  await openPage(app);
  const fresh = await readIn(app);
  expect(fresh.status).not.toMatch(isHit);
  expect(fresh.sha256).toBe(sha256(bytes));
  const stored = await readIn(app);
  expect(stored.status).toMatch(isHit);
  expect(stored.sha256).toBe(sha256(bytes));
});

test('nothing is read far ahead of a slow reader', async ({
  idle: app,
  origin,
}) => {
  origin.on(path, ranged(first));
  for (const other of ['/one', '/two', '/three'])
    origin.on(other, ranged(first));
  await openPage(app);
  await readIn(app);
  await flipSlices(app, path, [3]);
  const begun = await beginIn(app);
  // Time enough to read all of it, were nothing holding back.
  for (const other of ['/one', '/two', '/three']) {
    await readIn(app, {}, other);
    expect((await readIn(app, {}, other)).status).toMatch(isHit);
  }
  expect(origin.requests(path)).toHaveLength(1);
  expect(await begun.evaluate((it) => it.rest())).toBe(sha256(bytes));
  expect(origin.requests(path)).toHaveLength(2);
});

test('a page that goes away while a slice is read is not taken for a broken slice', async ({
  idle: app,
  origin,
}) => {
  origin.on(path, ranged(first));
  await openPage(app);
  await readIn(app);
  const seen = await app.page.evaluate(
    (url) =>
      (Reflect.get(window, 'goAway') as (from: string) => Promise<object>)(url),
    path,
  );
  expect(seen).toEqual({ asked: [], heals: [], sha256: sha256(bytes) });
});
