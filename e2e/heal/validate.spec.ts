import { expect, isHit, test, type App } from '../fixtures.js';
import { noise, sha256, type Answer, type Origin } from '../origin.js';

const path = '/thing';
const first = noise('first', 2_000);
const second = noise('second', 2_000);

const stale = (etag: string, body: Buffer): Answer => ({
  headers: { 'cache-control': 'max-age=0', etag },
  body,
});
const fresh = (etag: string, body: Buffer): Answer => ({
  headers: { 'cache-control': 'max-age=3600', etag },
  body,
});

async function storeStale(app: App, origin: Origin): Promise<void> {
  origin.answer(path, stale('"first"', first));
  await app.store(path);
  await app.restartWorker();
}

test('E1: a 304 whose validator contradicts ours is no answer: the page gets the whole thing', async ({
  app,
  origin,
}) => {
  await storeStale(app, origin);
  origin.on(path, ({ headers }) =>
    headers['if-none-match'] === undefined
      ? fresh('"second"', second)
      : { status: 304, headers: { etag: '"other"' } },
  );
  const got = await app.fetch(path);
  expect(got.status).toBe(200);
  expect(got.sha256).toBe(sha256(second));
  expect(got.headers['cache-status']).toContain('healed-unusable-304');
  expect(origin.requests(path)).toHaveLength(3);
  expect(await app.nextHeal()).toMatchObject({
    fault: 'unusable-304',
    phase: 'validate',
    outcome: 'replayed',
    status: 200,
  });
  await app.settled(path, sha256(second));
  await app.restartWorker();
  const again = await app.fetch(path);
  expect(again.headers['cache-status']).toMatch(isHit);
  expect(again.sha256).toBe(sha256(second));
  expect(await app.heals()).toHaveLength(1);
});

/** The origin moves the path to another URL, which has a representation of its own under the same tag. */
function moveTo(origin: Origin, target: string): void {
  const tag = { ...fresh('"first"', second).headers };
  origin.answer(path, {
    status: 302,
    headers: { location: target, 'cache-control': 'no-store' },
  });
  origin.on(target, ({ headers: { range, 'if-none-match': condition } }) => {
    if (condition !== undefined) return { status: 304, headers: tag };
    const [, from] = /^bytes=(\d+)-$/.exec(range ?? '') ?? [];
    if (from === undefined) return { headers: tag, body: second };
    const place = `bytes ${from}-${second.length - 1}/${second.length}`;
    return {
      status: 206,
      headers: { ...tag, 'content-range': place },
      body: second.subarray(Number(from)),
    };
  });
}

test('E1: a 304 from where a redirect leads is no answer, whatever its validator', async ({
  app,
  origin,
}) => {
  await storeStale(app, origin);
  moveTo(origin, '/moved');
  const got = await app.fetch(path);
  expect(got.sha256).toBe(sha256(second));
  expect(got.redirected).toBe(true);
  expect(await app.nextHeal()).toMatchObject({ fault: 'unusable-304' });
});

test('E11: the rest of a stored part does not come from where a redirect leads, whatever its validator', async ({
  app,
  origin,
}) => {
  const place = `bytes 0-99/${second.length}`;
  const { headers } = fresh('"first"', first);
  origin.answer(path, {
    status: 206,
    headers: { ...headers, 'content-range': place },
    body: first.subarray(0, 100),
  });
  await app.fetch(path, { headers: { range: 'bytes=0-99' } });
  await app.settled(path);
  moveTo(origin, '/moved');
  const got = await app.fetch(path);
  expect(got.sha256).toBe(sha256(second));
  expect(got.redirected).toBe(true);
});

