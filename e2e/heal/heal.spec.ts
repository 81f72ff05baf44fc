import type { Fault, Outcome } from '../../src/fault.js';
import { expect, isHit, test, type App } from '../fixtures.js';
import { Gate, noise, sha256, type Answer, type Origin } from '../origin.js';
import type { Fetched } from '../page.js';
import { damages, type Damage } from './faults.js';
import { odd } from './odd.js';

const path = '/thing';

/** What the origin has at two times: a cache that serves the wrong one is found out by its bytes. */
function release(version: string, form: Damage['form'] = 'buffer'): Answer {
  const headers = {
    'cache-control': 'max-age=3600',
    'content-type': 'application/octet-stream',
    etag: `"${version}"`,
  };
  if (form === 'none') return { status: 204, headers };
  return { headers, body: noise(version, form === 'blob' ? 200_000 : 1_000) };
}

const bytesOf = (answer: Answer): string => sha256(answer.body ?? '');

/** Stores the first release, proves that it answers, and puts the second one in its place. */
async function prepare(
  app: App,
  origin: Origin,
  form: Damage['form'],
): Promise<{ first: Answer; second: Answer }> {
  const first = release('first', form);
  const second = release('second', form);
  origin.answer(path, first);
  await app.store(path);
  await app.restartWorker();
  const hit = await app.fetch(path);
  expect(hit.headers['cache-status']).toMatch(isHit);
  expect(hit.sha256).toBe(bytesOf(first));
  expect(origin.requests(path)).toHaveLength(1);
  origin.answer(path, second);
  return { first, second };
}

/** The page got the network's answer, and can see why. */
function expectReplay(got: Fetched, answer: Answer, fault: Fault): void {
  expect(got.error).toBeUndefined();
  expect(got.status).toBe(answer.status ?? 200);
  expect(got.headers['etag']).toBe('"second"');
  expect(got.sha256).toBe(bytesOf(answer));
  expect(got.headers['cache-status']).toContain(`detail=healed-${fault}`);
}

/** The healed entry answers the next request, from the disk, and nothing more is told. */
async function expectHealed(
  app: App,
  origin: Origin,
  { answer, at, heals = 1 }: { answer: Answer; at: string; heals?: number },
): Promise<void> {
  await expect
    .poll(async () => (await app.records(at)).payload?.body.sha256)
    .toBe(answer.status === 204 ? '' : bytesOf(answer));
  const before = origin.requests(at).length;
  await app.restartWorker();
  const again = await app.fetch(at);
  expect(again.headers['cache-status']).toMatch(isHit);
  expect(again.sha256).toBe(bytesOf(answer));
  expect(origin.requests(at)).toHaveLength(before);
  expect(await app.heals()).toHaveLength(heals);
}

for (const row of [...damages, ...odd]) {
  test(`${row.id}: a stored response whose ${row.name} is replaced from the network`, async ({
    app,
    origin,
  }) => {
    test.info().annotations.push({ type: 'story', description: row.story });
    const { second } = await prepare(app, origin, row.form);
    const { policy } = await app.records(path);
    expect(policy?.['form']).toBe(row.form ?? 'buffer');
    await app.damage(path, row.damage);
    await app.restartWorker();

    const got = await app.fetch(path);
    expectReplay(got, second, row.fault);
    expect(origin.requests(path)).toHaveLength(2);
    expect(origin.requests(path)[1]?.headers).not.toHaveProperty(
      'if-none-match',
    );
    expect(await app.nextHeal()).toMatchObject({
      type: 'heal',
      url: app.key(path),
      fault: row.fault,
      outcome: 'replayed' satisfies Outcome,
      phase: 'lookup',
      status: second.status ?? 200,
      ...(row.path !== undefined && { path: row.path }),
    });
    await expectHealed(app, origin, { answer: second, at: path });
  });
}

