import { isHit, kept, type App } from '../fixtures.js';
import { Gate, sha256 } from '../origin.js';
import { load } from '../window/window.js';
import { expect, test } from './apps.js';

const stale = { 'cache-control': 'max-age=0', etag: '"1"' };

/** Damages what is stored of a path, out of the worker's memory: from there it would mend the store when it idles. */
async function damage(app: App, path: string): Promise<void> {
  const forget = () => app.page.evaluate(() => window.mendbox.forget());
  await load(app.page);
  await forget();
  await app.damage(path, ({ payload }) => {
    payload['body'] = new ArrayBuffer(3);
  });
  await forget();
}

const paths = { workbox: '/page-data', serwist: '/data/page' } as const;
for (const name of ['workbox', 'serwist'] as const) {
  const path = paths[name];

  test(`${name}: a HealingCache as a handler stores, answers and heals`, async ({
    open,
    origin,
  }) => {
    origin.answer(path, { headers: kept, body: 'data' });
    const app = await open(name);
    await app.fetch(path);
    await app.settled(path, sha256('data'));
    expect((await app.fetch(path)).headers['cache-status']).toMatch(isHit);
    expect(origin.requests(path)).toHaveLength(1);
    await damage(app, path);
    const healed = await app.fetch(path);
    expect(healed.text).toBe('data');
    expect(healed.headers['cache-status']).toContain('healed-length-mismatch');
    await app.settled(path, sha256('data'));
  });

  test(`${name}: the catch handler answers from the cache without the network`, async ({
    open,
    origin,
  }) => {
    const offline = name === 'workbox' ? '/offline' : '/data/offline';
    origin.answer(offline, { headers: kept, body: 'offline' });
    const app = await open(name);
    await app.store(offline);
    await origin.goOffline();
    expect(await app.fetch(`${path}/never-seen`)).toMatchObject({
      status: 200,
      text: 'offline',
    });
  });
}

test('serwist: a picture is stored by the cache of its own name', async ({
  open,
  origin,
}) => {
  const body = '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>';
  const headers = { ...stale, 'content-type': 'image/svg+xml' };
  origin.answer('/picture.svg', { headers, body });
  const app = await open('serwist');
  const width = (): Promise<number> =>
    app.page.evaluate(async () => {
      const image = new Image();
      image.src = '/picture.svg';
      await image.decode();
      return image.width;
    });
  expect(await width()).toBe(7);
  await expect
    .poll(() => app.page.evaluate(() => window.bench.keys('pictures')))
    .toHaveLength(1);
});

test('cache-first: whatever is stored answers, however old', async ({
  open,
  origin,
}) => {
  origin.answer('/first/a', { headers: stale, body: 'data' });
  const app = await open('workbox');
  await app.store('/first/a');
  const hit = await app.fetch('/first/a');
  expect(hit.headers['cache-status']).toMatch(isHit);
  expect(origin.requests('/first/a')).toHaveLength(1);
});

test('network-first: the network answers, and what is stored when it fails', async ({
  open,
  origin,
}) => {
  origin.answer(
    '/fresh/a',
    { headers: kept, body: 'old' },
    { headers: kept, body: 'new' },
  );
  const app = await open('workbox');
  expect(await app.fetch('/fresh/a')).toMatchObject({ text: 'old' });
  await app.settled('/fresh/a');
  expect(await app.fetch('/fresh/a')).toMatchObject({ text: 'new' });
  await app.settled('/fresh/a', sha256('new'));
  await origin.goOffline();
  expect(await app.fetch('/fresh/a')).toMatchObject({ text: 'new' });
});

for (const [mode, path, headers] of [
  ['network-first', '/fresh/slow', kept],
  ['http', '/patient/slow', stale],
] as const) {
  test(`${mode}: what is stored answers when the network takes longer than networkTimeoutSeconds, and the answer is stored behind it`, async ({
    open,
    origin,
  }) => {
    const gate = new Gate();
    origin.answer(
      path,
      { headers, body: 'old' },
      { headers, body: 'new', until: gate.until },
    );
    const app = await open('workbox');
    await app.store(path);
    const late = await app.fetch(path);
    expect(late.text).toBe('old');
    expect(late.headers['cache-status']).toContain('detail=network-timeout');
    gate.open();
    await app.settled(path, sha256('new'));
  });
}

test('http: a response that must be validated waits for a slow network', async ({
  open,
  origin,
}) => {
  const gate = new Gate();
  const headers = { 'cache-control': 'max-age=0, must-revalidate' };
  origin.answer(
    '/patient/must',
    { headers, body: 'old' },
    { headers, body: 'new', until: gate.until },
  );
  const app = await open('workbox');
  origin.answer(
    '/patient/other',
    { headers: stale, body: 'old' },
    { headers: stale, body: 'new', until: gate.until },
  );
  for (const path of ['/patient/must', '/patient/other']) {
    await app.store(path);
  }
  const answer = app.fetch('/patient/must');
  await expect.poll(() => origin.requests('/patient/must').length).toBe(2);
  // When this one is out of patience, the first one would have been too.
  expect(await app.fetch('/patient/other')).toMatchObject({ text: 'old' });
  gate.open();
  expect(await answer).toMatchObject({ text: 'new' });
});

test('stale-while-revalidate: whatever is stored answers, and is validated behind every answer', async ({
  open,
  origin,
}) => {
  origin.answer(
    '/quick/a',
    { headers: kept, body: 'old' },
    { headers: kept, body: 'new' },
  );
  const app = await open('workbox');
  await app.store('/quick/a');
  expect(await app.fetch('/quick/a')).toMatchObject({ text: 'old' });
  await app.settled('/quick/a', sha256('new'));
});

test('network-only: the store is neither read nor written', async ({
  open,
  origin,
}) => {
  origin.answer('/net/a', { headers: kept, body: 'data' });
  const app = await open('workbox');
  await app.fetch('/net/a', { cache: 'no-store' });
  await app.fetch('/net/a', { cache: 'no-store' });
  expect(origin.requests('/net/a')).toHaveLength(2);
  expect(await app.keys()).toEqual([]);
});

test('cache-only: nothing stored rejects, and so reaches the catch handler', async ({
  open,
  origin,
}) => {
  origin.answer('/kept/a', { headers: kept, body: 'data' });
  origin.answer('/offline', { headers: kept, body: 'offline' });
  const app = await open('workbox');
  expect(await app.fetch('/kept/a')).toMatchObject({ text: 'offline' });
  expect(origin.requests('/kept/a')).toHaveLength(0);
});
