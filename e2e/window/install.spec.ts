import type { EntryInfo } from '../../src/report.js';
import { expect, test, type App } from '../fixtures.js';
import { bundled, startOwn } from '../own-worker.js';

const fresh = { 'cache-control': 'max-age=600' };
test('what `match` refuses is left to the browser', async ({
  idle,
  origin,
}) => {
  await startOwn(
    idle,
    `install({ match: ({ url }) => url.pathname !== '/no' });`,
  );
  origin.answer('/no', { headers: fresh, body: 'no' });
  origin.answer('/yes', { headers: fresh, body: 'yes' });
  expect((await idle.fetch('/no')).headers).not.toHaveProperty('cache-status');
  expect((await idle.fetch('/yes')).headers).toHaveProperty('cache-status');
  await idle.settled('/yes');
  expect(await idle.keys()).toEqual([idle.key('/yes')]);
});

test('`match` is told whether the URL is of the same origin', async ({
  idle,
  origin,
  elsewhere,
}) => {
  await startOwn(idle, 'install({ match: ({ sameOrigin }) => !sameOrigin });');
  const open = { 'access-control-allow-origin': '*' };
  origin.answer('/own', { headers: fresh, body: 'own' });
  elsewhere.answer('/other', { headers: { ...fresh, ...open }, body: 'o' });
  expect((await idle.fetch('/own')).text).toBe('own');
  expect((await idle.fetch(`${elsewhere.url}/other`)).text).toBe('o');
  await expect
    .poll(async () => {
      const entries = await idle.ask<EntryInfo[]>('entries');
      return entries.map(({ url }) => url);
    })
    .toEqual([`${elsewhere.url}/other`]);
});

test('what lies below `bypassPaths` is left to the browser, but for unsafe requests', async ({
  idle,
  origin,
}) => {
  const script = `
    const seen = [];
    addEventListener('message', ({ ports }) => ports[0].postMessage(seen));
    addEventListener('fetch', ({ request: { method, url } }) => {
      if (new URL(url).pathname !== '/') seen.push(method + ' ' + new URL(url).pathname);
    });
    install({ bypassPaths: ['/api/', '/v(1)/'] });`;
  await startOwn(idle, script);
  const paths = ['/api/a?b', '/v(1)/a', '/apis'];
  for (const path of paths)
    origin.answer(path, { headers: fresh, body: path }, { body: 'newer' });
  const marks: boolean[] = [];
  for (const path of paths) {
    const { headers } = await idle.fetch(path);
    marks.push('cache-status' in headers);
  }
  expect(marks).toEqual([false, false, true]);
  await idle.settled('/apis');
  // A POST below them goes through the worker, which drops what it makes invalid.
  origin.answer('/api/b', { headers: { location: '/apis' }, body: '' });
  await idle.fetch('/api/b', { method: 'POST' });
  await expect.poll(() => idle.keys()).toEqual([]);
  test.skip(!idle.isChromium, 'only Chromium has addRoutes()');
  expect(await toldBy(idle)).toEqual(['GET /apis', 'POST /api/b']);
});

/** What a worker of these tests answers to any message. */
const toldBy = (app: App): Promise<unknown> =>
  app.page.evaluate(() => {
    const { port1, port2 } = new MessageChannel();
    const reply = new Promise((resolve) => {
      port1.addEventListener('message', ({ data }) => resolve(data));
    });
    port1.start();
    navigator.serviceWorker.controller?.postMessage('', [port2]);
    return reply;
  });