test('A7: the bodies of two URLs, swapped on disk, are both replaced', async ({
  app,
  origin,
}) => {
  for (const at of ['/one', '/two']) {
    origin.answer(at, release(at));
    await app.store(at);
  }
  const [one, two] = [app.key('/one'), app.key('/two')] as const;
  await app.page.evaluate(
    async ([a, b]) => {
      const first = await window.bench.read(a, 'mendbox');
      const other = await window.bench.read(b, 'mendbox');
      const { payload } = first;
      await window.bench.write(a, 'mendbox', {
        ...first,
        ...(other.payload && { payload: other.payload }),
      });
      await window.bench.write(b, 'mendbox', {
        ...other,
        ...(payload && { payload }),
      });
    },
    [one, two] as const,
  );
  await app.restartWorker();
  for (const at of ['/one', '/two']) {
    const got = await app.fetch(at);
    expect(got.sha256).toBe(bytesOf(release(at)));
    expect(got.headers['cache-status']).toContain('healed-pair-mismatch');
    await app.settled(at, bytesOf(release(at)));
  }
  const faults = (await app.heals()).map(({ fault, url }) => [fault, url]);
  expect(faults).toEqual([
    ['pair-mismatch', one],
    ['pair-mismatch', two],
  ]);
});

test('A11: a whole entry that lies under another URL answers nobody', async ({
  app,
  origin,
}) => {
  const secret = release('secret');
  const second = release('second');
  origin.answer('/secret', secret);
  origin.answer('/public', second);
  await app.store('/secret');
  await app.damage('/secret', () => {}, '/public');
  await app.restartWorker();

  expectReplay(await app.fetch('/public'), second, 'key-mismatch');
  expect(await app.nextHeal()).toMatchObject({
    fault: 'key-mismatch',
    outcome: 'replayed',
    url: app.key('/public'),
  });
  await expectHealed(app, origin, { answer: second, at: '/public' });
  const untouched = await app.fetch('/secret');
  expect(untouched.headers['cache-status']).toMatch(isHit);
  expect(untouched.sha256).toBe(bytesOf(secret));
});

test('I4: a broken entry without a network gives the network error, never the broken bytes, and heals later', async ({
  app,
  origin,
  browserName,
}) => {
  const { first, second } = await prepare(app, origin, 'buffer');
  await app.damage(path, (pair) => {
    new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
  });
  await app.restartWorker();
  await origin.goOffline();
  const offline = await app.fetch(path);
  if (browserName === 'webkit') {
    // Its own HTTP cache answers where the network fails, whatever the request says.
    expect(offline.sha256).toBe(bytesOf(first));
    expect(await app.nextHeal()).toMatchObject({ outcome: 'replayed' });
    return;
  }
  expect(offline.error).toMatch(/^TypeError/);
  expect(offline.length).toBe(0);
  expect(await app.nextHeal()).toMatchObject({
    fault: 'digest-mismatch',
    outcome: 'network-error',
  });

  await origin.goOnline();
  const online = await app.fetch(path);
  expect(online.error).toBeUndefined();
  expect(online.sha256).toBe(bytesOf(second));
  await app.settled(path, bytesOf(second));
  await app.restartWorker();
  const again = await app.fetch(path);
  expect(again.headers['cache-status']).toMatch(isHit);
});

test('I4: a broken entry for which the page lets nobody ask the origin is a failure to the page, and no request', async ({
  app,
  origin,
}) => {
  await prepare(app, origin, 'buffer');
  await app.damage(path, (pair) => {
    new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
  });
  await app.restartWorker();
  // What the browser's own cache still has of it is right, and may answer.
  const init = { cache: 'only-if-cached', mode: 'same-origin' } as const;
  const got = await app.fetch(path, init);
  if (got.error === undefined)
    expect(got.sha256).toBe(bytesOf(release('first')));
  expect(origin.requests(path)).toHaveLength(1);
});

