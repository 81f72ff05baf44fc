import { expect, isHit, test, type App } from '../fixtures.js';
import { noise, sha256, type Answer } from '../origin.js';

// Databases that are not as ours: half made, somebody else's, or edited by hand.

const body = noise('shapes', 2_000);
const fresh: Answer = {
  headers: { 'cache-control': 'max-age=3600', etag: '"shapes"' },
  body,
};

/** Runs in the page: opens a database, a version higher if there is one, and lets a function make its stores. */
async function upgraded(
  app: App,
  stores: (database: IDBDatabase, transaction: IDBTransaction) => void,
): Promise<void> {
  await app.page.evaluate(async (text) => {
    // oxlint-disable-next-line no-implied-eval -- the row's own text
    const change = new Function(`return (${text})`)() as typeof stores;
    const opened = (version?: number): Promise<IDBDatabase> =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('mendbox', version);
        request.addEventListener('upgradeneeded', () => {
          if (version === undefined || !request.transaction) return;
          change(request.result, request.transaction);
        });
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(request.error));
      });
    const first = await opened();
    first.close();
    const second = await opened(first.version + 1);
    second.close();
  }, stores.toString());
}

const shapes: readonly {
  readonly name: string;
  readonly id: string;
  readonly make: (database: IDBDatabase) => void;
}[] = [
  {
    id: 'B13',
    name: 'no stores',
    make: () => undefined,
  },
  {
    id: 'B13',
    name: 'one of our stores',
    make: (database) => {
      database.createObjectStore('policies');
    },
  },
  {
    id: 'B13',
    name: 'our stores without the index by last use',
    make: (database) => {
      for (const name of ['policies', 'payloads', 'meta'])
        database.createObjectStore(name);
    },
  },
  {
    id: 'B13',
    name: 'our stores with keys inside their records',
    make: (database) => {
      const options = { keyPath: 'key' };
      const policies = database.createObjectStore('policies', options);
      policies.createIndex('used', 'used');
      for (const name of ['payloads', 'meta'])
        database.createObjectStore(name, options);
    },
  },
  {
    id: 'B22',
    name: 'our stores and two more',
    make: (database) => {
      database.createObjectStore('policies').createIndex('used', 'used');
      for (const name of ['payloads', 'meta', 'notes', 'drafts'])
        database.createObjectStore(name);
    },
  },
];

async function get(app: App, at: string): Promise<string> {
  const got = await app.fetch(at);
  expect(got.error).toBeUndefined();
  expect(got.sha256).toBe(sha256(body));
  return got.headers['cache-status'] ?? '';
}

/** What is fetched is stored, and answers from the disk. */
async function expectStored(app: App, at: string): Promise<void> {
  const again = async (): Promise<string> => {
    await app.ask('forget');
    return await get(app, at);
  };
  await expect.poll(again).toMatch(isHit);
}

const indexes = (app: App): Promise<string[]> =>
  app.page.evaluate(
    () =>
      new Promise((resolve) => {
        const open = indexedDB.open('mendbox');
        open.addEventListener('success', () => {
          const transaction = open.result.transaction('policies');
          const { indexNames } = transaction.objectStore('policies');
          open.result.close();
          resolve([...indexNames]);
        });
      }),
  );

for (const { id, name, make } of shapes) {
  test(`${id}: a database of our name with ${name} stores and answers`, async ({
    idle: app,
    origin,
  }) => {
    origin.answer('/thing', fresh);
    await app.page.goto(`${origin.url}/`);
    await upgraded(app, make);
    await app.control();
    await get(app, '/thing');
    await expectStored(app, '/thing');
    expect(await indexes(app)).toEqual(['used']);
    // One of ours that is half made is made anew, which is told; somebody else's is left alone.
    const told = (await app.heals()).map(({ fault }) => fault);
    expect(told).toEqual(id === 'B13' ? ['store-lost'] : []);
  });
}

test("I7, B13: a database of our name that is somebody else's keeps what it holds, and the cache works beside it", async ({
  idle: app,
  origin,
}) => {
  origin.answer('/thing', fresh);
  await app.page.goto(`${origin.url}/`);
  await upgraded(app, (database, transaction) => {
    database.createObjectStore('letters');
    transaction.objectStore('letters').put('Dear reader', 1);
  });
  await app.control();
  await get(app, '/thing');
  await expectStored(app, '/thing');
  const letter = await app.page.evaluate(
    () =>
      new Promise((resolve) => {
        const open = indexedDB.open('mendbox');
        open.addEventListener('success', () => {
          const request = open.result
            .transaction('letters')
            .objectStore('letters')
            .get(1);
          request.addEventListener('success', () => resolve(request.result));
        });
      }),
  );
  expect(letter).toBe('Dear reader');
});

