import { expect, isHit, test, type App } from '../fixtures.js';
import { noise, sha256, type Answer, type Origin } from '../origin.js';
import { refusals, troubles } from './store-faults.js';

const path = '/thing';
const body = noise('thing', 1_000);
const fresh: Answer = {
  headers: { 'cache-control': 'max-age=2592000', etag: '"thing"' },
  body,
};

/** Above the library's longest deadline, and far below what a page's own timeout would be. */
const PATIENCE_MS = 10_000;

async function expectBytes(app: App, at = path): Promise<string> {
  const got = await app.fetch(at);
  expect(got.error).toBeUndefined();
  expect(got.sha256).toBe(sha256(body));
  expect(got.ms).toBeLessThan(PATIENCE_MS);
  return got.headers['cache-status'] ?? '';
}

/** Longer than any pause of a breaker, in milliseconds. */
const PAUSE_MS = 400_000;

/** After the trouble and a pause the cache works again, on its own: what it has forgotten comes from the disk. */
async function expectRecovery(app: App, from = 0): Promise<void> {
  let clock = from;
  const afterPause = async (): Promise<string> => {
    await app.shim({ faults: [], clock: (clock += PAUSE_MS), release: true });
    await app.ask('forget');
    return await expectBytes(app);
  };
  await expect.poll(afterPause).toMatch(isHit);
}

for (const row of troubles) {
  test(`${row.id}: a store whose ${row.name} costs no request its answer`, async ({
    idle: app,
    origin,
  }) => {
    test.info().annotations.push({ type: 'story', description: row.story });
    origin.answer(path, fresh);
    const { faults, missing } = row;
    if (row.from === 'start') {
      await app.start({ faults, ...(missing && { missing }) });
    } else {
      await app.start({});
      await app.store(path);
      await app.ask('forget');
      expect(await expectBytes(app)).toMatch(isHit);
      await app.ask('forget');
      await app.shim({ faults });
    }
    const before = origin.requests(path).length;

    const status = await expectBytes(app);
    if (row.answer === 'hit') {
      expect(status).toMatch(isHit);
      expect(origin.requests(path)).toHaveLength(before);
    } else {
      expect(status).not.toMatch(isHit);
      expect(origin.requests(path)).toHaveLength(before + 1);
    }
    for (let n = 0; n < 5; n++) await expectBytes(app);
    // One more try after a pause, and it fails as well.
    await app.shim({ clock: PAUSE_MS });
    await expectBytes(app);
    if (row.fault !== undefined) {
      expect(await app.nextHeal()).toMatchObject({
        fault: row.fault,
        outcome: 'passed-through',
      });
    }
    expect(await app.heals()).toHaveLength(row.fault === undefined ? 0 : 1);

    if (!missing) await expectRecovery(app, PAUSE_MS);
  });
}

for (const row of refusals) {
  test(`${row.id}: an answer arrives although ${row.name}, and is stored once that ends`, async ({
    idle: app,
    origin,
  }) => {
    origin.answer(path, fresh);
    await app.start({ faults: row.faults });
    expect(await expectBytes(app)).not.toMatch(isHit);
    await expectBytes(app);
    expect(await app.records(path)).toEqual({});
    await expectRecovery(app);
  });
}

// Only Chromium has storage buckets.
test(
  'B1: a storage bucket takes over where the default one is broken for good',
  { tag: '@chromium' },
  async ({ idle: app, origin }) => {
    origin.answer(path, fresh);
    await app.start({
      faults: [
        { on: 'open', how: 'fail', bucket: false },
        { on: 'deleteDatabase', how: 'fail', bucket: false },
      ],
    });
    await expect.poll(() => expectBytes(app)).toMatch(isHit);
    await app.ask('forget');
    expect(await expectBytes(app)).toMatch(isHit);
  },
);

test('B9: a database that opens too late is used once it has', async ({
  idle: app,
  origin,
}) => {
  origin.answer(path, fresh);
  await app.start({ faults: [{ on: 'open', how: 'hold' }] });
  expect(await expectBytes(app)).not.toMatch(isHit);
  await expectRecovery(app);
});

