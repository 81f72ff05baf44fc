import { createHash } from 'node:crypto';
import { expect, isHit, test } from '../fixtures.js';
import { gzipped, noise, sha256, type Answer } from '../origin.js';

const html = (title: string, maxAge = 3600): Answer => ({
  headers: {
    'cache-control': `max-age=${maxAge}`,
    'content-type': 'text/html',
  },
  body: `<!doctype html><title>${title}</title><p>${'x'.repeat(500)}`,
});

test('H1: a navigation to a URL that redirects works on the first visit and on the second', async ({
  app,
  origin,
}) => {
  origin.answer('/from', {
    status: 301,
    headers: { location: '/to', 'cache-control': 'max-age=3600' },
  });
  origin.answer('/to', html('arrived'));
  for (let n = 0; n < 2; n++) {
    await app.page.goto(`${origin.url}/from`);
    expect(await app.page.title()).toBe('arrived');
    expect(new URL(app.page.url()).pathname).toBe('/to');
    await app.settled('/to');
    await app.restartWorker();
  }
  expect(await app.keys()).toEqual([app.key('/to')]);
});

test('H1: a page whose stored body is broken, and which has moved since, is asked for once and followed', async ({
  app,
  origin,
}) => {
  const moved: Answer = { status: 302, headers: { location: '/to#there' } };
  origin.answer('/from', html('old'), moved);
  origin.answer('/to', html('arrived'));
  await app.page.goto(`${origin.url}/from`);
  await app.settled('/from');
  await app.damage('/from', ({ payload }) => {
    payload['body'] = new ArrayBuffer(1);
  });
  await app.ask('forget');
  await app.page.goto(`${origin.url}/from`);
  expect(await app.page.title()).toBe('arrived');
  expect(app.page.url()).toBe(`${origin.url}/to#there`);
  expect(origin.requests('/from')).toHaveLength(2);
});

test('H1: a redirect that the page does not want followed is asked for once each time', async ({
  app,
  origin,
}) => {
  origin.answer('/from', { status: 302, headers: { location: '/to' } });
  for (const n of [1, 2, 3]) {
    const got = await app.fetch('/from', { redirect: 'manual' });
    expect(got.type).toBe('opaqueredirect');
    expect(origin.requests('/from')).toHaveLength(n);
  }
});

test('H3: what a fetch got through a redirect is not stored under the first URL', async ({
  app,
  origin,
}) => {
  origin.answer('/from', {
    status: 302,
    headers: { location: '/to', 'cache-control': 'max-age=3600' },
  });
  origin.answer('/to', {
    headers: { 'cache-control': 'max-age=3600' },
    body: 'to',
  });
  for (let n = 0; n < 2; n++) {
    const got = await app.fetch('/from');
    expect(got.text).toBe('to');
    expect(got.url).toBe(`${origin.url}/to`);
    expect(got.redirected).toBe(true);
  }
  expect(await app.keys()).not.toContain(app.key('/from'));
});

test('H5: a coded body is served decoded, without the fields that would lie about it', async ({
  app,
  origin,
}) => {
  const text = 'many words '.repeat(400);
  origin.answer(
    '/coded',
    gzipped(text, {
      'cache-control': 'max-age=3600',
      'content-type': 'text/plain',
      vary: 'Accept-Encoding',
    }),
  );
  await app.fetch('/coded');
  await app.settled('/coded', sha256(text));
  await app.restartWorker();
  const got = await app.fetch('/coded');
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(got.sha256).toBe(sha256(text));
  expect(got.headers).not.toHaveProperty('content-encoding');
  expect(got.headers['content-length'] ?? `${text.length}`).toBe(
    `${text.length}`,
  );
});

for (const status of [204, 205]) {
  test(`A18: a ${status} is stored without a body and served again`, async ({
    app,
    origin,
  }) => {
    origin.answer('/empty', {
      status,
      headers: { 'cache-control': 'max-age=3600', 'x-it': 'is' },
    });
    await app.store('/empty');
    await app.restartWorker();
    const got = await app.fetch('/empty');
    expect(got.status).toBe(status);
    expect(got.headers['x-it']).toBe('is');
    expect(got.headers['cache-status']).toMatch(isHit);
    expect(origin.requests('/empty')).toHaveLength(1);
  });
}

test('A15: control characters that the network lets through reach the page, and what is stored of them is no fault', async ({
  app,
  origin,
}) => {
  const answer = (reason: string, field: string): string =>
    [
      `HTTP/1.1 200 ${reason}`,
      'cache-control: max-age=3600',
      `x-odd: ${field}`,
      'content-length: 2',
      'connection: close',
      '\r\nhi',
    ].join('\r\n');
  for (const [path, text] of [
    ['/reason', answer('O\u0001K', 'even')],
    ['/field', answer('OK', 'o\u0001d\u007fd')],
  ] as const)
    origin.on(path, (_seen, socket) => {
      socket.end(text);
      return undefined;
    });
  const got = await app.fetch('/reason');
  expect([got.error, got.text]).toEqual([undefined, 'hi']);
  await app.store('/field');
  await app.restartWorker();
  const again = await app.fetch('/field');
  expect(again.headers['cache-status']).toMatch(isHit);
  expect(again.headers['x-odd']).toBe('o\u0001d\u007fd');
  expect(await app.heals()).toEqual([]);
});

test('H7: a page may clone and read what it was given, stored or not', async ({
  app,
  origin,
}) => {
  const body = noise('thing', 3_000);
  origin.answer('/thing', { headers: { 'cache-control': 'max-age=60' }, body });
  for (let n = 0; n < 3; n++) {
    const lengths = await app.page.evaluate(async () => {
      const response = await fetch('/thing');
      const clone = response.clone();
      return Promise.all(
        [response, clone].map(
          async (each) => (await each.arrayBuffer()).byteLength,
        ),
      );
    });
    expect(lengths).toEqual([3_000, 3_000]);
  }
});

