import { createHash } from 'node:crypto';
import { expect, isHit, test, type App } from '../fixtures.js';
import {
  Gate,
  noise,
  sha256,
  type Answer,
  type Breakage,
  type Handler,
  type Origin,
} from '../origin.js';
import { ranged } from '../stream/large.js';

const path = '/thing';
const body = noise('thing', 20_000);
const headers = {
  'cache-control': 'max-age=3600',
  'content-type': 'application/octet-stream',
} as const;
const whole: Answer = { headers, body };

/** Nothing of the broken answer was kept: the next request is answered whole, by the network. */
async function expectNothingKept(app: App, origin: Origin): Promise<void> {
  const before = origin.requests(path).length;
  origin.answer(path, whole);
  const next = await app.fetch(path);
  expect(next.error).toBeUndefined();
  expect(next.sha256).toBe(sha256(body));
  expect(next.headers['cache-status']).not.toMatch(isHit);
  expect(origin.requests(path).length).toBeGreaterThan(before);
  await app.settled(path, sha256(body));
  expect(await app.heals()).toHaveLength(0);
}

const cuts: readonly {
  name: string;
  broken: Breakage;
  /** Where it goes wrong otherwise. */
  tag?: string;
}[] = [
  {
    name: 'ends before its Content-Length',
    broken: { framing: 'length', after: 5_000, ending: 'end' },
  },
  {
    name: 'ends before its last chunk',
    broken: { framing: 'chunked', after: 5_000, ending: 'end' },
    // WebKitGTK takes it for whole: row D2.
    tag: '@no-webkit',
  },
  {
    name: 'ends in a reset',
    broken: { framing: 'length', after: 5_000, ending: 'reset' },
  },
];

for (const { name, broken, tag = [] } of cuts) {
  test(
    `D1: a body that ${name} fails in the page as it would without a worker, and is not stored`,
    { tag },
    async ({ app, origin }) => {
      origin.answer(path, { ...whole, broken });
      const got = await app.fetch(path);
      expect(got.error).toBeDefined();
      await expectNothingKept(app, origin);
    },
  );
}

/** A body in one chunk, and a Content-Length that says something else: the chunks are what counts (RFC 9112 section 6.3). */
const chunked =
  (bytes: Buffer, announced: number): Handler =>
  (_seen, socket) => {
    socket.write(
      [
        'HTTP/1.1 200 OK',
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        `content-length: ${announced}`,
        'transfer-encoding: chunked',
        `\r\n${bytes.length.toString(16)}\r\n`,
      ].join('\r\n'),
    );
    socket.write(bytes);
    socket.write('\r\n0\r\n\r\n');
    return undefined;
  };

for (const [length, announced] of [
  [20_000, 99],
  [20_000, 999_999],
  [400_000, 999_999],
] as const) {
  test(`a body of ${length} bytes in chunks that announces ${announced} is whole, stored, and asked for once`, async ({
    app,
    origin,
  }) => {
    const bytes = noise('chunked', length);
    origin.on(path, chunked(bytes, announced));
    const got = await app.fetch(path);
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(sha256(bytes));
    await app.settled(path, sha256(bytes));
    const hit = await app.fetch(path);
    expect(hit.headers['cache-status']).toMatch(isHit);
    expect(hit.headers['content-length']).toBe(String(length));
    expect(hit.sha256).toBe(sha256(bytes));
    expect(origin.requests(path)).toHaveLength(1);
  });
}

for (const field of ['repr-digest', 'content-digest']) {
  test(`D2: a body cut short that looks whole is not stored where ${field} gives it away`, async ({
    app,
    origin,
  }) => {
    const text = Array.from({ length: 5_000 }, (_, n) => `line ${n}\n`).join(
      '',
    );
    const hash = createHash('sha256').update(text).digest('base64');
    const digest = { [field]: `sha-256=:${hash}:` };
    origin.answer(path, {
      headers: { ...headers, ...digest },
      body: text,
      broken: { framing: 'close', after: 5_000, ending: 'end' },
    });
    const got = await app.fetch(path);
    expect(got.status).toBe(200);
    expect(got.length).toBeLessThan(text.length);
    expect(await app.nextHeal()).toMatchObject({ fault: 'integrity-mismatch' });
    expect(await app.records(path)).toEqual({});

    // The whole body passes, and is stored.
    origin.answer(path, { headers: { ...headers, ...digest }, body: text });
    expect((await app.fetch(path)).sha256).toBe(sha256(text));
    await app.settled(path, sha256(text));
    await app.restartWorker();
    expect((await app.fetch(path)).headers['cache-status']).toMatch(isHit);
    expect(await app.heals()).toHaveLength(1);
  });
}

test('I2, D11: a digest that the origin gives wrong for ever costs one request each time and no answer', async ({
  app,
  origin,
}) => {
  const wrong = createHash('sha256').update('else').digest('base64');
  origin.answer(path, {
    headers: { ...headers, 'repr-digest': `sha-256=:${wrong}:` },
    body,
  });
  for (let n = 1; n <= 3; n++) {
    const got = await app.fetch(path);
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(sha256(body));
    expect(origin.requests(path)).toHaveLength(n);
  }
  expect(await app.nextHeal()).toMatchObject({ fault: 'integrity-mismatch' });
  expect(await app.records(path)).toEqual({});
});