test('A12: a large value that IndexedDB cannot read is replaced, and its neighbours stay', async ({
  idle: app,
  origin,
}) => {
  origin.answer(path, fresh);
  origin.answer('/neighbour', fresh);
  await app.start({});
  for (const at of [path, '/neighbour']) {
    await app.store(at);
  }
  await app.ask('forget');
  await app.shim({
    faults: [
      {
        on: 'get',
        store: 'payloads',
        how: 'fail',
        name: 'UnknownError',
        message: 'Failed to read large IndexedDB value',
        mended: true,
      },
    ],
  });
  expect(await expectBytes(app)).toContain('healed-payload-invalid');
  expect(await app.nextHeal()).toMatchObject({
    fault: 'payload-invalid',
    outcome: 'replayed',
    url: app.key(path),
  });
  await expectRecovery(app);
  expect(await expectBytes(app, '/neighbour')).toMatch(isHit);
  expect(await app.heals()).toHaveLength(1);
});

// Only Chromium lets a test stop a worker, which remembers what is equivalent.
test(
  'B8: equivalent URLs are found although the store failed when they were first looked for',
  { tag: '@chromium' },
  async ({ idle: app, origin }) => {
    const headers = { ...fresh.headers, 'no-vary-search': 'params' };
    origin.answer(`${path}?a=1`, { headers, body });
    origin.answer(`${path}?a=2`, { status: 204 });
    await app.start({});
    await app.store(`${path}?a=1`);
    await app.restartWorker();
    await app.shim({ faults: [{ on: 'getAllKeys', how: 'fail' }] });
    await app.fetch(`${path}?a=2`, { method: 'POST' });
    // In one of a hundred runs Chromium closes the connection of the stopped worker's successor, and the network answers.
    await expect.poll(() => expectBytes(app, `${path}?a=1`)).toMatch(isHit);
    await app.shim({ faults: [], clock: PAUSE_MS });
    await app.fetch(`${path}?a=2`, { method: 'POST' });
    expect(await expectBytes(app, `${path}?a=1`)).not.toMatch(isHit);
  },
);

test('A14: an engine that stores no Blob is given bytes instead', async ({
  idle: app,
  origin,
}) => {
  const large = noise('large', 200_000);
  origin.answer('/large', { ...fresh, body: large });
  await app.start({
    faults: [
      {
        on: 'put',
        store: 'payloads',
        how: 'fail',
        blobs: true,
        name: 'UnknownError',
        message: 'Error preparing Blob/File data to be stored in object store',
      },
    ],
  });
  await app.fetch('/large');
  await app.settled('/large', sha256(large));
  expect((await app.records('/large')).payload?.body.form).toBe('buffer');
  // At once, from whatever the worker has kept; and from the disk.
  for (let n = 0; n < 2; n++) {
    const got = await app.fetch('/large');
    expect(got.headers['cache-status']).toMatch(isHit);
    expect(got.sha256).toBe(sha256(large));
    await app.ask('forget');
  }
  expect(await app.heals()).toHaveLength(0);
});

test('C1: one quota error makes room and the second try is stored', async ({
  idle: app,
  origin,
}) => {
  origin.answer(path, fresh);
  await app.start({
    faults: [
      {
        on: 'put',
        store: 'payloads',
        how: 'abort',
        name: 'QuotaExceededError',
        times: 1,
      },
    ],
  });
  await app.fetch(path);
  await app.settled(path, sha256(body));
  expect(origin.requests(path)).toHaveLength(1);
});

test('I1: a dead store is not asked again and again', async ({
  idle: app,
  origin,
}) => {
  origin.answer(path, fresh);
  await app.start({
    faults: [
      { on: 'open', how: 'fail' },
      { on: 'deleteDatabase', how: 'fail' },
    ],
  });
  for (let n = 0; n < 40; n++) await expectBytes(app);
  const calls = await app.shim({});
  // The ladder's rungs, and what the back-off allows in the time that forty requests take.
  expect(calls['open']).toBeLessThanOrEqual(8);
  expect(calls['deleteDatabase'] ?? 0).toBeLessThanOrEqual(1);
  expect(await app.heals()).toHaveLength(1);
});

