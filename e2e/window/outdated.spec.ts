import type { HealingCache } from '../../src/index.js';
import type { Origin } from '../origin.js';
import { expect, kept, load, test } from './alone.js';

// What is outdated, too old, or perhaps somebody else's, answers nobody.

/** Installs `window.ask`, which fetches through a cache and waits for all that goes on behind the answer. */
function installAsk(): void {
  const ask = async (
    cache: HealingCache,
    url: string,
    init?: RequestInit,
  ): Promise<string> => {
    const request = new Request(url, init);
    const [answer, done] = cache.handleAll({ request });
    const text = await (await answer).text();
    await done;
    return text;
  };
  Object.assign(window, { ask });
}

declare global {
  interface Window {
    ask(cache: HealingCache, url: string, init?: RequestInit): Promise<string>;
  }
}

test.beforeEach(async ({ alone }) => {
  await alone.addInitScript(installAsk);
  await alone.evaluate(installAsk);
});

/** The origin answers with this text from now on, whatever it is asked. */
function publish(origin: Origin, path: string, text: string): void {
  origin.answer(path, { headers: { ...kept, etag: `"${text}"` }, body: text });
}

test('match gives nothing where it may be the answer for another user', async ({
  alone,
  origin,
}) => {
  const headers = { ...kept, vary: 'Cookie' };
  origin.answer('/account', { headers, body: 'of one user' });
  origin.answer('/page', { headers: kept, body: 'of all users' });
  const seen = await alone.evaluate(async () => {
    for (const url of ['/account', '/page'])
      await window.ask(window.cache, url);
    const { stored } = await window.cache.warm(['/account']);
    const both = ['/account', '/page'].map((url) => window.cache.match(url));
    const [account, page] = await Promise.all(both);
    return { stored, account: account && 1, page: await page?.text() };
  });
  expect(seen).toEqual({ stored: 1, account: undefined, page: 'of all users' });
});

test('a release that is too large to be stored outdates the one that was not', async ({
  alone,
  origin,
}) => {
  publish(origin, '/data', 'first');
  const first = await alone.evaluate(async () => {
    const { HealingCache } = window.core;
    window.cache = new HealingCache({ cacheName: 'room', maxEntryBytes: 10 });
    return await window.ask(window.cache, '/data');
  });
  publish(origin, '/data', 'the second release');
  const later = await alone.evaluate(async () => [
    await window.ask(window.cache, '/data', { cache: 'reload' }),
    await window.ask(window.cache, '/data'),
  ]);
  expect([first, ...later]).toEqual([
    'first',
    'the second release',
    'the second release',
  ]);
});

test('a release that the store refuses outdates the one before it', async ({
  alone,
  origin,
}) => {
  // The store is left alone for a while after the first of them.
  const paths = ['/data', '/more'];
  for (const path of paths) {
    publish(origin, path, 'first');
    await alone.evaluate((url) => window.ask(window.cache, url), path);
    publish(origin, path, 'second');
  }
  const later = await alone.evaluate(async (urls) => {
    const prototype = IDBObjectStore.prototype;
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
    const put = prototype.put;
    prototype.put = function (value, key) {
      if (this.name === 'payloads')
        throw new DOMException('full', 'QuotaExceededError');
      return put.call(this, value, key);
    };
    const texts: string[] = [];
    for (const url of urls) {
      texts.push(await window.ask(window.cache, url, { cache: 'reload' }));
      texts.push(await window.ask(window.cache, url));
    }
    return texts;
  }, paths);
  expect(later).toEqual(['second', 'second', 'second', 'second']);
});

test('above maxAgeSeconds the origin is asked whether it is still right, by a later worker too', async ({
  alone,
  origin,
}) => {
  publish(origin, '/data', 'data');
  const age = async (ahead: number): Promise<string> =>
    await alone.evaluate(async (ms) => {
      const cache = new window.core.HealingCache({
        cacheName: 'aged',
        maxAgeSeconds: 60,
        now: () => Date.now() + ms,
      });
      return await window.ask(cache, '/data');
    }, ahead);
  await age(0);
  await alone.reload();
  await load(alone);
  await age(120_000);
  expect(
    origin.requests('/data').map(({ headers }) => headers['if-none-match']),
  ).toEqual([undefined, '"data"']);
});

for (const [name, drop] of Object.entries({
  'purge()': async () => await window.cache.purge({ all: true }),
  'delete()': async () => Number(await window.cache.delete('/data')),
}))
  test(`what ${name} dropped does not come back from the browser's own cache to a later worker`, async ({
    alone,
    origin,
  }) => {
    publish(origin, '/data', 'old');
    await alone.evaluate(() => window.ask(window.cache, '/data'));
    expect(await alone.evaluate(drop)).toBe(1);
    publish(origin, '/data', 'new');
    await alone.reload();
    await load(alone);
    const seen = await alone.evaluate(() => window.ask(window.cache, '/data'));
    expect(seen).toBe('new');
  });

/** Makes every drop fail, until `window.mend` is called. */
function breakDrops(): void {
  const prototype = IDBObjectStore.prototype;
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
  const own = prototype.delete;
  prototype.delete = () => {
    throw new DOMException('no', 'ConstraintError');
  };
  const mend = (): void => {
    prototype.delete = own;
  };
  Object.assign(window, { mend });
}