test('D3: a body that the page gives up on is not stored cut short', async ({
  app,
  origin,
}) => {
  const gate = new Gate();
  origin.on(path, (_seen, socket) => {
    socket.write(
      `HTTP/1.1 200 OK\r\ncache-control: max-age=3600\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 5_000));
    void gate.until.then(() => socket.end(body.subarray(5_000)));
    return undefined;
  });
  const error = await app.page.evaluate(async (url) => {
    const abort = new AbortController();
    const response = await fetch(url, { signal: abort.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    abort.abort();
    return await reader?.read().then(
      () => 'went on',
      (reason: unknown) => (reason as DOMException).name,
    );
  }, path);
  expect(error).toBe('AbortError');
  gate.open();
  // Either nothing, or the whole body finished behind the page's back.
  origin.answer(path, whole);
  const next = await app.fetch(path);
  expect(next.error).toBeUndefined();
  expect(next.sha256).toBe(sha256(body));
  await app.settled(path, sha256(body));
});

test('D4: a body that stalls holds up nobody else who asks for it', async ({
  app,
  origin,
}) => {
  origin.answer(path, {
    ...whole,
    broken: { framing: 'length', after: 5_000, ending: 'stall' },
  });
  const head = await app.page.evaluate(async (url) => {
    const response = await fetch(url);
    return response.status;
  }, path);
  expect(head).toBe(200);
  await expectNothingKept(app, origin);
});

test('D4: a head that never comes holds up only who asked first', async ({
  app,
  origin,
}) => {
  const gate = new Gate();
  origin.answer(path, { ...whole, until: gate.until }, whole);
  await app.page.evaluate((url) => {
    void fetch(url, { signal: AbortSignal.timeout(20_000) }).catch(() => {});
  }, path);
  await expect.poll(() => origin.requests(path)).toHaveLength(1);
  const other = '/other';
  origin.answer(other, whole);
  const got = await app.fetch(other);
  expect(got.sha256).toBe(sha256(body));
  gate.open();
});

for (const status of [500, 502, 503, 404]) {
  test(`D5: a ${status} without freshness of its own is passed on and not stored`, async ({
    app,
    origin,
  }) => {
    origin.answer(path, { status, headers: { etag: '"e"' }, body: 'sorry' });
    expect((await app.fetch(path)).status).toBe(status);
    await expectNothingKept(app, origin);
  });
}

test('D5: a fresh stored response outlives a 500 that answers its validation', async ({
  app,
  origin,
}) => {
  origin.answer(
    path,
    {
      ...whole,
      headers: {
        ...headers,
        'cache-control': 'max-age=0, stale-if-error=600',
        etag: '"e"',
      },
    },
    { status: 500, headers: {}, body: 'sorry' },
  );
  await app.store(path);
  const got = await app.fetch(path);
  expect(got.status).toBe(200);
  expect(got.sha256).toBe(sha256(body));
  expect(origin.requests(path)).toHaveLength(2);
  await app.settled(path, sha256(body));
});

test('D6: a page of HTML in the place of a script is not stored', async ({
  app,
  origin,
}) => {
  const script = (text: string, type: string): Answer => ({
    headers: { 'cache-control': 'max-age=3600', 'content-type': type },
    body: text,
  });
  origin.answer(
    '/app.js',
    script('<!doctype html>log in', 'text/html'),
    script('window.ran = 1;', 'text/javascript'),
  );
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const element = document.createElement('script');
        element.src = '/app.js';
        for (const type of ['load', 'error']) {
          element.addEventListener(type, () => resolve());
        }
        document.body.append(element);
      }),
  );
  expect((await app.fetch('/app.js')).text).toBe('window.ran = 1;');
  await app.settled('/app.js');
  expect(origin.requests('/app.js')).toHaveLength(2);
});

// Chromium 156 puts a body together from a part in its HTTP cache and from the origin, and where the origin does not send
// the rest, or has another release by then, it ends it without an error, with a worker and without.
const release = (name: string, length: number): Handler =>
  ranged({
    headers: { ...headers, etag: `"${name}"` },
    body: noise(name, length),
  });

test('D1: what the browser keeps of a range spoils no later answer', async ({
  app,
  origin,
}) => {
  origin.on(path, release('old', 400_000));
  await app.fetch(path, { headers: { range: 'bytes=20-119' } });
  await app.settled(path);
  await app.ask('purge', { filter: { all: true } });
  // Of the first answer only the browser knows by now.
  await app.restartWorker();
  origin.on(path, release('next', 400_000));
  const got = await app.fetch(path);
  expect(got.sha256).toBe(sha256(noise('next', 400_000)));
  expect(origin.requests(path)).toHaveLength(2);
});

test("D1: what the browser's HTTP cache cuts short is asked for again", async ({
  idle: app,
  origin,
}) => {
  const old = release('old', 20_000);
  const next = release('next', 20_000);
  origin.on(path, old);
  await app.page.goto(`${origin.url}/`);
  await app.fetch(path, { headers: { range: 'bytes=20-119' } });
  await app.control();
  // A release between two requests of the browser's own making.
  origin.on(path, (seen, socket) =>
    (seen.headers.range === 'bytes=0-19' ? old : next)(seen, socket),
  );
  const got = await app.fetch(path);
  expect(got.sha256).toBe(sha256(noise('next', 20_000)));
  await app.settled(path, got.sha256);
});

test(
  "D1: a large body that the browser's HTTP cache cuts short fails, and does not pass for whole",
  { tag: '@chromium' },
  async ({ idle: app, origin }) => {
    const long = release('large', 400_000);
    origin.on(path, (seen, socket) =>
      /^bytes=20-(?!119$)/.test(seen.headers.range ?? '')
        ? { status: 503 }
        : long(seen, socket),
    );
    await app.page.goto(`${origin.url}/`);
    await app.fetch(path, { headers: { range: 'bytes=20-119' } });
    await app.control();
    const got = await app.fetch(path);
    expect(origin.requests(path).map((seen) => seen.headers.range)).toEqual([
      'bytes=20-119',
      'bytes=0-19',
      'bytes=20-399999',
    ]);
    expect(got.error).toMatch(/^TypeError/);
  },
);
