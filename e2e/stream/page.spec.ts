import { expect, isHit, test, type App } from '../fixtures.js';
import { Gate, sha256, type Answer } from '../origin.js';
import type { Fetched } from '../page.js';
import { startOwn } from '../own-worker.js';
import {
  bulk,
  damageSlices,
  large,
  MB,
  ranged,
  SLICE,
  sliceAt,
  startOf,
  store,
} from './large.js';

const path = '/large';
const bytes = bulk('page', 5 * MB);
const first = large('first', bytes);

/** Without a Content-Length: how long it is shows at its end. */
const chunked: Answer = {
  ...first,
  headers: { ...first.headers, 'transfer-encoding': 'chunked' },
};

/** Reads so many bytes of a response's body in the page, then goes away. */
async function readAndCancel(app: App, wanted: number): Promise<void> {
  await app.page.evaluate(
    async ([url, length]) => {
      const { body } = await fetch(url);
      const reader = (body as ReadableStream<Uint8Array>).getReader();
      let read = 0;
      while (read < length)
        read += (await reader.read()).value?.length ?? Infinity;
      await reader.cancel();
    },
    [path, wanted] as const,
  );
}

/** Sends a body in two halves; the second one waits for the gate. */
function inHalves(app: App, gate: Gate): void {
  app.origin.on(path, (_seen, socket) => {
    const fields = Object.entries(first.headers ?? {});
    socket.write(
      [
        'HTTP/1.1 200 OK',
        ...fields.map(([name, value]) => `${name}: ${String(value)}`),
        `content-length: ${bytes.length}`,
        '\r\n',
      ].join('\r\n'),
    );
    socket.write(bytes.subarray(0, bytes.length / 2));
    void gate.until.then(() => socket.write(bytes.subarray(bytes.length / 2)));
    return undefined;
  });
}

// Our driver of WebKitGTK has no handles.
test(
  'the page has the first bytes while the origin still holds the rest, and the whole is stored',
  { tag: '@no-webkit' },
  async ({ app }) => {
    const gate = new Gate();
    inHalves(app, gate);
    const begun = await app.page.evaluateHandle(async (url) => {
      const { body } = await fetch(url);
      const reader = (body as ReadableStream<Uint8Array>).getReader();
      return { reader, length: (await reader.read()).value?.length };
    }, path);
    expect(await begun.evaluate(({ length }) => length)).toBeGreaterThan(0);
    gate.open();
    await begun.evaluate(async ({ reader }) => {
      while (!(await reader.read()).done);
    });
    await app.settled(path, sha256(bytes));
  },
);

test('D12: a page that goes away and one that never reads hold nobody up, and no part is stored as the whole', async ({
  app,
  origin,
}) => {
  origin.on(path, ranged(first));
  await readAndCancel(app, SLICE);
  await app.page.evaluate(async (url) => {
    Reflect.set(window, 'unread', await fetch(url));
  }, path);
  const got = await app.fetch(path);
  expect(got.sha256).toBe(sha256(bytes));
  await app.settled(path, sha256(bytes));
});

test('a page that does not read a body of unknown length costs others one wait at most', async ({
  app,
  origin,
}) => {
  origin.answer(path, chunked);
  await app.page.evaluate(async (url) => {
    Reflect.set(window, 'unread', await fetch(url));
  }, path);
  const others: Fetched[] = [];
  for (let n = 0; n < 4; n++) others.push(await app.fetch(path));
  for (const { sha256: hash } of others) expect(hash).toBe(sha256(bytes));
  // Each of them would wait for `storageTimeoutMs`, were it not for the first that did.
  const [, ...later] = others.map(({ ms }) => ms);
  expect(Math.min(...later)).toBeLessThan(2_000);
});

for (const [name, broken] of Object.entries({
  'shorter than announced': {
    framing: 'length',
    after: 3 * MB,
    ending: 'end',
  },
  'cut between chunks': { framing: 'chunked', after: 3 * MB, ending: 'reset' },
} satisfies Record<string, Answer['broken']>)) {
  test(`a large body ${name} is an error to the page and is not stored`, async ({
    app,
    origin,
  }) => {
    origin.answer(path, { ...first, broken });
    expect((await app.fetch(path)).error).toBeDefined();
    expect((await app.stats()).entries).toBe(0);
  });
}

