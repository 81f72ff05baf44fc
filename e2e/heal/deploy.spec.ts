import { expect, isHit, test, type App } from '../fixtures.js';
import { startOwn } from '../own-worker.js';
import { noise, sha256, type Answer } from '../origin.js';

// What a release, a rollback or a portal does to a page that is open, and what a worker's sleep does to the store.

const script = (text: string): Answer => ({
  headers: {
    'cache-control': 'max-age=3600',
    'content-type': 'text/javascript',
  },
  body: text,
});
const html = (text: string, control: string): Answer => ({
  headers: {
    'cache-control': control,
    'content-type': 'text/html',
    etag: `"${text}"`,
  },
  body: `<!doctype html><title>${text}</title>`,
});
const gone: Answer = { ...html('not here', 'no-cache'), status: 404 };

/** Loads a script element; tells whether it ran. */
const load = (app: App, src: string): Promise<'load' | 'error'> =>
  app.page.evaluate(
    (url) =>
      new Promise((resolve) => {
        const element = document.createElement('script');
        element.src = url;
        element.addEventListener('load', () => resolve('load'));
        element.addEventListener('error', () => resolve('error'));
        document.body.append(element);
      }),
    src,
  );

test('H11: after a release the page is the new one, the old chunk still runs, and a chunk that is gone is not stored', async ({
  app,
  origin,
}) => {
  origin.answer('/app', html('one', 'no-cache'), html('two', 'no-cache'));
  origin.answer('/one.js', script('window.ran = 1;'), gone);
  origin.answer('/late.js', gone, script('window.ran = 2;'));
  await app.fetch('/app');
  expect(await load(app, '/one.js')).toBe('load');
  await app.settled('/app');
  await app.settled('/one.js');
  await app.restartWorker();

  expect((await app.fetch('/app')).text).toContain('two');
  expect(await load(app, '/one.js')).toBe('load');
  expect(origin.requests('/one.js')).toHaveLength(1);
  expect(await load(app, '/late.js')).toBe('error');
  expect(await load(app, '/late.js')).toBe('load');
});

test('B20: an entry that was deleted by hand is fetched again, and what the origin has no more is said to be gone', async ({
  app,
  origin,
}) => {
  for (const at of ['/kept', '/moved']) {
    const answer = script(`'${at}';`);
    // The browser's own cache keeps nothing of it.
    const own = {
      'cache-control': 'no-store',
      'sw-cache-control': 'max-age=3600',
    };
    origin.answer(
      at,
      { ...answer, headers: { ...answer.headers, ...own } },
      gone,
    );
    await app.store(at);
  }
  await app.page.evaluate(
    (key) => window.bench.write(key, 'mendbox', {}),
    app.key('/moved'),
  );
  await app.restartWorker();
  expect((await app.fetch('/moved')).status).toBe(404);
  expect((await app.fetch('/kept')).text).toBe("'/kept';");
  expect(origin.requests('/kept')).toHaveLength(1);
  expect(await app.heals()).toEqual([]);
});

test('D7: what a portal answers in the place of the origin is not stored', async ({
  app,
  origin,
  elsewhere,
}) => {
  const portal = html('log in', 'max-age=3600');
  elsewhere.answer('/portal', {
    ...portal,
    headers: { ...portal.headers, 'access-control-allow-origin': '*' },
  });
  const away: Answer = {
    status: 302,
    headers: { location: `${elsewhere.url}/portal` },
  };
  origin.answer('/data.json', away, script('{}'));
  const first = await app.fetch('/data.json');
  expect(first.text).toContain('log in');
  expect(first.redirected).toBe(true);
  expect((await app.fetch('/data.json')).text).toBe('{}');
  await app.settled('/data.json');
  expect(await app.keys()).toEqual([app.key('/data.json')]);
});

test('H16: a replay looks to the origin as the request did', async ({
  app,
  origin,
}) => {
  const kept = [
    'accept',
    'accept-language',
    'cookie',
    'referer',
    'sec-fetch-mode',
    'sec-fetch-site',
    'user-agent',
  ] as const;
  origin.answer('/app.js', script('1;'));
  await app.page.evaluate(() => {
    document.cookie = 'user=one; path=/';
  });
  const headers = { accept: 'text/javascript', 'x-own': 'yes' };
  await app.fetch('/app.js', { headers });
  await app.settled('/app.js');
  await app.damage('/app.js', (pair) => {
    new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
  });
  await app.restartWorker();
  await app.fetch('/app.js', { headers });
  const [first, replay] = origin.requests('/app.js');
  expect(replay?.headers['x-own']).toBe('yes');
  for (const name of kept)
    expect(replay?.headers[name], name).toBe(first?.headers[name]);
});