test(
  'I4: a request that forbids the network gets its 504 where what is stored is broken and the network fails',
  // WebKit's own cache still has it, and answers.
  { tag: '@no-webkit' },
  async ({ app, origin }) => {
    await prepare(app, origin, 'buffer');
    await app.damage(path, (pair) => {
      new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
    });
    await app.restartWorker();
    await origin.goOffline();
    const got = await app.fetch(path, {
      headers: { 'cache-control': 'only-if-cached' },
    });
    expect(got.status).toBe(504);
    expect(await app.nextHeal()).toMatchObject({ outcome: 'network-error' });
  },
);

test('I4: a variant that is whole answers without the network, whatever became of another', async ({
  app,
  origin,
}) => {
  const as = (accept: string): RequestInit => ({ headers: { accept } });
  origin.on('/varies', ({ headers }) => ({
    headers: { 'cache-control': 'max-age=3600', vary: 'accept' },
    body: String(headers['accept']),
  }));
  for (const accept of ['text/one', 'text/two'])
    await app.fetch('/varies', as(accept));
  await expect.poll(() => app.keys()).toContain(app.key('/varies #2'));
  await app.damage('/varies', (pair) => {
    pair.policy['status'] = 0;
  });
  await app.restartWorker();
  expect((await app.fetch('/varies', as('text/two'))).text).toBe('text/two');
  expect(await app.heals()).toEqual([]);
  expect(origin.requests('/varies')).toHaveLength(2);
  const healed = await app.fetch('/varies', as('text/one'));
  expect(healed.headers['cache-status']).toContain('healed-policy-invalid');
  expect(healed.text).toBe('text/one');
});

test('I5: one event reaches onHeal, every channel and the statistics, and names no stored value', async ({
  app,
  origin,
}) => {
  await prepare(app, origin, 'buffer');
  await app.damage(path, (pair) => {
    pair.policy['statusText'] = 'a stored value: Ā';
  });
  await app.restartWorker();
  await app.fetch(path);
  const event = await app.nextHeal();
  await expect.poll(() => app.told()).toHaveLength(1);
  expect(await app.told()).toEqual([expect.objectContaining({ id: event.id })]);
  expect(JSON.stringify(event)).not.toContain('a stored value');
  expect(event.durationMs).toBeGreaterThanOrEqual(0);
  expect(Math.abs(event.at - Date.now())).toBeLessThan(60_000);
  if (app.isChromium) expect((await app.stats()).heals).toBe(1);
});

test('E2: a stale entry with a broken body costs one unconditional request, not two', async ({
  app,
  origin,
}) => {
  origin.answer(path, {
    headers: { 'cache-control': 'max-age=0', etag: '"first"' },
    body: noise('first', 1_000),
  });
  await app.store(path);
  await app.damage(path, (pair) => {
    new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
  });
  await app.restartWorker();
  const second = release('second');
  origin.on(path, ({ headers }) =>
    headers['if-none-match'] === undefined ? second : { status: 304 },
  );
  expectReplay(await app.fetch(path), second, 'digest-mismatch');
  expect(origin.requests(path)).toHaveLength(2);
  await expectHealed(app, origin, { answer: second, at: path });
});

test('G1: ten requests that meet one broken entry heal it together', async ({
  app,
  origin,
}) => {
  const { second } = await prepare(app, origin, 'buffer');
  await app.damage(path, (pair) => {
    new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
  });
  await app.restartWorker();
  const gate = new Gate();
  origin.answer(path, { ...second, until: gate.until });
  const all = app.page.evaluate(
    (url) =>
      Promise.all(Array.from({ length: 10 }, () => window.bench.fetch(url))),
    path,
  );
  await expect.poll(() => origin.requests(path).length).toBeGreaterThan(1);
  // The worker has heard of all ten when it answers what was asked after them.
  await app.ask('version');
  gate.open();
  for (const got of await all) expect(got.sha256).toBe(bytesOf(second));
  expect(origin.requests(path)).toHaveLength(2);
  await expectHealed(app, origin, { answer: second, at: path });
});
