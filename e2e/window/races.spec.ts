import { bundledGlobal } from '../own-worker.js';
import { expect, kept, test } from './alone.js';

// What must not be answered any more is not, whatever was under way when it became so.

test('what is dropped while a new worker reads ahead is not remembered', async ({
  alone,
  origin,
}) => {
  origin.answer('/19', { headers: kept, body: 'new' });
  const seen = await alone.evaluate(async (headers) => {
    const { HealingCache } = window.core;
    const paths = Array.from({ length: 20 }, (_, n) => `/${n}`);
    const last = new HealingCache({ cacheName: 'ahead' });
    for (const path of paths)
      await last.put(path, new Response('old', { headers }));
    const keys = paths.map((path) => new URL(path, location.href).href);
    await new Promise<void>((resolve) => {
      indexedDB.open('ahead').addEventListener('success', (event) => {
        const { result } = event.target as IDBOpenDBRequest;
        const change = result.transaction('meta', 'readwrite');
        change.objectStore('meta').put(keys, 'ahead');
        change.addEventListener('complete', () => {
          result.close();
          resolve();
        });
      });
    });
    last.close();
    // Only a service worker reads ahead.
    Object.assign(window, { ServiceWorkerGlobalScope: undefined });
    const cache = new HealingCache({ cacheName: 'ahead' });
    const prototype = IDBObjectStore.prototype;
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
    const read = prototype.getAll;
    const dropped = new Promise((resolve) => {
      let reads = 0;
      prototype.getAll = function (...given: Parameters<typeof read>) {
        if (++reads === 4) resolve(cache.delete('/19'));
        return read.apply(this, given);
      };
    });
    const isDropped = await dropped;
    return [isDropped, await (await cache.fetch('/19')).text()];
  }, kept);
  expect(seen).toEqual([true, 'new']);
});

test('what verify() fetches anew is not stored when a POST outdated it meanwhile', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const cache = new window.core.HealingCache({
      cacheName: 'verified',
      fetch: async (input) => {
        if (input instanceof Request && input.method === 'POST')
          return new Response('changed');
        asked();
        await gate;
        return new Response('old', { headers });
      },
    });
    await cache.put('/a', new Response('old', { headers }));
    const key = new URL('/a', location.href).href;
    const pair = await window.bench.read(key, 'verified');
    const payload = { ...pair.payload, body: new ArrayBuffer(1) };
    await window.bench.write(key, 'verified', { ...pair, payload });
    const report = cache.verify({ repair: 'refetch' });
    await isAsked;
    await cache.fetch('/a', { method: 'POST', body: 'x' });
    open();
    await report;
    return await (await cache.match('/a'))?.text();
  }, kept);
  expect(seen).toBeUndefined();
});

test('after the clock was set back a newer response takes the place of the older one', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    let ahead = 86_400_000;
    const cache = new window.core.HealingCache({
      cacheName: 'clock',
      now: () => Date.now() + ahead,
    });
    await cache.put('/a', new Response('old', { headers }));
    ahead = 0;
    const stored = await cache.put('/a', new Response('new', { headers }));
    return [stored, await (await cache.match('/a'))?.text()];
  }, kept);
  expect(seen).toEqual([true, 'new']);
});

test('what was used before the clock was set back makes room for what is used now', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    let ahead = 10 * 365 * 86_400_000;
    const cache = new window.core.HealingCache({
      cacheName: 'ahead',
      maxEntries: 3,
      now: () => Date.now() + ahead,
    });
    const put = (url: string): Promise<boolean> =>
      cache.put(url, new Response('data', { headers }));
    for (const url of ['/1', '/2', '/3']) await put(url);
    ahead = 0;
    cache.forget();
    const [response, behind] = cache.handleAll({
      request: new Request('/1', { cache: 'force-cache' }),
    });
    await response;
    await behind;
    for (const url of ['/4', '/5']) await put(url);
    const paths: string[] = [];
    for await (const { url } of cache.entries())
      paths.push(new URL(url).pathname);
    return paths;
  }, kept);
  expect(seen).toEqual(['/1', '/4', '/5']);
});

test('the sums stay right where caches over one store write in turns', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    const { HealingCache } = window.core;
    const one = new HealingCache({ cacheName: 'turns' });
    const other = new HealingCache({ cacheName: 'turns' });
    for (const url of ['/1', '/2', '/3', '/4']) {
      await one.put(url, new Response('data', { headers }));
      await other.put(`${url}?`, new Response('more data', { headers }));
    }
    await one.delete('/1');
    await other.put('/5', new Response('data', { headers }));
    const { entries, bytes } = await one.stats();
    const { drift } = await other.verify();
    return { entries, bytes, drift };
  }, kept);
  expect(seen).toEqual({
    entries: 8,
    bytes: 4 * 4 + 4 * 9,
    drift: { bytes: 0, entries: 0 },
  });
});