for (const { id, name, field } of [
  // The browser's own HTTP cache keeps nothing of this page, the worker does.
  { id: 'H9', name: 'ends, with the right page', field: 'sw-cache-control' },
  // It keeps this one, and a replay must go past it.
  {
    id: 'H9, D8',
    name: "is not answered by the browser's own cache",
    field: 'cache-control',
  },
]) {
  test(`${id}: a navigation to a page whose stored body is broken ${name}`, async ({
    app,
    origin,
  }) => {
    const page = (title: string): Answer => ({
      headers: {
        'cache-control': 'no-cache',
        [field]: 'max-age=3600',
        'content-type': 'text/html',
      },
      body: `<!doctype html><title>${title}</title><p>${noise(title, 100_000).toString('hex')}`,
    });
    origin.answer('/page', page('one'));
    await app.page.goto(`${origin.url}/page`);
    await app.settled('/page');
    await app.damage('/page', async (pair) => {
      const body = pair.payload['body'] as Blob;
      const bytes = new Uint8Array(await body.arrayBuffer());
      bytes[150_000] = 0;
      pair.payload['body'] = new Blob([bytes]);
    });
    await app.restartWorker();
    origin.answer('/page', page('two'));
    await app.page.goto(`${origin.url}/page`);
    expect(await app.page.title()).toBe('two');
  });
}

const integrityOf = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`;

test('H10: an empty body has the integrity of nothing', async ({
  app,
  origin,
}) => {
  origin.answer('/empty', { headers: { 'cache-control': 'max-age=60' } });
  await app.store('/empty');
  const integrity = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
  const got = await app.fetch('/empty', { integrity });
  expect(got.headers['cache-status']).toMatch(isHit);
  expect(await app.heals()).toEqual([]);
});

test('H10: stored bytes that do not match the integrity the page asks for are replaced', async ({
  app,
  origin,
}) => {
  const answer = (text: string): Answer => ({
    headers: { 'cache-control': 'max-age=3600' },
    body: text,
  });
  origin.answer('/lib', answer('old release'));
  await app.store('/lib');
  origin.answer('/lib', answer('new release'));
  const got = await app.fetch('/lib', {
    integrity: integrityOf('new release'),
  });
  expect(got.error).toBeUndefined();
  expect(got.text).toBe('new release');
  expect(await app.nextHeal()).toMatchObject({
    fault: 'integrity-mismatch',
    outcome: 'replayed',
  });
  await app.settled('/lib', sha256('new release'));
  expect((await app.fetch('/lib')).text).toBe('new release');
});

test('H10: what has the integrity that the page asks for is validated by one request', async ({
  app,
  origin,
}) => {
  const headers = { 'cache-control': 'no-cache', etag: '"one"' };
  origin.on('/lib', (seen) =>
    seen.headers['if-none-match'] === '"one"'
      ? { status: 304, headers }
      : { headers, body: 'release' },
  );
  await app.store('/lib');
  const integrity = integrityOf('release');
  const got = await app.fetch('/lib', { integrity });
  expect(got.text).toBe('release');
  expect(got.headers['cache-status']).toContain('fwd-status=304');
  expect(origin.requests('/lib')).toHaveLength(2);
});

test('H10: a release without the integrity that the page asks for does not take the place of one that has it', async ({
  app,
  origin,
}) => {
  const release = (text: string): Answer => ({
    headers: { 'cache-control': 'max-age=0', etag: `"${text}"` },
    body: text,
  });
  origin.answer('/lib', release('old'));
  await app.store('/lib');
  origin.answer('/lib', release('new'));
  const got = await app.fetch('/lib', { integrity: integrityOf('old') });
  expect(got.text).toBe('old');
  expect(got.headers['cache-status']).toContain('stale-if-error');
});

// WebKitGTK 2.50 sends such a request all the same, with a worker and without.
test(
  'H13: an only-if-cached request without a stored response fails as it does without a worker',
  { tag: '@no-webkit' },
  async ({ app, origin }) => {
    const init = { cache: 'only-if-cached', mode: 'same-origin' } as const;
    expect((await app.fetch('/thing', init)).error).toMatch(/^TypeError/);
    expect(origin.requests('/thing')).toHaveLength(0);
  },
);

test('I6: a POST reaches the origin once, with its body, and drops what it changed', async ({
  app,
  origin,
}) => {
  const answer: Answer = {
    headers: { 'cache-control': 'max-age=3600' },
    body: 'one',
  };
  origin.answer('/thing', answer);
  await app.store('/thing');
  origin.answer('/thing', { body: 'posted' }, { ...answer, body: 'two' });
  const posted = await app.fetch('/thing', { method: 'POST', body: 'data' });
  expect(posted.text).toBe('posted');
  const [, post] = origin.requests('/thing');
  expect(post?.method).toBe('POST');
  expect(post?.body.toString()).toBe('data');
  expect((await app.fetch('/thing')).text).toBe('two');
  expect(origin.requests('/thing')).toHaveLength(3);
});

test('C10: an opaque response is passed on and never stored', async ({
  app,
  elsewhere,
}) => {
  elsewhere.answer('/opaque', {
    headers: { 'cache-control': 'max-age=3600' },
    body: 'opaque',
  });
  for (let n = 0; n < 2; n++) {
    const got = await app.fetch(`${elsewhere.url}/opaque`, { mode: 'no-cors' });
    expect(got.type).toBe('opaque');
  }
  expect(await app.keys()).toEqual([]);
});
