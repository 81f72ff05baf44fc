import type { VerifyOptions, VerifyReport } from '../../src/report.js';
import { expect, test, type App } from '../fixtures.js';
import { noise, sha256, type Origin } from '../origin.js';
import { damages } from '../heal/faults.js';

const headers = { 'cache-control': 'max-age=3600', etag: '"one"' };
const paths = Array.from({ length: 8 }, (_, n) => `/thing-${n}`);
const bodyOf = (at: string): Buffer =>
  noise(at, at === '/thing-7' ? 200_000 : 1_000);

async function store(app: App, origin: Origin): Promise<void> {
  for (const at of paths) {
    origin.answer(at, { headers, body: bodyOf(at) });
    await app.fetch(at);
  }
  for (const at of paths) await app.settled(at, sha256(bodyOf(at)));
  await app.ask('forget');
}

const verify = (app: App, options: VerifyOptions = {}): Promise<VerifyReport> =>
  app.ask<VerifyReport>('verify', { options });

/** One of each: a half that is gone, halves that disagree, rot, another build's record. */
const broken: readonly [path: string, damage: string, fault: string][] = [
  ['/thing-0', 'payload record is gone', 'payload-missing'],
  ['/thing-1', 'policy record is gone', 'policy-missing'],
  ['/thing-2', 'halves were written by two different writes', 'pair-mismatch'],
  ['/thing-3', 'first byte was flipped', 'digest-mismatch'],
  ['/thing-4', 'records were written by an older build', 'schema-unknown'],
  ['/thing-5', 'policy record is an empty object', 'policy-invalid'],
  ['/thing-7', 'large body has one flipped byte', 'digest-mismatch'],
];

async function harm(app: App): Promise<void> {
  for (const [at, name] of broken) {
    const row = damages.find((each) => each.name === name);
    if (!row) throw new Error(`no damage is named ${name}`);
    await app.damage(at, row.damage);
  }
}

const faultsOf = (app: App, report: VerifyReport): unknown[] =>
  report.broken.map(({ url, fault, repaired }) => [
    url.slice(app.key('').length),
    fault,
    repaired,
  ]);

const expected = (repaired: string): unknown[] =>
  broken.map(([at, , fault]) => [at, fault, repaired]);

test('a whole store is reported as whole', async ({ app, origin }) => {
  await store(app, origin);
  expect(await verify(app)).toEqual({
    checked: 8,
    bytes: 207_000,
    expired: 0,
    broken: [],
    readable: true,
    drift: { bytes: 0, entries: 0 },
  });
});

test('every kind of damage is reported, and nothing is touched without being asked', async ({
  app,
  origin,
}) => {
  await store(app, origin);
  await harm(app);
  for (let n = 0; n < 2; n++) {
    const report = await verify(app);
    expect(report.checked).toBe(8);
    expect(faultsOf(app, report)).toEqual(expected('no'));
  }
});

test('repair drops what is broken, tells it, and keeps what is whole', async ({
  app,
  origin,
}) => {
  await store(app, origin);
  await harm(app);
  expect(faultsOf(app, await verify(app, { repair: true }))).toEqual(
    expected('dropped'),
  );
  await app.nextHeal(broken.length);
  const told = await app.heals();
  expect(
    told.map(({ url, fault, phase, outcome }) => [url, fault, phase, outcome]),
  ).toEqual(
    broken.map(([at, , fault]) => [app.key(at), fault, 'verify', 'dropped']),
  );
  expect(await verify(app)).toMatchObject({ checked: 1, broken: [] });
  expect(origin.requests('/thing-3')).toHaveLength(1);
});

test('repair by refetching stores the bytes of the origin', async ({
  app,
  origin,
}) => {
  await store(app, origin);
  await harm(app);
  const report = await verify(app, { repair: 'refetch' });
  expect(faultsOf(app, report)).toEqual(expected('refetched'));
  expect(await verify(app)).toMatchObject({ checked: 8, broken: [] });
  const got = await app.fetch('/thing-3');
  expect(got.headers['cache-status']).toMatch(/^mendbox; hit/);
  expect(got.sha256).toBe(sha256(bodyOf('/thing-3')));
});