test('A16: maxEntryBytes ends the storing, not the stream', async ({
  idle: app,
  origin,
}) => {
  await startOwn(app, 'install({ maxEntryBytes: 2e6 });');
  origin.answer(path, first);
  const announced = await app.fetch(path);
  expect(announced.sha256).toBe(sha256(bytes));
  expect(announced.headers['cache-status']).not.toContain('stored');
  origin.answer(path, chunked);
  const unannounced = await app.fetch(path);
  expect(unannounced.sha256).toBe(sha256(bytes));
  expect((await app.stats()).entries).toBe(0);
});

test('the page cancels while its body is being mended: nobody is harmed', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [2]);
  const gate = new Gate();
  origin.on(path, async (seen, socket) => {
    await gate.until;
    return ranged(first)(seen, socket);
  });
  await readAndCancel(app, SLICE + 1);
  gate.open();
  const got = await app.fetch(path);
  expect(got.error).toBeUndefined();
  expect(got.sha256).toBe(sha256(bytes));
  await app.settled(path, sha256(bytes));
});

test('the page cancels after its body was mended: the mended body is kept', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [1]);
  await readAndCancel(app, 3 * SLICE);
  expect(await app.nextHeal()).toMatchObject({ outcome: 'range-spliced' });
  await app.settled(path, sha256(bytes));
});

test('the worker stops while it mends: the stream errors or is right', async ({
  app,
  origin,
}) => {
  test.skip(!app.isChromium, 'only Chromium lets a worker be stopped');
  await store(app, origin, path, first);
  await damageSlices(app, path, [2]);
  const reached = new Gate();
  origin.on(path, () => {
    reached.open();
    return {
      ...first,
      broken: { framing: 'length', after: SLICE, ending: 'stall' },
    };
  });
  const pending = app.fetch(path);
  await reached.until;
  await app.restartWorker();
  const got = await pending;
  expect(got.error).toBeDefined();
  origin.on(path, ranged(first));
  expect((await app.fetch(path)).sha256).toBe(sha256(bytes));
});

test('an origin that falls silent in mid-stream ends the stream with an error', async ({
  idle: app,
  origin,
}) => {
  await startOwn(app, 'install({ networkTimeoutSeconds: 1 });');
  await store(app, origin, path, first);
  await damageSlices(app, path, [2]);
  await app.ask('forget');
  origin.on(path, async (seen, socket) => {
    const answer = await ranged(first)(seen, socket);
    const stall = {
      framing: 'length',
      after: 300_000,
      ending: 'stall',
    } as const;
    return answer && { ...answer, broken: stall };
  });
  expect((await app.fetch(path)).error).toBeDefined();
  expect(await app.nextHeal()).toMatchObject({ outcome: 'stream-error' });
  origin.on(path, ranged(first));
  expect((await app.fetch(path)).sha256).toBe(sha256(bytes));
});

test('a range reads the slices that it touches only', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [0, 1, 4]);
  const from = startOf(2) + 5;
  const to = startOf(3) + 9;
  const got = await app.fetch(path, {
    headers: { range: `bytes=${from}-${to}` },
  });
  expect(got.status).toBe(206);
  expect(got.headers['content-range']).toBe(`bytes ${from}-${to}/${5 * MB}`);
  expect(got.sha256).toBe(sha256(bytes.subarray(from, to + 1)));
  expect(await app.heals()).toHaveLength(0);
  expect(origin.requests(path)).toHaveLength(1);
});

test('a range is mended in mid-stream too', async ({ app, origin }) => {
  await store(app, origin, path, first);
  await damageSlices(app, path, [3]);
  const headers = { range: `bytes=${startOf(2)}-${startOf(4)}` };
  const got = await app.fetch(path, { headers });
  expect(got.sha256).toBe(sha256(bytes.subarray(startOf(2), startOf(4) + 1)));
  expect(await app.nextHeal()).toMatchObject({ outcome: 'range-spliced' });
  await app.settled(path, sha256(bytes));
});