test('E3: a 304 freshens the policy record and leaves the payload record alone', async ({
  app,
  origin,
}) => {
  await storeStale(app, origin);
  const before = await app.records(path);
  origin.answer(path, {
    status: 304,
    headers: {
      'cache-control': 'max-age=3600',
      etag: '"first"',
      'x-new': 'yes',
    },
  });
  const got = await app.fetch(path);
  expect(got.status).toBe(200);
  expect(got.sha256).toBe(sha256(first));
  expect(got.headers['x-new']).toBe('yes');
  await expect
    .poll(async () => (await app.records(path)).policy?.['headers'])
    .toContain('max-age=3600');
  expect((await app.records(path)).payload).toEqual(before.payload);
  await app.restartWorker();
  const again = await app.fetch(path);
  expect(again.headers['cache-status']).toMatch(isHit);
  expect(again.headers['x-new']).toBe('yes');
  expect(again.sha256).toBe(sha256(first));
  expect(origin.requests(path)).toHaveLength(2);
  expect(await app.heals()).toHaveLength(0);
});

test('E5: a conditional request of the page goes to the origin as it is', async ({
  app,
  origin,
}) => {
  origin.answer(path, fresh('"first"', first));
  await app.store(path);
  origin.answer(path, { status: 304, headers: { etag: '"mine"' } });
  const got = await app.fetch(path, { headers: { 'if-none-match': '"mine"' } });
  expect(got.status).toBe(304);
  expect(got.headers).not.toHaveProperty('cache-status');
  expect(origin.requests(path)[1]?.headers['if-none-match']).toBe('"mine"');
  const again = await app.fetch(path);
  expect(again.headers['cache-status']).toMatch(isHit);
  expect(again.sha256).toBe(sha256(first));
});

test('E6: a no-cors request of the own origin is validated with our validator', async ({
  app,
  origin,
}) => {
  const answer: Answer = {
    headers: {
      'cache-control': 'max-age=0',
      'content-type': 'text/javascript',
      etag: '"one"',
    },
    body: 'window.runs = (window.runs ?? 0) + 1;',
  };
  origin.on('/app.js', ({ headers }) =>
    headers['if-none-match'] === '"one"'
      ? { status: 304, headers: { etag: '"one"' } }
      : answer,
  );
  const load = async (): Promise<unknown> =>
    await app.page.evaluate(async () => {
      const element = document.createElement('script');
      element.src = '/app.js';
      await new Promise((resolve, reject) => {
        element.addEventListener('load', resolve);
        element.addEventListener('error', reject);
        document.body.append(element);
      });
      return Reflect.get(window, 'runs');
    });
  expect(await load()).toBe(1);
  await app.settled('/app.js');
  await app.ask('forget');
  expect(await load()).toBe(2);
  const [, validation] = origin.requests('/app.js');
  expect(validation?.headers['if-none-match']).toBe('"one"');
});

test('E7: a cross-origin response is validated without a preflight', async ({
  app,
  elsewhere,
}) => {
  elsewhere.answer(path, {
    headers: {
      'cache-control': 'max-age=0',
      etag: '"one"',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': '*',
    },
    body: first,
  });
  const url = `${elsewhere.url}${path}`;
  for (let n = 0; n < 3; n++) {
    const got = await app.fetch(url);
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(sha256(first));
  }
  const methods = elsewhere.requests(path).map(({ method }) => method);
  expect(methods).toEqual(['GET', 'GET', 'GET']);
});

test('E8: a response that varies is kept once for each variant, and answers its own only', async ({
  app,
  origin,
}) => {
  origin.on(path, ({ headers }) => ({
    headers: { 'cache-control': 'max-age=3600', vary: 'X-Kind' },
    body: `kind ${String(headers['x-kind'])}`,
  }));
  for (const kind of ['a', 'b']) {
    await app.fetch(path, { headers: { 'x-kind': kind } });
  }
  await expect.poll(() => app.keys()).toHaveLength(2);
  await app.restartWorker();
  for (const kind of ['b', 'a']) {
    const got = await app.fetch(path, { headers: { 'x-kind': kind } });
    expect(got.text).toBe(`kind ${kind}`);
    expect(got.headers['cache-status']).toMatch(isHit);
  }
  expect((await app.fetch(path)).text).toBe('kind undefined');
  expect(origin.requests(path)).toHaveLength(3);
});