test('a store of twenty thousand entries is emptied by a few deletions', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    const options = { cacheName: 'many', storageTimeoutMs: 30_000 };
    const cache = new window.core.HealingCache(options);
    await cache.put('/a', new Response('data', { headers }));
    await new Promise<void>((resolve) => {
      indexedDB.open('many').addEventListener('success', (event) => {
        const { result } = event.target as IDBOpenDBRequest;
        const change = result.transaction('policies', 'readwrite');
        const policies = change.objectStore('policies');
        for (let n = 1; n < 20_000; n++) policies.put({}, `https://a/${n}`);
        change.addEventListener('complete', () => {
          result.close();
          resolve();
        });
      });
    });
    let deletions = 0;
    const prototype = IDBObjectStore.prototype;
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
    const own = prototype.delete;
    prototype.delete = function (key) {
      deletions++;
      return own.call(this, key);
    };
    const dropped = await cache.clear();
    const { entries } = await cache.stats();
    return { dropped, entries, isFew: deletions > 0 && deletions < 10 };
  }, kept);
  expect(seen).toEqual({ dropped: 20_000, entries: 0, isFew: true });
});

test('what a POST outdates by its group, and nothing else, is gone while a large store is looked through', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    let text = 'old';
    // It has time for what is stored before, and looks on the disk at what is left.
    const patient = new window.core.HealingCache({
      cacheName: 'groups',
      memoryBytes: 0,
    });
    const cache = new window.core.HealingCache({
      cacheName: 'groups',
      // Less than the walk takes.
      storageTimeoutMs: 40,
      fetch: () => {
        const groups =
          text === 'old'
            ? { 'cache-groups': '"a"' }
            : { 'cache-group-invalidation': '"a"' };
        return Promise.resolve(
          new Response(text, { headers: { ...headers, ...groups } }),
        );
      },
    });
    const fetched = async (init?: RequestInit): Promise<string> =>
      (await cache.fetch('/a', init)).text();
    await patient.put('/a', await cache.fetch('/a'));
    await patient.put('/other', new Response('other', { headers }));
    await new Promise<void>((resolve) => {
      indexedDB.open('groups').addEventListener('success', (event) => {
        const { result } = event.target as IDBOpenDBRequest;
        const change = result.transaction('policies', 'readwrite');
        const policies = change.objectStore('policies');
        for (let n = 1; n < 5_000; n++) policies.put({}, `https://a/${n}`);
        change.addEventListener('complete', () => {
          result.close();
          resolve();
        });
      });
    });
    const before = await fetched();
    text = 'new';
    const request = new Request('/b', { method: 'POST' });
    const [answer, done] = cache.handleAll({ request });
    await answer;
    const during = await fetched();
    await done;
    return [before, during, await (await patient.match('/other'))?.text()];
  }, kept);
  expect(seen).toEqual(['old', 'new', 'other']);
});

test('match answers with nothing that is older than maxAgeSeconds', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    let ahead = 0;
    const cache = new window.core.HealingCache({
      cacheName: 'aged',
      maxAgeSeconds: 60,
      now: () => Date.now() + ahead,
    });
    await cache.put('/a', new Response('data', { headers }));
    const young = await (await cache.match('/a'))?.text();
    ahead = 120_000;
    return [young, await (await cache.match('/a'))?.text()];
  }, kept);
  expect(seen).toEqual(['data', undefined]);
});

test('a page that is no secure context gets what its integrity metadata asks for', async ({
  alone,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  const seen = await alone.evaluate(async () => {
    const bytes = new TextEncoder().encode('data');
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    const text = btoa(String.fromCharCode(...new Uint8Array(digest)));
    Object.defineProperty(crypto, 'subtle', { value: undefined });
    const integrity = `sha256-${text}`;
    await window.cache.warm(['/a']);
    return await (await window.cache.fetch('/a', { integrity })).text();
  });
  expect(seen).toBe('data');
});

test('what another page clears is not stored by a request that was under way', async ({
  alone,
}) => {
  const script = await bundledGlobal('core');
  const seen = await alone.evaluate(
    async ([code, headers]) => {
      const cacheName = 'shared';
      let answer: (response: Response) => void = () => undefined;
      const answered = new Promise<Response>((resolve) => (answer = resolve));
      let send: () => void = () => undefined;
      const sent = new Promise<void>((resolve) => (send = resolve));
      const fetch = async (): Promise<Response> => {
        send();
        return answered;
      };
      const cache = new window.core.HealingCache({ cacheName, fetch });
      const [response, done] = cache.handleAll({ request: '/mine' });
      // What is sent behind the clearing may be stored.
      await sent;
      // Made after the cache's own, it hears what is told after it.
      const told = new Promise((resolve) =>
        new BroadcastChannel(`mendbox-store:${cacheName}`).addEventListener(
          'message',
          resolve,
        ),
      );
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const other = frame.contentWindow as Window & typeof globalThis;
      const element = other.document.createElement('script');
      element.textContent = code;
      other.document.head.append(element);
      await new other.core.HealingCache({ cacheName }).clear();
      await told;
      answer(new Response('mine', { headers }));
      const text = await (await response).text();
      await done;
      return [text, await (await cache.match('/mine'))?.text()];
    },
    [script, kept] as const,
  );
  expect(seen).toEqual(['mine', undefined]);
});
