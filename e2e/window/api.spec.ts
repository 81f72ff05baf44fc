import type * as Mendbox from '../../src/index.js';
import { expect, kept, test } from './alone.js';

test('fetch works in a page without any worker: forwarded once, then answered from the store', async ({
  alone,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  const seen = await alone.evaluate(async () => {
    const [first, done] = window.cache.handleAll({
      request: new Request('/a'),
    });
    const texts = [await (await first).text()];
    await done;
    const second = await window.cache.fetch('/a');
    texts.push(await second.text());
    return [...texts, second.headers.get('cache-status')];
  });
  expect(seen).toEqual([
    'data',
    'data',
    expect.stringMatching(/^mendbox; hit/),
  ]);
  expect(origin.requests('/a')).toHaveLength(1);
});

test('put stores what RFC 9111 allows, match finds it without the network, delete drops it', async ({
  alone,
  origin,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    const { cache } = window;
    const text = async (): Promise<string | undefined> =>
      (await cache.match('/put'))?.text();
    const secret = { headers: { 'cache-control': 'no-store' } };
    return [
      await text(),
      await cache.put('/put', new Response('secret', secret)),
      await text(),
      await cache.put('/put', new Response('data', { headers })),
      await text(),
      await cache.delete('/put'),
      await text(),
    ];
  }, kept);
  expect(seen).toEqual([
    undefined,
    false,
    undefined,
    true,
    'data',
    true,
    undefined,
  ]);
  expect(origin.requests('/put')).toHaveLength(0);
});

test('match never answers with what is broken, drops it and tells', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    const told: Partial<Mendbox.HealEvent>[] = [];
    const cache = new window.core.HealingCache({
      cacheName: 'matched',
      onHeal: ({ fault, outcome }) => void told.push({ fault, outcome }),
    });
    await cache.put('/a', new Response('data', { headers }));
    cache.forget();
    const key = new URL('/a', location.href).href;
    const pair = await window.bench.read(key, 'matched');
    const payload = { ...pair.payload, body: new ArrayBuffer(1) };
    await window.bench.write(key, 'matched', { ...pair, payload });
    return [await cache.match('/a'), (await cache.stats()).entries, told];
  }, kept);
  expect(seen).toEqual([
    undefined,
    0,
    [{ fault: 'length-mismatch', outcome: 'dropped' }],
  ]);
});

test('entries, stats and verify tell what is stored', async ({
  alone,
  origin,
}) => {
  const told = await alone.evaluate(async (headers) => {
    const { cache } = window;
    await cache.put('/a', new Response('data', { headers }));
    const entries: Mendbox.EntryInfo[] = [];
    for await (const entry of cache.entries()) entries.push(entry);
    return [entries, await cache.stats(), await cache.verify()] as const;
  }, kept);
  expect(told).toEqual([
    [
      expect.objectContaining({
        url: `${origin.url}/a`,
        status: 200,
        bytes: 4,
        type: 'text/plain',
      }),
    ],
    expect.objectContaining({ state: 'ready', entries: 1, bytes: 4 }),
    expect.objectContaining({ checked: 1, bytes: 4, broken: [] }),
  ]);
});