test('a 304 that comes behind a drop that failed does not bring back what was to go', async ({
  alone,
  origin,
}) => {
  const headers = { 'cache-control': 'max-age=0', etag: '"one"' };
  origin.answer('/data', { headers, body: 'one' });
  await alone.evaluate(() => window.ask(window.cache, '/data'));
  let validated = (): void => undefined;
  let release = (): void => undefined;
  const isAsked = new Promise<void>((resolve) => (validated = resolve));
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  origin.on('/data', async () => {
    validated();
    await isReleased;
    return { status: 304, headers: { ...headers, ...kept } };
  });
  const first = alone.evaluate(() => window.ask(window.cache, '/data'));
  await isAsked;
  await alone.evaluate(breakDrops);
  expect(await alone.evaluate(() => window.cache.delete('/data'))).toBe(false);
  release();
  expect(await first).toBe('one');
  publish(origin, '/data', 'two');
  const later = await alone.evaluate(async () => {
    (Reflect.get(window, 'mend') as () => void)();
    return await window.ask(window.cache, '/data');
  });
  expect(later).toBe('two');
});

test('a drop that failed is owed by every cache over the store', async ({
  alone,
  origin,
}) => {
  publish(origin, '/data', 'old');
  await alone.evaluate(() => window.ask(window.cache, '/data'));
  await alone.evaluate(breakDrops);
  await alone.evaluate(() =>
    window.ask(window.cache, '/data', { method: 'POST' }),
  );
  publish(origin, '/data', 'new');
  const later = await alone.evaluate(async () => {
    (Reflect.get(window, 'mend') as () => void)();
    const other = new window.core.HealingCache({ cacheName: 'alone' });
    return await window.ask(other, '/data');
  });
  expect(later).toBe('new');
});

test('delete() drops what is stored without credentials, and what answers for the URL', async ({
  alone,
  origin,
}) => {
  const headers = { ...kept, 'no-vary-search': 'params=("from")' };
  origin.answer('/data?from=1', { headers, body: 'data' });
  origin.answer('/open', { headers: kept, body: 'data' });
  const left = await alone.evaluate(async () => {
    await window.ask(window.cache, '/data?from=1');
    await window.ask(window.cache, '/open', { credentials: 'omit' });
    const before = (await window.cache.stats()).entries;
    await window.cache.delete('/data?from=2');
    await window.cache.delete('/open');
    return [before, (await window.cache.stats()).entries];
  });
  expect(left).toEqual([2, 0]);
});

test('purge({ url }) of a cache that ignores queries pays no attention to the query', async ({
  alone,
}) => {
  const purged = await alone.evaluate(async (headers) => {
    const cache = new window.core.HealingCache({
      cacheName: 'queries',
      matchOptions: { ignoreSearch: true },
    });
    await cache.put('/data?a=1', new Response('data', { headers }));
    return await cache.purge({ url: `${location.origin}/data?a=2` });
  }, kept);
  expect(purged).toBe(1);
});

test('a clock may tell fractions of a millisecond', async ({ alone }) => {
  const seen = await alone.evaluate(async (headers) => {
    const cache = new window.core.HealingCache({
      cacheName: 'fractions',
      now: () => Date.now() + 0.5,
    });
    await cache.put('/data', new Response('data', { headers }));
    cache.forget();
    const text = await (await cache.match('/data'))?.text();
    return [text, (await cache.stats()).heals];
  }, kept);
  expect(seen).toEqual(['data', 0]);
});

test('a stored part is not completed for a request with integrity', async ({
  alone,
  origin,
}) => {
  const headers = { ...kept, etag: '"one"' };
  origin.on('/lib', ({ headers: { range } }) =>
    range === 'bytes=0-2'
      ? {
          status: 206,
          headers: { ...headers, 'content-range': 'bytes 0-2/7' },
          body: 'rel',
        }
      : { headers, body: 'release' },
  );
  const seen = await alone.evaluate(async () => {
    const range = { headers: { range: 'bytes=0-2' } };
    const part = await window.ask(window.cache, '/lib', range);
    const integrity = `sha256-${btoa('not of these bytes at all, really')}`;
    const whole = window.ask(window.cache, '/lib', { integrity });
    return [part, await whole.catch((error: unknown) => Object(error).name)];
  });
  expect(seen).toEqual(['rel', 'TypeError']);
});

test('a part of what is stored has no digest of the whole', async ({
  alone,
}) => {
  const digests = await alone.evaluate(async (fields) => {
    const bytes = new TextEncoder().encode('data');
    const hash = await crypto.subtle.digest('SHA-256', bytes);
    const text = btoa(String.fromCharCode(...new Uint8Array(hash)));
    const headers = { ...fields, 'content-digest': `sha-256=:${text}:` };
    await window.cache.put('/data', new Response('data', { headers }));
    const told: (string | null)[] = [];
    for (const range of ['', 'bytes=1-2']) {
      const init = { headers: range ? { range } : {} };
      const answer = await window.cache.fetch('/data', init);
      told.push(`${answer.status}`, answer.headers.get('content-digest'));
    }
    return told;
  }, kept);
  expect(digests).toEqual([
    '200',
    expect.stringMatching(/^sha-256/),
    '206',
    null,
  ]);
});

test('what is dropped by No-Vary-Search is found, however often another URL of its path was stored', async ({
  alone,
  origin,
}) => {
  const headers = { ...kept, 'no-vary-search': 'params=("from")' };
  origin.answer('/data?from=1', { headers, body: 'data' });
  const left = await alone.evaluate(async (fields) => {
    await window.ask(window.cache, '/data?from=1');
    const other = (): Response => new Response('data', { headers: fields });
    for (let n = 0; n < 64; n++)
      await window.cache.put('/data?from=2', other());
    await window.cache.delete('/data?from=3');
    return (await window.cache.stats()).entries;
  }, headers);
  expect(left).toBe(0);
});
