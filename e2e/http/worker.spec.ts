import { startOwn } from '../own-worker.js';
import { expect, isHit, test, type App } from '../fixtures.js';
import { Gate, type Answer } from '../origin.js';

const page = (title: string, headers = {}): Answer => ({
  headers: {
    'content-type': 'text/html',
    'cache-control': 'max-age=3600',
    ...headers,
  },
  body: `<!doctype html><title>${title}</title>`,
});

async function enablePreload(app: App): Promise<void> {
  await app.page.evaluate(async () => {
    const { navigationPreload } = await navigator.serviceWorker.ready;
    await navigationPreload.enable();
  });
}

/** What a navigation's preload carries, and nothing else does. */
const PRELOAD = 'service-worker-navigation-preload';

test.describe('navigation preload', () => {
  test('H12: a preload is used as the answer of the network, and stored', async ({
    app,
    origin,
  }) => {
    await enablePreload(app);
    origin.answer('/page', page('one'));
    await app.page.goto(`${origin.url}/page`);
    expect(await app.page.title()).toBe('one');
    const seen = origin.requests('/page');
    expect(seen.map(({ headers }) => headers[PRELOAD])).toEqual(['true']);
    await app.settled('/page');
  });

  test('H12: a preload that a stored response makes needless is waited for, not broken off', async ({
    app,
    origin,
  }) => {
    // The browser's own HTTP cache keeps nothing that could answer the preload.
    const ours = {
      'cache-control': 'no-store',
      'sw-cache-control': 'max-age=3600',
    };
    origin.answer('/page', page('one', ours));
    await app.page.goto(`${origin.url}/page`);
    await app.settled('/page');
    await enablePreload(app);
    const gate = new Gate();
    let isOpen = false;
    let brokenOff = false;
    origin.on('/page', (_seen, socket) => {
      socket.on('close', () => {
        brokenOff ||= !isOpen;
      });
      return { ...page('two'), until: gate.until };
    });
    await app.page.goto(`${origin.url}/page`);
    expect(await app.page.title()).toBe('one');
    // The event is long over when the worker has answered these.
    for (let n = 0; n < 10; n++) await app.fetch(`/other?${n}`);
    expect(origin.requests('/page')).toHaveLength(2);
    isOpen = true;
    gate.open();
    expect(brokenOff).toBe(false);
  });

  test('H12: a preload is the answer of the network to a stale page too', async ({
    app,
    origin,
  }) => {
    const stale = { 'cache-control': 'max-age=0', etag: '"one"' };
    origin.answer('/page', page('one', stale), page('two'));
    await app.page.goto(`${origin.url}/page`);
    await app.settled('/page');
    await enablePreload(app);
    await app.page.goto(`${origin.url}/page`);
    expect(await app.page.title()).toBe('two');
    const seen = origin.requests('/page');
    expect(seen.map(({ headers }) => headers[PRELOAD])).toEqual([
      undefined,
      'true',
    ]);
  });

  test('H12: a preload that fails is no reason to fail', async ({
    app,
    origin,
  }) => {
    await enablePreload(app);
    origin.on('/page', ({ headers }, socket) => {
      if (headers[PRELOAD] === undefined) return page('one');
      socket.destroy();
      return undefined;
    });
    await app.page.goto(`${origin.url}/page`);
    expect(await app.page.title()).toBe('one');
  });

  test('H12: a preload that is redirected leads to where it leads', async ({
    app,
    origin,
  }) => {
    await enablePreload(app);
    origin.answer('/from', {
      status: 302,
      headers: { location: '/to', 'cache-control': 'no-store' },
    });
    origin.answer('/to', page('arrived'));
    await app.page.goto(`${origin.url}/from`);
    expect(await app.page.title()).toBe('arrived');
    expect(new URL(app.page.url()).pathname).toBe('/to');
  });
});

test('H12: a preload answers one of two who ask for it', async ({
  idle: app,
  origin,
}) => {
  await startOwn(
    app,
    `const cache = new HealingCache();
    addEventListener('activate', (event) => event.waitUntil(clients.claim()));
    addEventListener('fetch', (event) => {
      const { request } = event;
      const hooks = { willUse: () => fetch('/refused').then(() => undefined) };
      if (request.mode === 'navigate')
        event.respondWith(cache.handle({ event, request, hooks }));
    });`,
  );
  await enablePreload(app);
  const behind = {
    'cache-control': 'no-store',
    'sw-cache-control': 'max-age=0, stale-while-revalidate=99',
  };
  const titles = ['one', 'two', 'three'];
  let asked = 0;
  origin.on('/page', () => page(titles[asked++] ?? '', behind));
  await app.page.goto(`${origin.url}/page`);
  await app.settled('/page');
  // What is stored is refused when it has been validated behind the page's back.
  const gate = new Gate();
  origin.answer('/refused', { until: gate.until });
  const arrived = app.page.goto(`${origin.url}/page`);
  await expect.poll(() => origin.requests('/refused').length).toBe(2);
  await expect.poll(() => origin.requests('/page').length).toBe(2);
  gate.open();
  await arrived;
  expect(await app.page.title()).toBe('three');
});

test("a page that was deleted does not come back from the browser's own cache", async ({
  idle: app,
  origin,
}) => {
  await startOwn(
    app,
    `const cache = install();
    addEventListener('message', ({ data, ports: [port] }) => {
      if (data.deleted)
        cache.delete(data.deleted).then((value) => port.postMessage({ ok: true, value }));
    });`,
  );
  const address = `${origin.url}/page`;
  origin.answer('/page', page('before'), page('after'));
  await app.page.goto(address);
  await app.settled('/page');
  const ask = { deleted: address };
  await app.page.evaluate((message) => window.bench.ask(message), ask);
  await app.page.goto(address);
  expect(await app.page.title()).toBe('after');
});

