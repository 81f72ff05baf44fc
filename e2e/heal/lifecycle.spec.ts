import { expect, isHit, test, type App } from '../fixtures.js';
import { bundled } from '../own-worker.js';
import { noise, sha256, type Answer } from '../origin.js';

// What becomes of the store when two builds share it, and when it is cleared or left under a running worker.

const body = noise('lifecycle', 2_000);
const fresh: Answer = {
  headers: { 'cache-control': 'max-age=3600', etag: '"l"' },
  body,
};
const javascript = { 'content-type': 'text/javascript' };

/** Fetches from a page in a frame, which another worker controls; tells the hash and Cache-Status. */
const fetchIn = (
  app: App,
  folder: string,
  url: string,
): Promise<readonly [hash: string, status: string]> =>
  app.page.evaluate(
    async ([src, target]) => {
      const frame = document.createElement('iframe');
      frame.src = src;
      const loaded = new Promise((resolve) =>
        frame.addEventListener('load', resolve),
      );
      document.body.append(frame);
      await loaded;
      const response = await frame.contentWindow?.fetch(target);
      const bytes = (await response?.arrayBuffer()) ?? new ArrayBuffer(0);
      frame.remove();
      const hash = await window.bench.sha256(bytes);
      return [hash, response?.headers.get('cache-status') ?? ''] as const;
    },
    [folder, url] as const,
  );

test('G4, A4: two builds with different records share one store, and each answers rightly', async ({
  idle: app,
  origin,
}) => {
  const html: Answer = {
    headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
    body: '<!doctype html>',
  };
  const builds = {
    '/one/': await bundled('install();'),
    '/two/': await bundled('install();', (code) =>
      code.replace(
        /(FINGERPRINT(?:: string)? = digestText\()/,
        '$1"another" + ',
      ),
    ),
  };
  await app.page.goto(`${origin.url}/`);
  for (const [scope, script] of Object.entries(builds)) {
    origin.answer(`${scope}worker.js`, { headers: javascript, body: script });
    origin.answer(scope, html);
    await app.page.evaluate(async (folder) => {
      const { serviceWorker } = navigator;
      const registration = await serviceWorker.register(`${folder}worker.js`);
      const worker = registration.installing ?? registration.waiting;
      await new Promise<void>((resolve) => {
        const check = (): void => {
          if (registration.active?.state === 'activated') resolve();
        };
        worker?.addEventListener('statechange', check);
        check();
      });
    }, scope);
  }
  origin.answer('/thing', fresh);
  const right = sha256(body);
  expect(builds['/one/']).not.toBe(builds['/two/']);
  // As long as a URL may heal, the builds take it from each other; then one of them leaves it alone.
  const told: string[] = [];
  for (let n = 0; n < 5; n++)
    for (const scope of Object.keys(builds)) {
      const [hash, status] = await fetchIn(app, scope, '/thing');
      expect(hash).toBe(right);
      told.push(status);
    }
  expect(told.at(-1)).toBe(
    'mendbox; fwd=miss; fwd-status=200; detail=healed-schema-unknown',
  );
  // What only one of them asks for is its own.
  origin.answer('/mine', fresh);
  await fetchIn(app, '/one/', '/mine');
  await app.settled('/mine');
  const [hash, status] = await fetchIn(app, '/one/', '/mine');
  expect([hash, isHit.test(status)]).toEqual([right, true]);
});

test(
  'B18: Clear-Site-Data clears the store under the running worker, and it is filled again',
  { tag: '@no-webkit' },
  async ({ app, origin }) => {
    origin.answer('/thing', fresh);
    origin.answer('/logout', {
      headers: { 'clear-site-data': '"storage"', 'cache-control': 'no-store' },
    });
    await app.store('/thing');
    await app.fetch('/logout');
    await expect.poll(() => app.keys()).toEqual([]);
    expect((await app.fetch('/thing')).sha256).toBe(sha256(body));
    // The worker went with the rest.
    await app.start();
    expect((await app.fetch('/thing')).sha256).toBe(sha256(body));
    await app.settled('/thing');
    await app.ask('forget');
    expect((await app.fetch('/thing')).headers['cache-status']).toMatch(isHit);
  },
);

test('G6: a page whose worker is unregistered in mid-body reads it to its end', async ({
  app,
  origin,
}) => {
  const large = noise('large', 3_000_000);
  origin.answer('/large', { ...fresh, body: large });
  await app.store('/large');
  await app.ask('forget');
  const length = await app.page.evaluate(async () => {
    const response = await fetch('/large');
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.unregister();
    return (await response.arrayBuffer()).byteLength;
  });
  expect(length).toBe(large.length);
  expect((await app.fetch('/large')).sha256).toBe(sha256(large));
});

test('G4: what one worker was told is invalid, another that shares the store answers no more', async ({
  idle: app,
  origin,
}) => {
  await app.page.goto(`${origin.url}/`);
  const scopes = ['/one/', '/disk/', '/memory/'];
  for (const scope of scopes) {
    const script = await bundled(
      scope === '/disk/' ? 'install({ memoryBytes: 0 });' : 'install();',
    );
    origin.answer(`${scope}worker.js`, { headers: javascript, body: script });
    origin.answer(scope, {
      headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
      body: '<!doctype html>',
    });
  }
  const busy = Array.from({ length: 240 }, (_, n) => `/busy/${n}`);
  for (const path of busy) origin.answer(path, fresh);
  let release = 0;
  origin.on('/thing', ({ method }) => {
    if (method === 'POST') release++;
    return { ...fresh, body: String(release) };
  });
  const stale = await app.page.evaluate(
    async ([folders, others]) => {
      const windows: Window[] = [];
      for (const folder of folders) {
        const registration = await navigator.serviceWorker.register(
          `${folder}worker.js`,
        );
        const worker = registration.installing;
        await new Promise<void>((resolve) => {
          worker?.addEventListener('statechange', () => {
            if (worker.state === 'activated') resolve();
          });
        });
        const frame = document.createElement('iframe');
        frame.src = folder;
        const loaded = new Promise((resolve) =>
          frame.addEventListener('load', resolve),
        );
        document.body.append(frame);
        await loaded;
        windows.push(frame.contentWindow as Window);
      }
      const text = async (
        at: number,
        init?: RequestInit,
        url = '/thing',
      ): Promise<string> => {
        const response = await windows[at]?.fetch(url, init);
        return (await response?.text()) ?? '';
      };
      const wrong: string[] = [];
      for (let n = 1; n <= 8; n++) {
        await Promise.all([text(0), text(1), text(2)]);
        // What is written before it keeps the drop waiting.
        const round = others.splice(0, 30);
        await Promise.all(round.map((url) => text(0, {}, url)));
        await text(0, { method: 'POST' });
        const got = await text(1);
        if (got !== String(n)) wrong.push(`${got} after the POST of ${n}`);
        // A message may come later than a request that was sent behind it: until then, and not again.
        let tries = 50;
        while ((await text(2)) !== String(n) && tries > 0) tries--;
        const last = await text(2);
        if (last !== String(n)) wrong.push(`${last} still, after ${n}`);
      }
      return wrong;
    },
    [scopes, busy] as const,
  );
  expect(stale).toEqual([]);
});