test('repair by refetching says so only where the answer is stored', async ({
  app,
  origin,
}) => {
  await store(app, origin);
  await harm(app);
  origin.answer('/thing-0', { headers: { 'cache-control': 'no-store' } });
  const report = await verify(app, { repair: 'refetch' });
  expect(faultsOf(app, report)).toEqual([
    ...expected('dropped').slice(0, 1),
    ...expected('refetched').slice(1),
  ]);
});

test('a walk without a budget of time goes on pair by pair and sees each once', async ({
  app,
  origin,
}) => {
  await store(app, origin);
  await harm(app);
  const seen: unknown[] = [];
  let from: string | undefined;
  let checked = 0;
  let last: VerifyReport;
  do {
    last = await verify(app, {
      budgetMs: Number.MIN_VALUE,
      ...(from !== undefined && { from }),
    });
    expect(last.checked).toBeLessThanOrEqual(2);
    seen.push(...faultsOf(app, last));
    checked += last.checked;
    from = last.next;
  } while (from !== undefined);
  expect(checked).toBe(8);
  expect(seen).toEqual(expected('no'));
  expect(last.drift).toBeDefined();
});

test('a lone payload of a variant is an orphan too', async ({
  app,
  origin,
}) => {
  await store(app, origin);
  await app.page.evaluate(
    async ([from, to]) => {
      const { payload } = await window.bench.read(from, 'mendbox');
      if (payload) await window.bench.write(to, 'mendbox', { payload });
    },
    [app.key('/thing-6'), `${app.key('/thing-6')} #2`] as const,
  );
  const report = await verify(app, { repair: true });
  expect(faultsOf(app, report)).toEqual([
    ['/thing-6', 'policy-missing', 'dropped'],
  ]);
  expect(await verify(app)).toMatchObject({ checked: 8, broken: [] });
});

test('one record that cannot be read does not end the walk', async ({
  idle,
  origin,
}) => {
  await idle.start({});
  await store(idle, origin);
  // The shared lookup and the one alone.
  await idle.shim({
    faults: [
      {
        on: 'get',
        store: 'payloads',
        how: 'fail',
        name: 'UnknownError',
        times: 2,
      },
    ],
  });
  const report = await verify(idle);
  expect(report).toMatchObject({ checked: 8, readable: true });
  expect(faultsOf(idle, report)).toEqual([
    ['/thing-0', 'payload-invalid', 'no'],
  ]);
});

test('stale responses are counted, and kept', async ({ idle, origin }) => {
  await idle.start({});
  await store(idle, origin);
  await idle.shim({ clock: 7_200_000 });
  expect(await verify(idle, { repair: true })).toMatchObject({
    checked: 8,
    expired: 8,
    broken: [],
  });
  expect(await idle.keys()).toHaveLength(8);
});

test('sums that drifted are told and corrected', async ({ app, origin }) => {
  await store(app, origin);
  await app.page.evaluate(
    (key) => window.bench.write(key, 'mendbox', {}),
    app.key('/thing-7'),
  );
  expect((await app.stats()).bytes).toBe(207_000);
  expect(await verify(app)).toMatchObject({
    checked: 7,
    drift: { bytes: 200_000, entries: 1 },
  });
  expect(await app.stats()).toMatchObject({ bytes: 7_000, entries: 7 });
});

test('sums that drifted are corrected when the worker is idle @memory', async ({
  app,
  origin,
}) => {
  await store(app, origin);
  await app.page.evaluate(
    (key) => window.bench.write(key, 'mendbox', {}),
    app.key('/thing-7'),
  );
  await app.fetch('/thing-0');
  await app.fetch('/thing-0');
  await expect
    .poll(async () => (await app.stats()).bytes, { timeout: 15_000 })
    .toBe(7_000);
});