test('E11: a range is cut from the whole stored body, and a 206 never passes for the whole', async ({
  app,
  origin,
}) => {
  origin.answer(path, fresh('"first"', first));
  await app.store(path);
  await app.restartWorker();
  const part = await app.fetch(path, { headers: { range: 'bytes=10-29' } });
  expect(part.status).toBe(206);
  expect(part.headers['content-range']).toBe('bytes 10-29/2000');
  expect(part.sha256).toBe(sha256(first.subarray(10, 30)));
  expect(origin.requests(path)).toHaveLength(1);

  const other = '/other';
  origin.on(other, ({ headers }) =>
    headers.range === undefined
      ? fresh('"first"', first)
      : {
          status: 206,
          headers: {
            'cache-control': 'max-age=3600',
            etag: '"first"',
            'content-range': 'bytes 0-9/2000',
          },
          body: first.subarray(0, 10),
        },
  );
  const range = { headers: { range: 'bytes=0-9' } };
  expect((await app.fetch(other, range)).status).toBe(206);
  const all = await app.fetch(other);
  expect(all.status).toBe(200);
  expect(all.sha256).toBe(sha256(first));
});

const day = 86_400_000;

test('F1: a Date in the future makes nothing fresh for ever', async ({
  idle: app,
  origin,
}) => {
  await app.start({});
  origin.answer(path, {
    headers: {
      'cache-control': 'max-age=600',
      date: new Date(Date.now() + 3650 * day).toUTCString(),
      etag: '"first"',
    },
    body: first,
  });
  await app.store(path);
  origin.answer(path, fresh('"second"', second));
  await app.shim({ clock: 700_000 });
  const got = await app.fetch(path);
  expect(got.headers['cache-status']).not.toMatch(isHit);
  expect(got.sha256).toBe(sha256(second));
});

test('F2: when the clock goes back, what was stored is validated and kept', async ({
  idle: app,
  origin,
}) => {
  await app.start({ clock: day });
  origin.answer(path, fresh('"first"', first));
  await app.store(path);
  await app.shim({ clock: 0 });
  await app.ask('forget');
  origin.answer(path, { status: 304, headers: { etag: '"first"' } });
  const got = await app.fetch(path);
  expect(got.status).toBe(200);
  expect(got.sha256).toBe(sha256(first));
  expect(origin.requests(path)).toHaveLength(2);
  expect(origin.requests(path)[1]?.headers['if-none-match']).toBe('"first"');
  expect(await app.heals()).toHaveLength(0);
});

test('F3: when the clock jumps ahead, entries are validated, not dropped', async ({
  idle: app,
  origin,
}) => {
  await app.start({});
  origin.answer(path, fresh('"first"', first));
  await app.store(path);
  await app.shim({ clock: 3650 * day });
  await app.ask('forget');
  origin.answer(path, { status: 304, headers: { etag: '"first"' } });
  const got = await app.fetch(path);
  expect(got.sha256).toBe(sha256(first));
  expect(origin.requests(path)[1]?.headers['if-none-match']).toBe('"first"');
  expect(await app.heals()).toHaveLength(0);
});

test('F4: dates that are none make nothing fresh', async ({ app, origin }) => {
  origin.answer(
    path,
    { headers: { date: 'x', expires: '0', etag: '"1"' }, body: first },
    { headers: { date: 'x', expires: '0', etag: '"2"' }, body: second },
  );
  expect((await app.fetch(path)).sha256).toBe(sha256(first));
  await app.settled(path);
  expect((await app.fetch(path)).sha256).toBe(sha256(second));
});

test('E11: a part of another representation with a weak tag outdates the whole', async ({
  app,
  origin,
}) => {
  const fields = { 'cache-control': 'max-age=3600' };
  origin.answer(
    '/weak',
    { headers: { ...fields, etag: 'W/"older"' }, body: 'older' },
    {
      status: 206,
      headers: {
        ...fields,
        etag: 'W/"newer"',
        'content-range': 'bytes 0-1/5',
      },
      body: 'ne',
    },
    { headers: { ...fields, etag: 'W/"newer"' }, body: 'newer' },
  );
  await app.store('/weak');
  const part = { cache: 'no-cache', headers: { range: 'bytes=0-1' } } as const;
  expect((await app.fetch('/weak', part)).text).toBe('ne');
  expect((await app.fetch('/weak')).text).toBe('newer');
});