test('a wrong `bypassPaths` is refused by its name', async ({ idle }) => {
  const script = `
    let said = '';
    try { install({ bypassPaths: ['api'] }); } catch (error) { said = String(error); }
    addEventListener('message', ({ ports }) => ports[0].postMessage(said));
    addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;
  await startOwn(idle, script);
  const said = await toldBy(idle);
  expect(said).toMatch(/^TypeError: .*bypassPaths/);
});

test('a worker that answers by itself takes the cache from install(), and pages can ask it', async ({
  idle,
  origin,
}) => {
  await startOwn(
    idle,
    `const cache = install({ match: () => false });
    addEventListener('fetch', (event) => {
      if (event.request.url.endsWith('/a'))
        event.respondWith(cache.handle({ event, request: event.request }));
    });`,
  );
  for (const path of ['/a', '/b'])
    origin.answer(path, { headers: fresh, body: path });
  expect((await idle.fetch('/a')).headers).toHaveProperty('cache-status');
  expect((await idle.fetch('/b')).headers).not.toHaveProperty('cache-status');
  await idle.settled('/a');
  expect(await idle.stats()).toMatchObject({ entries: 1, misses: 1 });
});

for (const listener of ['onHeal', 'match', 'bypass', 'partition']) {
  test(`a throwing ${listener} never fails a request`, async ({
    idle,
    origin,
  }) => {
    await startOwn(
      idle,
      `install({ ${listener}: () => { throw new Error('on purpose'); } });`,
    );
    origin.answer('/a', { headers: fresh, body: 'right' });
    expect((await idle.fetch('/a')).text).toBe('right');
    if (listener !== 'onHeal') return;
    await idle.settled('/a');
    await idle.damage('/a', (pair) => {
      pair.payload = { ...pair.payload, body: new ArrayBuffer(1) };
    });
    await idle.ask('forget');
    expect((await idle.fetch('/a')).text).toBe('right');
    expect((await idle.nextHeal()).outcome).toBe('replayed');
  });
}

test('without `claim` the page that registers stays uncontrolled', async ({
  idle,
  origin,
}) => {
  const headers = { 'content-type': 'text/javascript' };
  const body = await bundled('install({ claim: false });');
  origin.answer('/own.js', { headers, body });
  await idle.page.goto(`${origin.url}/`);
  const states = await idle.page.evaluate(async () => {
    const { serviceWorker } = navigator;
    await serviceWorker.register('/own.js');
    const { active } = await serviceWorker.ready;
    if (active && active.state !== 'activated') {
      await new Promise((resolve) =>
        active.addEventListener('statechange', resolve, { once: true }),
      );
    }
    return [active?.state, serviceWorker.controller];
  });
  expect(states).toEqual(['activated', null]);
});

test('SKIP_WAITING lets a waiting worker take its place', async ({
  idle,
  origin,
}) => {
  const headers = { 'content-type': 'text/javascript' };
  const body = await bundled('install({ skipWaiting: false });');
  origin.answer('/own.js', { headers, body }, { headers, body: `${body}//2` });
  await idle.page.goto(`${origin.url}/`);
  await idle.page.evaluate(() => window.bench.control('/own.js'));
  const changed = await idle.page.evaluate(async () => {
    const { serviceWorker } = navigator;
    const registration = await serviceWorker.ready;
    const first = serviceWorker.controller;
    const replaced = new Promise((resolve) =>
      serviceWorker.addEventListener('controllerchange', resolve, {
        once: true,
      }),
    );
    await registration.update();
    const { installing } = registration;
    if (installing) {
      await new Promise((resolve) =>
        installing.addEventListener('statechange', resolve, { once: true }),
      );
    }
    const wasWaiting = serviceWorker.controller === first;
    registration.waiting?.postMessage({ type: 'SKIP_WAITING' });
    await replaced;
    return [wasWaiting, serviceWorker.controller !== first];
  });
  expect(changed).toEqual([true, true]);
});

test('a wrong option says so when the worker starts', async ({
  idle,
  origin,
}) => {
  const headers = { 'content-type': 'text/javascript' };
  const body = await bundled('install({ maxBytes: "much" });');
  origin.answer('/own.js', { headers, body });
  await idle.page.goto(`${origin.url}/`);
  const registered = idle.page.evaluate(async () => {
    await navigator.serviceWorker.register('/own.js');
  });
  await expect(registered).rejects.toThrow(/ServiceWorker/);
});
