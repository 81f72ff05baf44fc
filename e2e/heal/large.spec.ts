import type { HealEvent } from '../../src/fault.js';
import { sliceAt, startOf } from '../../src/store/slices.js';
import { expect, isHit, test, type App } from '../fixtures.js';
import {
  noise,
  sha256,
  type Answer,
  type Handler,
  type Origin,
} from '../origin.js';

const path = '/large';
const MIB = 1024 * 1024;
const first = noise('first', 3 * MIB + 5_000);
const second = noise('second', 3 * MIB + 5_000);

const whole = (etag: string, body: Buffer): Answer => ({
  headers: {
    'cache-control': 'max-age=3600',
    'content-type': 'application/octet-stream',
    etag,
  },
  body,
});

/** Serves `bytes=N-` as a 206 while If-Range holds. */
function ranged(etag: string, body: Buffer): Handler {
  return ({ headers }) => {
    const { headers: fields = {} } = whole(etag, body);
    const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1]);
    const holds = headers['if-range'] === etag;
    if (Number.isNaN(from) || !holds) return whole(etag, body);
    const range = `bytes ${from}-${body.length - 1}/${body.length}`;
    return {
      status: 206,
      headers: { ...fields, 'content-range': range },
      body: body.subarray(from),
    };
  };
}

async function storeAndFlip(
  app: App,
  origin: Origin,
  slice: 'first' | 'last',
): Promise<void> {
  origin.on(path, ranged('"first"', first));
  await app.fetch(path);
  await app.settled(path, sha256(first));
  await app.damage(
    path,
    slice === 'first'
      ? async (pair) => {
          const body = pair.payload['body'] as Blob;
          const bytes = new Uint8Array(await body.arrayBuffer());
          bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
          pair.payload['body'] = new Blob([bytes]);
        }
      : async (pair) => {
          const body = pair.payload['body'] as Blob;
          const bytes = new Uint8Array(await body.arrayBuffer());
          bytes[3_000_000] = (bytes[3_000_000] ?? 0) ^ 1;
          pair.payload['body'] = new Blob([bytes]);
        },
  );
  await app.restartWorker();
}

/** What was healed in mid-stream is stored again, whole. */
async function expectStored(app: App, body: Buffer): Promise<void> {
  await app.settled(path, sha256(body));
  await app.restartWorker();
  const again = await app.fetch(path);
  expect(again.headers['cache-status']).toMatch(isHit);
  expect(again.sha256).toBe(sha256(body));
  expect(await app.heals()).toHaveLength(1);
}

const told = (event: Partial<HealEvent>): Partial<HealEvent> => ({
  type: 'heal',
  fault: 'digest-mismatch',
  ...event,
});

test('a large body of several slices is answered from the store', async ({
  app,
  origin,
}) => {
  origin.on(path, ranged('"first"', first));
  await app.fetch(path);
  await app.settled(path, sha256(first));
  await app.restartWorker();
  const got = await app.fetch(path);
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(got.sha256).toBe(sha256(first));
  expect(origin.requests(path)).toHaveLength(1);
});

test('A8: a large body broken in its first slice is replaced before a byte goes out', async ({
  app,
  origin,
}) => {
  await storeAndFlip(app, origin, 'first');
  origin.on(path, ranged('"second"', second));
  const got = await app.fetch(path);
  expect(got.error).toBeUndefined();
  expect(got.headers['etag']).toBe('"second"');
  expect(got.sha256).toBe(sha256(second));
  expect(await app.nextHeal()).toMatchObject(told({ outcome: 'replayed' }));
  await expectStored(app, second);
});

test('A8: a large body broken further on is continued by Range, and the page notices nothing', async ({
  app,
  origin,
}) => {
  await storeAndFlip(app, origin, 'last');
  const got = await app.fetch(path);
  expect(got.error).toBeUndefined();
  expect(got.status).toBe(200);
  expect(got.sha256).toBe(sha256(first));
  expect(origin.requests(path)).toHaveLength(2);
  const { headers } = origin.requests(path)[1] ?? {};
  expect(headers?.range).toBe(`bytes=${startOf(sliceAt(3_000_000))}-`);
  expect(headers?.['if-range']).toBe('"first"');
  expect(await app.nextHeal()).toMatchObject(
    told({ phase: 'body', outcome: 'range-spliced' }),
  );
  await expectStored(app, first);
});

test('A8: where the origin has no ranges, the whole is fetched, its beginning compared, and the rest joined', async ({
  app,
  origin,
}) => {
  await storeAndFlip(app, origin, 'last');
  origin.answer(path, whole('"first"', first));
  const got = await app.fetch(path);
  expect(got.error).toBeUndefined();
  expect(got.sha256).toBe(sha256(first));
  expect(await app.nextHeal()).toMatchObject(
    told({ phase: 'body', outcome: 'refetch-spliced' }),
  );
  await expectStored(app, first);
});

for (const { name, handler } of [
  { name: 'changed', handler: ranged('"second"', second) },
  {
    name: 'changed and ignores If-Range',
    handler: () => whole('"first"', second),
  },
] satisfies { name: string; handler: Handler }[]) {
  test(`A8: a large body broken further on errors where the origin has ${name}, and is whole the next time`, async ({
    app,
    origin,
  }) => {
    await storeAndFlip(app, origin, 'last');
    origin.on(path, handler);
    const got = await app.fetch(path);
    expect(got.error).toBeDefined();
    expect(await app.nextHeal()).toMatchObject(
      told({ phase: 'body', outcome: 'stream-error' }),
    );
    const next = await app.fetch(path);
    expect(next.error).toBeUndefined();
    expect(next.sha256).toBe(sha256(second));
    await expectStored(app, second);
  });
}

test('A8, I4: a large body broken further on errors without a network, and never ends as if it were whole', async ({
  app,
  origin,
}) => {
  await storeAndFlip(app, origin, 'last');
  await origin.goOffline();
  const got = await app.fetch(path);
  expect(got.error).toBeDefined();
  await origin.goOnline();
  const next = await app.fetch(path);
  expect(next.error).toBeUndefined();
  expect(next.sha256).toBe(sha256(first));
});

test('A12: a large body whose file is lost under the running worker is replaced', async ({
  app,
  origin,
}) => {
  origin.answer(path, whole('"first"', first));
  await app.store(path);
  await app.damage(path, (pair) => {
    const body = pair.payload['body'] as Blob;
    pair.payload['body'] = body.slice(0, body.size - 1);
  });
  await app.restartWorker();
  origin.answer(path, whole('"second"', second));
  const got = await app.fetch(path);
  expect(got.sha256).toBe(sha256(second));
  expect(await app.nextHeal()).toMatchObject({
    fault: 'length-mismatch',
    outcome: 'replayed',
  });
});
