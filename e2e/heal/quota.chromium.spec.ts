import { expect, test, type App } from '../fixtures.js';
import { noise, type Origin } from '../origin.js';

// The browser takes nothing more, not a byte. What must go goes all the same: dropping needs no room.

const headers = { 'cache-control': 'max-age=2592000' };

/** All that the engine gives to the origin, in bytes. */
const QUOTA = 2_000_000;

/** Starts the worker under a quota. */
async function start(app: App, { url }: Origin): Promise<void> {
  await app.page.goto(`${url}/`);
  const cdp = await app.cdp();
  await cdp.send('Storage.overrideQuotaForOrigin', {
    origin: url,
    quotaSize: QUOTA,
  });
  await app.control();
}

/** Fills what is left with a database of the page's own. */
const fill = (app: App): Promise<void> =>
  app.page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('other');
      request.addEventListener('upgradeneeded', () =>
        request.result.createObjectStore('all', { autoIncrement: true }),
      );
      request.addEventListener('success', () => resolve(request.result));
    });
    const put = (bytes: Uint8Array): Promise<boolean> =>
      new Promise((resolve) => {
        const change = database.transaction('all', 'readwrite');
        change.objectStore('all').put(bytes);
        change.addEventListener('complete', () => resolve(true));
        change.addEventListener('abort', () => resolve(false));
      });
    for (let size = 60_000; size >= 1; size = Math.floor(size / 2))
      while (await put(crypto.getRandomValues(new Uint8Array(size))));
    database.close();
  });

test('C1: what a POST made invalid is gone although nothing has room any more', async ({
  idle: app,
  origin,
}) => {
  await start(app, origin);
  origin.answer('/a', { headers, body: 'old' }, { headers, body: 'new' });
  await app.store('/a');
  await fill(app);
  await app.fetch('/a', { method: 'POST', body: 'x' });
  await expect.poll(() => app.keys()).toEqual([]);
});

test('C1: what is broken is dropped although nothing has room any more', async ({
  idle: app,
  origin,
}) => {
  await start(app, origin);
  origin.answer('/a', { headers, body: 'same' });
  await app.store('/a');
  await app.damage('/a', (pair) => {
    pair.payload['body'] = new ArrayBuffer(4);
  });
  await fill(app);
  await app.restartWorker();
  expect((await app.fetch('/a')).text).toBe('same');
  expect(await app.nextHeal()).toMatchObject({ fault: 'digest-mismatch' });
  await expect.poll(() => app.keys()).toEqual([]);
});

test('C1: what was used longest ago makes room for what is new although nothing has room any more', async ({
  idle: app,
  origin,
}) => {
  await start(app, origin);
  for (let n = 0; n < 8; n++) {
    origin.answer(`/${n}`, { headers, body: noise(`${n}`, 100_000) });
    await app.store(`/${n}`);
  }
  await fill(app);
  origin.answer('/new', { headers, body: noise('new', 50_000) });
  await app.fetch('/new');
  await app.settled('/new');
  expect(await app.keys()).not.toContain(app.key('/0'));
});
