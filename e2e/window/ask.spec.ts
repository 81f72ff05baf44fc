import type { HealEvent } from '../../src/fault.js';
import { expect, load, test } from './window.js';

const fresh = { 'cache-control': 'max-age=600', 'content-type': 'text/plain' };

test.describe('a page under the worker', () => {
  test.beforeEach(async ({ app, origin }) => {
    await load(app.page);
    origin.answer('/a/1', { headers: fresh, body: 'one' });
    origin.answer('/a/2', { headers: fresh, body: 'two' });
    origin.answer('/b/1', { headers: { 'cache-control': 'no-store' } });
  });

  test('warms, lists, verifies and purges', async ({ app, origin }) => {
    const { page } = app;
    const forbidden = `${origin.url}/b/1`;
    const unreachable = 'http://127.0.0.1:1/';
    const { stored, failed, reasons } = await page.evaluate(
      (url) => window.mendbox.warm(['/a/1', '/a/2', '/b/1', url]),
      unreachable,
    );
    expect(stored).toBe(2);
    expect(failed.toSorted()).toEqual([unreachable, forbidden].toSorted());
    expect(reasons).toEqual({
      [forbidden]: 'status 200, mendbox; fwd=uri-miss; fwd-status=200',
      [unreachable]: expect.stringMatching(/^TypeError: /),
    });

    const entries = await page.evaluate(() => window.mendbox.entries());
    expect(entries.map(({ url, bytes }) => [url, bytes])).toEqual([
      [`${origin.url}/a/1`, 3],
      [`${origin.url}/a/2`, 3],
    ]);

    const report = await page.evaluate(() => window.mendbox.verify());
    expect(report).toMatchObject({ checked: 2, broken: [] });

    const prefix = `${origin.url}/a/`;
    const dropped = await page.evaluate(
      (given) => window.mendbox.purge({ prefix: given }),
      prefix,
    );
    expect(dropped).toBe(2);
    expect(await app.keys()).toEqual([]);
  });

  test('purges what meets every condition, whatever the pattern matched before', async ({
    app,
    origin,
  }) => {
    const { page } = app;
    const dropped = await page.evaluate(async (base) => {
      const { purge, warm } = window.mendbox;
      await warm(['/a/1', '/a/2']);
      const prefix = `${base}/a/`;
      return [
        await purge({ prefix, pattern: /\/b/ }),
        await purge({ prefix, pattern: /\/[12]$/g }),
      ];
    }, origin.url);
    expect(dropped).toEqual([0, 2]);
  });

  test('hears each healing once, though it is told twice', async ({ app }) => {
    const { page } = app;
    await app.store('/a/1');
    await page.evaluate(() => {
      const heard: HealEvent[] = [];
      const stop = window.mendbox.onHeal((event) => heard.push(event));
      Object.assign(window, { heard, stop });
    });
    await app.damage('/a/1', (pair) => {
      pair.payload = { ...pair.payload, body: new ArrayBuffer(1) };
    });
    await page.evaluate(() => window.mendbox.forget());
    const { text } = await app.fetch('/a/1');
    expect(text).toBe('one');
    await expect.poll(() => app.heals()).toHaveLength(1);
    await expect.poll(() => app.told()).toHaveLength(1);
    const heard = await page.evaluate(
      () => (window as unknown as { heard: HealEvent[] }).heard,
    );
    expect(heard).toEqual(await app.told());
  });

  test('is told what is wrong with an argument, and what is taken', async ({
    app,
  }) => {
    const { page } = app;
    const filters =
      'mendbox: purge() takes { url: string, prefix: string, pattern: RegExp, tag: string, partition: string, all: true }, not';
    const said = await page.evaluate(async () => {
      const { clear, entries, purge, stats, verify, warm } = window.mendbox;
      const wrong: Promise<unknown>[] = [
        purge('/' as never),
        purge(['/'] as never),
        purge(undefined as never),
        purge({ pattern: 'a' } as never),
        purge({ urls: ['/'] } as never),
        purge({ all: false } as never),
        purge({ all: 'true' } as never),
        clear(null as never),
        verify({ repair: 'soon' } as never),
        warm('/a/1'),
        warm(undefined as never),
        stats({ timeout: 1 } as never),
        entries('api' as never),
        warm([], { onProgress: 1 } as never),
      ];
      return Promise.all(wrong.map((made) => made.then(() => 'taken', String)));
    });
    const takes =
      'takes { timeoutMs: number, cacheName: string, onProgress: function }, not';
    expect(said).toEqual([
      `Error: ${filters} String`,
      `Error: ${filters} Array`,
      `Error: ${filters} undefined`,
      `Error: ${filters} pattern: string`,
      `Error: ${filters} urls: object`,
      `Error: ${filters} all: boolean`,
      `Error: ${filters} all: string`,
      `Error: ${filters} partition: object`,
      'Error: mendbox: verify() takes { repair: boolean, repair: "refetch", budgetMs: number, from: string }, not repair: string',
      'Error: mendbox: warm() takes a list of URLs',
      'Error: mendbox: warm() takes a list of URLs',
      `TypeError: mendbox: stats() ${takes} timeout: number`,
      `TypeError: mendbox: entries() ${takes} String`,
      `TypeError: mendbox: warm() ${takes} onProgress: number`,
    ]);
    // An empty filter must never mean everything.
    for (const filter of [{}, { url: undefined as never }])
      await expect(
        page.evaluate((given) => window.mendbox.purge(given), filter),
      ).rejects.toThrow('the filter of purge() needs a condition');
    await expect(app.ask('dance')).rejects.toThrow('different versions');
  });

  test('purges URLs and prefixes that are relative to the page', async ({
    app,
  }) => {
    const dropped = await app.page.evaluate(async () => {
      const { purge, warm } = window.mendbox;
      await warm(['/a/1', '/a/2']);
      return [await purge({ url: 'a/1' }), await purge({ prefix: '/a' })];
    });
    expect(dropped).toEqual([1, 1]);
  });

  test('is told that a listener must be a function', async ({ app }) => {
    for (const name of ['onHeal', 'onSkew'] as const)
      await expect(
        app.page.evaluate((on) => window.mendbox[on]('x' as never), name),
      ).rejects.toThrow('TypeError: mendbox: onHeal() and onSkew() take a');
  });

  test('leaves no timer behind', async ({ app }) => {
    const left = await app.page.evaluate(async () => {
      const timers = new Set<unknown>();
      const set = setTimeout.bind(window);
      const clear = clearTimeout.bind(window);
      Object.assign(window, {
        setTimeout(...given: Parameters<typeof set>): unknown {
          const timer = set(...given);
          timers.add(timer);
          return timer;
        },
        clearTimeout(timer: ReturnType<typeof set>): void {
          timers.delete(timer);
          clear(timer);
        },
      });
      const asked = window.mendbox.stats();
      const before = timers.size;
      await asked;
      return [before, timers.size];
    });
    expect(left).toEqual([2, 0]);
  });

  test("may use Workbox's messages", async ({ app }) => {
    const { page } = app;
    const replied = await page.evaluate(async () => {
      const urlsToCache = ['/a/1', ['/a/2', {}]];
      const message = { type: 'CACHE_URLS', payload: { urlsToCache } };
      const { port1, port2 } = new MessageChannel();
      navigator.serviceWorker.controller?.postMessage(message, [port2]);
      return await new Promise((resolve) => {
        port1.addEventListener('message', ({ data }) => resolve(data));
        port1.start();
      });
    });
    expect(replied).toBe(true);
    expect(await app.keys()).toEqual([app.key('/a/1'), app.key('/a/2')]);
  });

  test('unregisters it', async ({ app }) => {
    const [first, second] = await app.page.evaluate(async () => [
      await window.mendbox.unregister(),
      await window.mendbox.unregister(),
    ]);
    expect([first, second]).toEqual([true, false]);
  });
});