test("a no-store request leaves the browser's own cache alone, even where what is stored was purged", async ({
  app,
  origin,
}) => {
  const [before, after] = [page('before'), page('after')];
  origin.answer('/data', before, after);
  await app.store('/data');
  await app.ask('purge', { filter: { url: `${origin.url}/data` } });
  const got = await app.fetch('/data', { cache: 'no-store' });
  expect(got.text).toBe(after.body);
  // Of which nothing is stored here: the browser's own cache answers.
  const left = await app.fetch('/data', {
    cache: 'only-if-cached',
    mode: 'same-origin',
  });
  expect(left.text).toBe(before.body);
});

test("a page that was purged does not come back from the browser's own cache", async ({
  app,
  origin,
}) => {
  origin.answer('/page', page('before'), page('after'));
  await app.page.goto(`${origin.url}/page`);
  await app.settled('/page');
  await app.ask('purge', { filter: { prefix: `${origin.url}/page` } });
  await app.page.goto(`${origin.url}/page`);
  expect(await app.page.title()).toBe('after');
});

test('a form that is posted outdates the page that it leads back to', async ({
  app,
  origin,
}) => {
  let title = 'before';
  origin.on('/page', ({ method }) => {
    if (method === 'GET') return page(title);
    title = 'after';
    return { status: 303, headers: { location: '/page' } };
  });
  await app.page.goto(`${origin.url}/page`);
  await app.settled('/page');
  await Promise.all([
    app.page.waitForNavigation(),
    app.page.evaluate(() => {
      const form = document.createElement('form');
      form.method = 'post';
      document.body.append(form);
      form.submit();
    }),
  ]);
  expect(await app.page.title()).toBe('after');
});

for (const [method, types] of [
  ['GET', '"cache"'],
  ['GET', '"*"'],
  ['POST', '"cookies", "cache"'],
] as const) {
  test(`Clear-Site-Data: ${types} in the answer to a ${method} drops what is stored of its origin, where a worker sees it`, async ({
    app,
    origin,
    elsewhere,
    browserName,
  }) => {
    test.skip(
      browserName === 'chromium',
      'Chromium removes the field before a worker sees the response',
    );
    const kept: Answer = {
      headers: {
        'cache-control': 'max-age=3600',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': '*',
      },
      body: 'kept',
    };
    origin.answer('/thing', kept);
    elsewhere.answer('/thing', kept);
    await app.fetch(`${elsewhere.url}/thing`);
    await app.store('/thing');
    origin.answer('/logout', {
      headers: { 'clear-site-data': types, 'cache-control': 'no-store' },
    });
    await app.fetch('/logout', { method });
    const got = await app.fetch('/thing');
    expect(got.headers['cache-status'] ?? '').not.toMatch(isHit);
    expect(origin.requests('/thing')).toHaveLength(2);
    const other = await app.fetch(`${elsewhere.url}/thing`);
    // The browser itself drops the database for "*": it is this origin's storage.
    if (types !== '"*"') expect(other.headers['cache-status']).toMatch(isHit);
  });
}

test('Clear-Site-Data in an answer that a POST has outdated: the answer itself is not stored', async ({
  app,
  origin,
  browserName,
}) => {
  test.skip(browserName === 'chromium', 'as above');
  const asked = new Gate();
  const gate = new Gate();
  origin.on('/logout', async ({ method }) => {
    if (method === 'POST') return { status: 204 };
    asked.open();
    await gate.until;
    return {
      headers: {
        'clear-site-data': '"cache"',
        'cache-control': 'max-age=3600',
      },
      body: 'old',
    };
  });
  const pending = app.fetch('/logout');
  await asked.until;
  await app.fetch('/logout', { method: 'POST' });
  gate.open();
  await pending;
  const got = await app.fetch('/logout');
  expect(got.headers['cache-status']).not.toMatch(isHit);
});

test('a response without Date is stored with the time at which it was received', async ({
  app,
  origin,
}) => {
  origin.on('/thing', (_seen, socket) => {
    socket.end(
      'HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 3\r\nConnection: close\r\n\r\nold',
    );
    return undefined;
  });
  const before = Date.now();
  await app.store('/thing');
  const { headers } = await app.fetch('/thing');
  expect(headers['cache-status']).toMatch(isHit);
  const date = Date.parse(headers['date'] ?? '');
  expect(date).toBeGreaterThanOrEqual(before - 1000);
  expect(date).toBeLessThanOrEqual(Date.now());
});

test('Clear-Site-Data of other things leaves what is stored', async ({
  app,
  origin,
  browserName,
}) => {
  test.skip(browserName === 'chromium', 'as above');
  origin.answer('/thing', {
    headers: { 'cache-control': 'max-age=3600' },
    body: 'kept',
  });
  await app.store('/thing');
  origin.answer('/logout', {
    headers: { 'clear-site-data': '"cookies"', 'cache-control': 'no-store' },
  });
  await app.fetch('/logout');
  const got = await app.fetch('/thing');
  expect(got.headers['cache-status']).toMatch(isHit);
});

test('No-Vary-Search is remembered beyond the life of the worker', async ({
  app,
  origin,
}) => {
  origin.answer('/list?page=1&utm=a', {
    headers: {
      'cache-control': 'max-age=3600',
      'no-vary-search': 'params=("utm")',
    },
    body: 'one',
  });
  await app.store('/list?page=1&utm=a');
  await app.restartWorker();
  const got = await app.fetch('/list?utm=b&page=1');
  expect(got.text).toBe('one');
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(origin.requests('/list?utm=b&page=1')).toHaveLength(0);
});