/** Changes what a store holds, in the page. */
async function edit(
  app: App,
  store: string,
  change: (target: IDBObjectStore) => void,
): Promise<void> {
  await app.page.evaluate(
    ([name, text]) =>
      new Promise<void>((resolve) => {
        // oxlint-disable-next-line no-implied-eval -- the row's own text
        const harm = new Function(`return (${text})`)() as typeof change;
        const open = indexedDB.open('mendbox');
        open.addEventListener('success', () => {
          const transaction = open.result.transaction(name, 'readwrite');
          harm(transaction.objectStore(name));
          transaction.addEventListener('complete', () => {
            open.result.close();
            resolve();
          });
        });
      }),
    [store, change.toString()] as const,
  );
}

const notes: readonly {
  readonly name: string;
  readonly damage: (meta: IDBObjectStore) => void;
}[] = [
  {
    name: 'sums far above the budget',
    damage: (meta) => meta.put({ bytes: 2 ** 52, entries: 2 ** 52 }, 'totals'),
  },
  {
    name: 'sums below nothing',
    damage: (meta) => meta.put({ bytes: -5, entries: NaN }, 'totals'),
  },
  {
    name: 'a word for sums',
    damage: (meta) => meta.put('plenty', 'totals'),
  },
  {
    name: 'a Map for sums',
    damage: (meta) => meta.put(new Map([['bytes', 1]]), 'totals'),
  },
  {
    name: 'null for sums and for what is read ahead',
    damage: (meta) => {
      meta.put(null, 'totals');
      meta.put(null, 'ahead');
    },
  },
  {
    name: 'all sorts of things to read ahead',
    damage: (meta) => meta.put([1, {}, null, '', 'x'.repeat(1e6)], 'ahead'),
  },
  {
    name: 'a hundred thousand URLs to read ahead',
    damage: (meta) =>
      meta.put(
        Array.from({ length: 100_000 }, (_, n) => `https://a.example/${n}`),
        'ahead',
      ),
  },
];

for (const { name, damage } of notes) {
  test(`B22: notes that hold ${name} harm nothing, and are counted anew`, async ({
    app,
    origin,
  }) => {
    for (const at of ['/one', '/two', '/three']) origin.answer(at, fresh);
    for (const at of ['/one', '/two']) {
      await get(app, at);
      await app.settled(at);
    }
    await edit(app, 'meta', damage);
    await app.restartWorker();
    await get(app, '/three');
    await expectStored(app, '/three');
    for (const at of ['/one', '/two'])
      expect(await get(app, at), at).toMatch(isHit);
    await expect
      .poll(() => app.stats())
      .toMatchObject({ entries: 3, bytes: 6_000 });
    expect(await app.heals()).toEqual([]);
  });
}

test('B22: records under keys that are no strings disturb nobody, and go when everything goes', async ({
  app,
  origin,
}) => {
  for (const at of ['/thing', '/thing?a=1']) origin.answer(at, fresh);
  await get(app, '/thing');
  await app.settled('/thing');
  const strange = (store: IDBObjectStore): void => {
    for (const key of [7, new Date(0), ['a', 1], new Uint8Array([1])])
      store.put({ used: 1, length: 9 }, key);
  };
  await edit(app, 'policies', strange);
  await edit(app, 'payloads', strange);
  await app.restartWorker();
  expect(await get(app, '/thing')).toMatch(isHit);
  // What is stored of its path is searched for a rule of No-Vary-Search.
  expect(await get(app, '/thing?a=1')).not.toMatch(isHit);
  await app.settled('/thing?a=1');
  expect(await app.ask('verify', { options: {} })).toMatchObject({
    readable: true,
    checked: 2,
    broken: [],
  });
  expect(await app.ask<object[]>('entries')).toHaveLength(2);
  expect(await app.ask('purge', { filter: { all: true } })).toBe(6);
  expect(await app.keys()).toEqual([]);
});

for (const how of ['throw', 'hang', 'fail'] as const) {
  test(`I4: a broken pair whose deletion goes wrong (${how}) is replaced all the same`, async ({
    idle: app,
    origin,
  }) => {
    origin.answer('/thing', fresh);
    await app.start({});
    await get(app, '/thing');
    await app.settled('/thing');
    await app.damage('/thing', (pair) => {
      new Uint8Array(pair.payload['body'] as ArrayBuffer).fill(7);
    });
    await app.ask('forget');
    await app.shim({ faults: [{ on: 'delete', how, name: 'UnknownError' }] });
    expect(await get(app, '/thing')).toContain('healed-digest-mismatch');
    await app.shim({ faults: [], clock: 400_000 });
    await expectStored(app, '/thing');
  });
}