test('large parts that touch are combined, and a beginning is completed', async ({
  app,
  origin,
}) => {
  origin.on(path, ranged(first));
  const ask = (range: string) => app.fetch(path, { headers: { range } });
  const middle = 2 * MB + 17;
  const end = 3 * MB;
  await ask(`bytes=${middle}-${end - 1}`);
  await app.settled(path);
  await ask(`bytes=0-${middle + 99}`);
  await app.settled(path, sha256(bytes.subarray(0, end)));
  await ask(`bytes=${end}-${4 * MB - 1}`);
  await app.settled(path, sha256(bytes.subarray(0, 4 * MB)));
  await app.restartWorker();
  const got = await app.fetch(path);
  expect(got.status).toBe(200);
  expect(got.sha256).toBe(sha256(bytes));
  expect(origin.requests(path).at(-1)?.headers).toMatchObject({
    range: `bytes=${4 * MB}-`,
    'if-range': '"first"',
  });
  await app.settled(path, sha256(bytes));
  expect((await app.fetch(path)).headers['cache-status']).toMatch(isHit);
});

test('a beginning whose stored slice is broken is completed with right bytes', async ({
  app,
  origin,
}) => {
  origin.on(path, ranged(first));
  await app.fetch(path, { headers: { range: `bytes=0-${4 * MB - 1}` } });
  await app.settled(path);
  await damageSlices(app, path, [2]);
  const got = await app.fetch(path);
  expect(got.error).toBeUndefined();
  expect(got.sha256).toBe(sha256(bytes));
});

/** Stores the beginning of a body that lookups wait for while it is being stored. */
async function storeBeginning(app: App): Promise<Answer> {
  const small = large('small', bytes.subarray(0, 900_000));
  app.origin.on(path, ranged(small));
  await app.fetch(path, { headers: { range: 'bytes=0-599999' } });
  await app.settled(path);
  return small;
}

test('a POST while a beginning is being completed: what comes of it is not stored', async ({
  app,
  origin,
}) => {
  const small = await storeBeginning(app);
  const asked = new Gate();
  const gate = new Gate();
  origin.on(path, async (seen, socket) => {
    if (seen.method === 'POST') return { status: 204 };
    asked.open();
    await gate.until;
    return ranged(small)(seen, socket);
  });
  const pending = app.fetch(path);
  await asked.until;
  await app.fetch(path, { method: 'POST' });
  gate.open();
  expect((await pending).length).toBe(small.body?.length);
  const next = await app.fetch(path);
  expect(next.headers['cache-status']).not.toMatch(isHit);
});

// Firefox 153 lets the connection be, whoever cancels the body.
test(
  'where the rest of a beginning cannot be had nothing more is read of the answer, and the whole is asked for',
  { tag: '@chromium' },
  async ({ app, origin }) => {
    const small = await storeBeginning(app);
    const closed = new Gate();
    origin.on(path, ({ headers }, socket) => {
      if (!headers.range) return small;
      socket.once('close', closed.open);
      return {
        status: 500,
        body: bytes,
        broken: { framing: 'length', after: 9, ending: 'stall' },
      };
    });
    const got = await app.fetch(path);
    expect(got.status).toBe(200);
    expect(got.length).toBe(small.body?.length);
    await closed.until;
  },
);

const big = bulk('big', 50 * MB);
const lastOfBig = sliceAt(big.length - 1);

for (const slice of [0, 25, lastOfBig]) {
  test(`50 MB: slice ${slice} of ${lastOfBig} is broken`, async ({
    app,
    origin,
  }) => {
    await store(app, origin, path, large('big', big));
    await damageSlices(app, path, [slice]);
    const got = await app.fetch(path);
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(sha256(big));
    expect(await app.nextHeal()).toMatchObject({
      outcome: slice === 0 ? 'replayed' : 'range-spliced',
    });
    await app.settled(path, sha256(big));
  });
}