test('an ask without a worker fails in plain words', async ({ bare }) => {
  const asked = bare.evaluate(() => window.mendbox.stats({ timeoutMs: 50 }));
  await expect(asked).rejects.toThrow(
    "mendbox: no worker is active for this page to answer 'stats'.",
  );
});

test('verify and warm without a worker give up when stats does', async ({
  bare,
}) => {
  await bare.clock.install();
  const asked = bare.evaluate(() => {
    const { stats, verify, warm } = window.mendbox;
    const all = [stats(), verify(), warm(['/a'])].map((made) =>
      (made as Promise<unknown>).catch(String),
    );
    return Promise.all(all);
  });
  // The clock is run only once the asks have set their timers.
  await bare.evaluate(() => undefined);
  await bare.clock.runFor(10_000);
  expect(await asked).toEqual(
    ['stats', 'verify', 'warm'].map((name) =>
      expect.stringContaining(`to answer '${name}'`),
    ),
  );
});

test('an ask of a worker without mendbox fails in plain words', async ({
  bare,
  origin,
}) => {
  const headers = { 'content-type': 'text/javascript' };
  origin.answer('/other.js', { headers });
  const asked = bare.evaluate(async () => {
    const worker = await window.mendbox.register('/other.js');
    await navigator.serviceWorker.ready;
    return worker.registered && window.mendbox.stats({ timeoutMs: 50 });
  });
  await expect(asked).rejects.toThrow(
    `mendbox: ${origin.url}/other.js did not answer 'stats' in 50 ms.`,
  );
});
