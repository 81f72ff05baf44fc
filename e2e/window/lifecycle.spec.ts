import { readFile } from 'node:fs/promises';
import { kept } from '../fixtures.js';
import { expect, load, test } from './window.js';

const javascript = { 'content-type': 'text/javascript' };
/** A worker that waits for its pages; the comment makes each one new. */
const waiting = (version: number): string => `// ${version}
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('message', ({ data }) => {
  if (data.type === 'SKIP_WAITING') skipWaiting();
});`;

test('onUpdate is called once for each newer worker, and accept, however often it is called, lets it take over and reloads', async ({
  bare,
  origin,
}) => {
  origin.answer(
    '/waiting.js',
    { headers: javascript, body: waiting(1) },
    { headers: javascript, body: waiting(2) },
  );
  await bare.evaluate(async () => {
    const result = await window.mendbox.register('/waiting.js', {
      onUpdate: (accept) => {
        accept();
        accept();
      },
    });
    if (result.registered) await result.controlled;
  });
  const loaded = bare.waitForEvent('load');
  await bare.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.update();
  });
  await loaded;
  expect(
    await bare.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      return registration?.waiting ?? 'nobody waits';
    }),
  ).toBe('nobody waits');
});

test('a worker of another version, or of none, is told; one of the same is not', async ({
  bare,
  origin,
}) => {
  const told = (url: string): Promise<string> =>
    bare.evaluate(
      (script) =>
        new Promise((resolve) => {
          void window.mendbox
            .register(script, {
              scope: '/',
              onMismatch: ({ page, worker }) => resolve(`${page} ${worker}`),
            })
            .then(() => window.mendbox.stats())
            .then(({ version }) => resolve(`same ${version}`))
            .catch(() => undefined);
        }),
      url,
    );
  expect(await told('/worker.js')).toMatch(/^same \d/);
  origin.answer('/other.js', {
    headers: javascript,
    body: `addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('install', () => skipWaiting());
addEventListener('message', ({ data, ports }) =>
  ports[0]?.postMessage({ ok: true, value: { version: '9.9.9' } }));`,
  });
  await bare.evaluate(async () => {
    const changed = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve);
    });
    await window.mendbox.register('/other.js', { scope: '/' });
    await changed;
  });
  expect(await told('/other.js')).toMatch(/^\d+\.\d+\.\d+ 9\.9\.9$/);
});

test('warm tells its progress, and clear drops everything', async ({
  bare,
  origin,
}) => {
  for (const path of ['/a', '/b'])
    origin.answer(path, { headers: kept, body: path });
  const progress = await bare.evaluate(async () => {
    const result = await window.mendbox.register();
    if (result.registered) await result.controlled;
    const done: number[] = [];
    const { stored } = await window.mendbox.warm(['/a', '/b'], {
      onProgress: (number) => done.push(number),
    });
    return { stored, done };
  });
  expect(progress).toEqual({ stored: 2, done: [1, 2] });
  expect(await bare.evaluate(() => window.mendbox.clear())).toBe(2);
});

test('mendbox-bypass in the query sends one request past the cache', async ({
  bare,
  origin,
}) => {
  origin.answer('/data?mendbox-bypass', { headers: kept, body: 'data' });
  const status = await bare.evaluate(async () => {
    const result = await window.mendbox.register();
    if (result.registered) await result.controlled;
    const { headers } = await fetch('/data?mendbox-bypass');
    return headers.get('cache-status');
  });
  expect(status).toBeNull();
});

const script = new URL('../../dist/kill.js', import.meta.url);

for (const [engine, before] of [
  ['', ''],
  [
    ' where an engine cannot list databases',
    'delete IDBFactory.prototype.databases;',
  ],
  [
    ' where a broken store does not list them',
    'IDBFactory.prototype.databases = () => Promise.reject(new Error());',
  ],
] as const)
  test(`H17: the kill switch drops what is stored, unregisters and reloads the page${engine}`, async ({
    bare,
    origin,
  }) => {
    const kill = await readFile(script, 'utf8');
    origin.answer('/kill.js', { headers: javascript, body: before + kill });
    origin.answer('/data', { headers: kept, body: 'data' });
    await bare.evaluate(async () => {
      const result = await window.mendbox.register();
      if (result.registered) await result.controlled;
      await window.mendbox.warm(['/data']);
    });
    const loaded = bare.waitForEvent('load');
    await bare.evaluate(() => navigator.serviceWorker.register('/kill.js'));
    await loaded;
    const left = await bare.evaluate(async () => ({
      controlled: navigator.serviceWorker.controller !== null,
      registered: (await navigator.serviceWorker.getRegistrations()).length,
      databases: (await indexedDB.databases()).map(({ name }) => name),
    }));
    expect(left).toEqual({ controlled: false, registered: 0, databases: [] });
    await load(bare);
  });

test('H17: the kill switch drops the bucket of a cache that it is given the name of', async ({
  bare,
  origin,
}) => {
  const kill = await readFile(script, 'utf8');
  // Firefox has no buckets.
  const buckets = `
    const gone = [];
    Object.defineProperty(navigator, 'storageBuckets', { value: {
      keys: async () => ['my-api-healed', 'my-api', 'other-healed'],
      delete: async (name) => void gone.push(name),
    } });
    self.registration.unregister = async () => {
      for (const page of await clients.matchAll({ includeUncontrolled: true }))
        page.postMessage(gone);
    };`;
  const url = '/kill.js?name=My.API';
  origin.answer(url, { headers: javascript, body: buckets + kill });
  const gone = await bare.evaluate(
    (from) =>
      new Promise((resolve) => {
        const { serviceWorker } = navigator;
        serviceWorker.addEventListener('message', ({ data }) => resolve(data));
        serviceWorker.startMessages();
        void serviceWorker.register(from);
      }),
    url,
  );
  expect(gone).toEqual(['my-api-healed']);
});