test('a neighbour over the same store does not keep what was healed from being stored', async ({
  alone,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  const stored = await alone.evaluate(async () => {
    const { cache } = window;
    // It hears of the drop on a channel of its own.
    void new window.core.HealingCache({ cacheName: 'alone' });
    await cache.warm(['/a']);
    const key = new URL('/a', location.href).href;
    const pair = await window.bench.read(key, 'alone');
    const payload = { ...pair.payload, body: new ArrayBuffer(1) };
    await window.bench.write(key, 'alone', { ...pair, payload });
    cache.forget();
    const [answer, done] = cache.handleAll({ request: new Request('/a') });
    const status = (await answer).headers.get('cache-status');
    await (await answer).text();
    await done;
    return [status, (await cache.stats()).entries];
  });
  expect(stored).toEqual([
    expect.stringContaining('healed-length-mismatch'),
    1,
  ]);
});

test('forget() makes every cache over the same store read it again', async ({
  alone,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  const status = await alone.evaluate(async () => {
    const other = new window.core.HealingCache({ cacheName: 'alone' });
    await other.warm(['/a']);
    const key = new URL('/a', location.href).href;
    const pair = await window.bench.read(key, 'alone');
    const payload = { ...pair.payload, body: new ArrayBuffer(1) };
    await window.bench.write(key, 'alone', { ...pair, payload });
    window.cache.forget();
    return (await other.fetch('/a')).headers.get('cache-status');
  });
  expect(status).toContain('healed-length-mismatch');
});

test('close leaves every request to the network, and destroy deletes the database', async ({
  alone,
  origin,
}) => {
  origin.answer('/a', { headers: kept, body: 'data' });
  const left = await alone.evaluate(async () => {
    const { cache } = window;
    await cache.warm(['/a']);
    const before = (await indexedDB.databases()).map(({ name }) => name);
    cache.close();
    const text = await (await cache.fetch('/a')).text();
    await cache.destroy();
    const after = (await indexedDB.databases()).map(({ name }) => name);
    return { before, text, after };
  });
  expect(left).toEqual({ before: ['alone'], text: 'data', after: [] });
  expect(origin.requests('/a')).toHaveLength(2);
});

test('destroy says what to do where somebody else holds the database open', async ({
  alone,
}) => {
  const said = await alone.evaluate(async () => {
    const cache = new window.core.HealingCache({
      cacheName: 'held',
      storageTimeoutMs: 100,
    });
    await cache.stats();
    await new Promise((resolve) => {
      indexedDB.open('held').addEventListener('success', resolve);
    });
    return cache.destroy().catch(String);
  });
  expect(said).toMatch(
    /the database "held" could not be deleted; another page/,
  );
});

test('a write gets its turn, however many lookups follow one another', async ({
  alone,
}) => {
  const seen = await alone.evaluate(async (headers) => {
    const cache = new window.core.HealingCache({
      cacheName: 'busy',
      memoryBytes: 0,
      storageTimeoutMs: 3_000,
    });
    await cache.put('/old', new Response('old', { headers }));
    const over = new AbortController();
    const lookUp = async (): Promise<void> => {
      while (!over.signal.aborted) await cache.match('/old');
    };
    const busy = [lookUp(), lookUp(), lookUp()];
    const stored = await cache.put('/new', new Response('new', { headers }));
    over.abort();
    await Promise.all(busy);
    return [stored, await (await cache.match('/new'))?.text()];
  }, kept);
  expect(seen).toEqual([true, 'new']);
});

/** Each with what is said of it. */
const WRONG: readonly (readonly [options: string, said: RegExp])[] = [
  [
    '{ maxBytes: "much" }',
    /"maxBytes" of new HealingCache\(\) takes a finite number of bytes, 0 or more, not "much"$/,
  ],
  ['{ maxBytes: Infinity }', /"maxBytes" .* not Infinity$/],
  ['{ memoryBytes: -1 }', /"memoryBytes" .* not -1$/],
  ['{ memoryBytes: Infinity }', /"memoryBytes" .* not Infinity$/],
  ['{ memoryBytes: NaN }', /"memoryBytes" .* not NaN$/],
  [
    '{ maxEntries: 1.5 }',
    /"maxEntries" .* a whole number, 0 or more, not 1.5$/,
  ],
  ['{ maxAgeSeconds: null }', /"maxAgeSeconds" .* not null$/],
  [
    '{ storageTimeoutMs: 0 }',
    /"storageTimeoutMs" .* takes a number above 0, not 0$/,
  ],
  ['{ mode: "fast" }', /"mode" .* takes http, cache-first, .*, not "fast"$/],
  [
    '{ matchOptions: { ignoreVary: true } }',
    /"matchOptions" .* takes an object with ignoreSearch and nothing else/,
  ],
  ['{ onHeal: "me" }', /"onHeal" .* takes a function, not "me"$/],
  [
    '{ cacheName: "" }',
    /"cacheName" .* takes a string that is not empty, not ""$/,
  ],
  [
    '{ maxSize: 1 }',
    /new HealingCache\(\) has no option "maxSize"; the options are .*maxBytes, /,
  ],
  ['{ max_entries: 1 }', /has no option "max_entries", but "maxEntries"; /],
  ['{ maxEntires: 1 }', /has no option "maxEntires", but "maxEntries"; /],
  ['{ maxAge: 1 }', /has no option "maxAge", but "maxAgeSeconds"; /],
  [
    '{ match() {} }',
    /no option "match", which is one of install\(\) in mendbox\/worker;/,
  ],
  [
    '{ plugins: [] }',
    /no option "plugins", which is one of HealingStrategy in mendbox\/workbox;/,
  ],
  ['"api"', /takes an object of options, not "api"$/],
  ['null', /takes an object of options, not null$/],
];

for (const [options, said] of WRONG)
  test(`a wrong option is a TypeError that says what, where and what to do: ${options}`, async ({
    alone,
  }) => {
    const message = await alone.evaluate((text) => {
      try {
        // oxlint-disable-next-line no-implied-eval -- the test's own text
        const given = new Function(`return ${text}`)() as object;
        void new window.core.HealingCache(given);
        return 'taken';
      } catch (error) {
        return String(error);
      }
    }, options);
    expect(message).toMatch(/^TypeError: mendbox: /);
    expect(message).toMatch(said);
  });

test('a call with a wrong argument rejects, says what it takes, and drops nothing', async ({
  alone,
}) => {
  const { said, left } = await alone.evaluate(async (headers) => {
    const { cache } = window;
    await cache.put('/put', new Response('data', { headers }));
    const wrong: Promise<unknown>[] = [
      cache.purge('/' as never),
      cache.purge({ urls: ['/'] } as never),
      cache.purge({ all: 'true' } as never),
      cache.purge({}),
      cache.purge({ url: '' }),
      cache.verify({ repair: 'soon' } as never),
      cache.verify({ budgetMs: 'number' } as never),
      cache.verify('all' as never),
      cache.warm('/put'),
      cache.warm({} as never),
      cache.put('/put', 'data' as never),
    ];
    const told = wrong.map((made) => made.catch(String));
    return { said: await Promise.all(told), left: await cache.stats() };
  }, kept);
  const filters =
    'purge() takes { url: string, prefix: string, pattern: RegExp, tag: string, partition: string, all: true }, not';
  const options =
    'verify() takes { repair: boolean, repair: "refetch", budgetMs: number, from: string }, not';
  expect(said).toEqual([
    `TypeError: mendbox: ${filters} String`,
    `TypeError: mendbox: ${filters} urls: object`,
    `TypeError: mendbox: ${filters} all: string`,
    'TypeError: mendbox: the filter of purge() needs a condition',
    0,
    `TypeError: mendbox: ${options} repair: string`,
    `TypeError: mendbox: ${options} budgetMs: string`,
    `TypeError: mendbox: ${options} String`,
    'TypeError: mendbox: warm() takes a list of URLs, not "/put"',
    'TypeError: mendbox: warm() takes a list of URLs, not a kind of object',
    'TypeError: mendbox: put() takes a Response, not "data"',
  ]);
  expect(left.entries).toBe(1);
});

for (const [callback, said] of [
  ['bypass: () => { throw new Error("on purpose"); }', /on purpose/],
  ['partition: () => { throw new Error("on purpose"); }', /on purpose/],
  [
    'partition: () => undefined',
    /"partition" must return .* not undefined; http.*\/a is not cached/,
  ],
  [
    'partition: async () => "me"',
    /"partition" must return .* not a kind of object/,
  ],
] as const)
  for (const method of ['GET', 'POST'])
    test(`a callback that goes wrong is told and fails no ${method}: ${callback}`, async ({
      alone,
      origin,
    }) => {
      origin.answer('/a', { headers: kept, body: 'data' });
      const seen = await alone.evaluate(
        async ([text, how]) => {
          const told: string[] = [];
          self.addEventListener('error', ({ message }) => told.push(message));
          // oxlint-disable-next-line no-implied-eval -- the test's own text
          const options = new Function(`return { ${text} }`)() as object;
          const cache = new window.core.HealingCache(options);
          const answer = await cache.fetch('/a', { method: how });
          return [await answer.text(), told, (await cache.stats()).entries];
        },
        [callback, method] as const,
      );
      expect(seen).toEqual(['data', [expect.stringMatching(said)], 0]);
      expect(origin.requests('/a').map((each) => each.method)).toEqual([
        method,
      ]);
    });