test('H8: without store and network the page sees the error it would have seen without a worker', async ({
  idle: app,
  origin,
}) => {
  await app.start({ missing: true });
  await origin.goOffline();
  const got = await app.fetch(path);
  // Each engine has its own words.
  expect(got.error).toMatch(
    /^TypeError: .*(?:Failed to fetch|NetworkError|Load failed)/,
  );
});

async function storeOne(app: App, origin: Origin): Promise<void> {
  origin.answer(path, fresh);
  await app.start({});
  await app.store(path);
}

test('B12: a database that a later release raised to version 99 is used as it is', async ({
  idle: app,
  origin,
}) => {
  await storeOne(app, origin);
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('mendbox', 99);
        request.addEventListener('success', () => {
          request.result.close();
          resolve();
        });
        request.addEventListener('error', () => reject(new Error('open')));
      }),
  );
  await app.restartWorker();
  expect(await expectBytes(app)).toMatch(isHit);
  expect(origin.requests(path)).toHaveLength(1);
});

test('B11: a page that holds on to the database blocks no request', async ({
  idle: app,
  origin,
}) => {
  origin.answer(path, fresh);
  await app.page.goto(`${origin.url}/`);
  // No stores: the worker must delete this database, and the page does not let it.
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('mendbox');
        request.addEventListener('success', () => {
          addEventListener('close-it', () => request.result.close());
          resolve();
        });
      }),
  );
  await app.control({});
  for (let n = 0; n < 3; n++) await expectBytes(app);
  await app.page.evaluate(() => dispatchEvent(new Event('close-it')));
  await expectRecovery(app);
});

test('B19: a database deleted under the running worker is made and filled again', async ({
  idle: app,
  origin,
}) => {
  await storeOne(app, origin);
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.deleteDatabase('mendbox');
        request.addEventListener('success', () => resolve());
      }),
  );
  await app.restartWorker();
  expect(await expectBytes(app)).not.toMatch(isHit);
  await expectRecovery(app);
  expect(await app.heals()).toHaveLength(0);
});

// Needs the DevTools protocol.
test(
  'B18: storage cleared by the user under the running worker is filled again',
  { tag: '@chromium' },
  async ({ idle: app, origin }) => {
    await storeOne(app, origin);
    const cdp = await app.cdp();
    await cdp.send('Storage.clearDataForOrigin', {
      origin: origin.url,
      storageTypes: 'indexeddb',
    });
    await expectBytes(app);
    await app.ask('forget');
    await expectBytes(app);
    await expectRecovery(app);
  },
);

// Needs the DevTools protocol.
test(
  'C3: a real quota costs no answer, and what is stored stays readable',
  { tag: '@chromium' },
  async ({ idle: app, origin }) => {
    await app.page.goto(`${origin.url}/`);
    const cdp = await app.cdp();
    await cdp.send('Storage.overrideQuotaForOrigin', {
      origin: origin.url,
      quotaSize: 2_000_000,
    });
    await app.start({});
    const bodies = Array.from({ length: 8 }, (_, n) => noise(`${n}`, 600_000));
    for (const [n, each] of bodies.entries()) {
      origin.answer(`/${n}`, { ...fresh, body: each });
      const got = await app.fetch(`/${n}`);
      expect(got.sha256).toBe(sha256(each));
    }
    await app.restartWorker();
    for (const [n, each] of bodies.entries()) {
      const got = await app.fetch(`/${n}`);
      expect(got.error).toBeUndefined();
      expect(got.sha256).toBe(sha256(each));
    }
  },
);

// Needs the DevTools protocol.
test(
  'C6: a worker stopped while it writes leaves no wrong byte behind',
  { tag: '@chromium' },
  async ({ app, origin }) => {
    const bodies = Array.from({ length: 6 }, (_, n) => noise(`w${n}`, 300_000));
    for (const [n, each] of bodies.entries()) {
      origin.answer(`/w${n}`, { ...fresh, body: each });
    }
    for (const n of bodies.keys()) {
      // The write goes on behind this answer.
      await app.fetch(`/w${n}`);
      await app.restartWorker();
    }
    for (const [n, each] of bodies.entries()) {
      const got = await app.fetch(`/w${n}`);
      expect(got.error).toBeUndefined();
      expect(got.sha256).toBe(sha256(each));
    }
  },
);