test('I3: a healing reloads no page', async ({ app, origin }) => {
  origin.answer('/thing', script('1;'));
  await app.store('/thing');
  await app.damage('/thing', (pair) => {
    new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
  });
  await app.restartWorker();
  await app.page.evaluate(() => {
    Object.assign(window, { stayed: true });
  });
  const loads = origin.requests('/').length;
  await app.fetch('/thing');
  await expect.poll(() => app.told()).toHaveLength(1);
  await app.settled('/thing');
  expect(await app.page.evaluate(() => Reflect.get(window, 'stayed'))).toBe(
    true,
  );
  expect(origin.requests('/')).toHaveLength(loads);
});

test('C9: the Cache API is never used, and requests of other schemes are left alone', async ({
  app,
  origin,
}) => {
  origin.answer('/thing', script('1;'));
  await app.store('/thing');
  expect(await app.page.evaluate(() => caches.keys())).toEqual([]);
  expect((await app.fetch('data:text/plain,hello')).text).toBe('hello');
  const blob = await app.page.evaluate(async () => {
    const url = URL.createObjectURL(new Blob(['blob']));
    return await (await fetch(url)).text();
  });
  expect(blob).toBe('blob');
  expect(await app.keys()).toEqual([app.key('/thing')]);
});

test('C7: a write is promised to the event while it is handled, and an event that is over fails nothing', async ({
  idle: app,
  origin,
}) => {
  const body = noise('kept alive', 3_000);
  const answer: Answer = {
    headers: { 'cache-control': 'max-age=3600' },
    body,
  };
  origin.answer('/first', answer);
  origin.answer('/second', answer);
  await startOwn(
    app,
    `let handling = false;
     const kept = { inTime: 0, late: 0, refuses: false };
     addEventListener('fetch', () => { handling = true; });
     const { prototype } = ExtendableEvent;
     const { waitUntil } = prototype;
     prototype.waitUntil = function (work) {
       if (!(this instanceof FetchEvent)) return waitUntil.call(this, work);
       if (kept.refuses) throw new DOMException('over', 'InvalidStateError');
       kept[handling ? 'inTime' : 'late']++;
       return waitUntil.call(this, work);
     };
     install();
     addEventListener('fetch', () => { handling = false; });
     addEventListener('message', ({ data, ports: [port] }) => {
       if (!data.kept) return;
       Object.assign(kept, data.kept);
       port.postMessage({ ok: true, value: kept });
     });`,
  );
  expect((await app.fetch('/first')).sha256).toBe(sha256(body));
  await app.settled('/first');
  const kept = await app.page.evaluate(() =>
    window.bench.ask({ kept: { refuses: true } }),
  );
  expect(kept).toMatchObject({ inTime: 1, late: 0 });
  expect((await app.fetch('/second')).sha256).toBe(sha256(body));
  await app.settled('/second');
});

test('F5: use keeps a response in the store and makes it no younger', async ({
  idle: app,
  origin,
}) => {
  const answer = (text: string): Answer => ({
    headers: { 'cache-control': 'max-age=7200' },
    body: text,
  });
  origin.answer('/thing', answer('one'), answer('two'));
  await app.start({});
  await app.store('/thing');
  const usedAt = async (): Promise<unknown> =>
    (await app.records('/thing')).policy?.['used'];
  const before = await usedAt();
  await app.shim({ clock: 4_000_000 });
  await app.ask('forget');
  expect((await app.fetch('/thing')).headers['cache-status']).toMatch(isHit);
  await expect.poll(usedAt).not.toBe(before);
  await app.ask('forget');
  expect((await app.fetch('/thing')).headers['age']).toMatch(/^400\d$/);
  await app.shim({ clock: 8_000_000 });
  expect((await app.fetch('/thing')).text).toBe('two');
});

// Only Chromium lets a test stop a worker.
test(
  'G7, G10: a worker that has slept asks the store at once, whatever the one before it had met',
  { tag: '@chromium' },
  async ({ idle: app, origin }) => {
    origin.answer('/thing', script('1;'));
    await app.start({});
    await app.store('/thing');
    await app.ask('forget');
    await app.shim({ faults: [{ on: 'transaction', how: 'hang' }] });
    expect((await app.fetch('/thing')).headers['cache-status']).not.toMatch(
      isHit,
    );
    // The breaker is open now: nothing is even tried.
    await app.shim({ faults: [] });
    expect((await app.fetch('/thing')).headers['cache-status']).not.toMatch(
      isHit,
    );
    await app.restartWorker();
    expect((await app.fetch('/thing')).headers['cache-status']).toMatch(isHit);
  },
);
