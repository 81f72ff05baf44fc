import { expect, test, type App } from '../fixtures.js';
import { noise, sha256, type Answer } from '../origin.js';
import { troubles } from './store-faults.js';

const body = noise('storm', 1_000);
const fresh: Answer = {
  headers: { 'cache-control': 'max-age=3600', etag: '"storm"' },
  body,
};
const paths = Array.from({ length: 20 }, (_, n) => `/storm/${n}`);

/** Longer than any pause of a breaker, in milliseconds. */
const PAUSE_MS = 400_000;

/** Asks for every path at once; gives the calls of IndexedDB that the worker made for it. */
async function burst(app: App): Promise<Readonly<Record<string, number>>> {
  const all = await app.page.evaluate(
    (urls) => Promise.all(urls.map((url) => window.bench.fetch(url))),
    paths,
  );
  for (const got of all) {
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(sha256(body));
  }
  return await app.shim({});
}

/** Faults that never end in an event, from the worker's start or once every path is stored. */
const hangs = [
  ...troubles.filter(({ faults }) => faults.some(({ how }) => how === 'hang')),
  {
    name: 'writes all hang',
    faults: [{ on: 'transaction', mode: 'readwrite', how: 'hang' }],
    from: 'start',
  },
] as const;

for (const { name, faults, from } of hangs) {
  test(`I1: twenty requests at once ask a store whose ${name} once, and then none does until the pause is over`, async ({
    idle: app,
    origin,
  }) => {
    for (const path of paths) origin.answer(path, fresh);
    if (from === 'start') await app.start({ faults });
    else {
      await app.start({});
      await burst(app);
      for (const path of paths) await app.settled(path);
      await app.ask('forget');
      await app.shim({ faults });
    }
    for (const clock of [0, 0, PAUSE_MS, 2 * PAUSE_MS]) {
      await app.shim({ clock });
      const calls = await burst(app);
      const { open = 0, transaction = 0, readwrite = 0 } = calls;
      expect(open).toBeLessThanOrEqual(1);
      expect(readwrite).toBeLessThanOrEqual(1);
      // One for all lookups, before it the look at a connection that was opened for it, and what is read ahead.
      if (name !== 'writes all hang')
        expect(transaction).toBeLessThanOrEqual(3);
      expect(calls['deleteDatabase'] ?? 0).toBe(0);
    }
  });
}
