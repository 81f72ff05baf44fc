import type { Page } from '@playwright/test';
import { expect, isHit, kept, test as base, type App } from '../fixtures.js';
import { startOwn as control } from '../own-worker.js';
import { loadTesting } from './load.js';

declare global {
  interface Window {
    unhandled: string[];
  }
}

/** Gives a page mendbox/testing, and notes the rejections that nobody handles. */
async function load(page: Page): Promise<void> {
  await loadTesting(page);
  await page.evaluate(() => {
    window.unhandled = [];
    window.addEventListener('unhandledrejection', ({ reason }) =>
      window.unhandled.push(String(reason)),
    );
  });
}

/** A page under a worker of one's own that has stored `/a`. */
async function startOwn(app: App, script: string): Promise<void> {
  app.origin.answer('/a', { headers: kept, body: 'data' });
  await control(app, script);
  await load(app.page);
  await app.fetch('/a');
}

const test = base.extend<{ page: Page }>({
  page: async ({ app, origin }, use) => {
    origin.answer('/a', { headers: kept, body: 'data' });
    await app.store('/a');
    await load(app.page);
    await use(app.page);
  },
});

test('corrupt rejects where the worker may still answer from memory', async ({
  idle,
}) => {
  // As a worker of an older release, or of somebody else, it hears no asks.
  await startOwn(
    idle,
    `const listen = self.addEventListener;
    self.addEventListener = (type, listener) =>
      type === 'message' || listen.call(self, type, listener);
    install();`,
  );
  await idle.settled('/a');
  await expect(
    idle.page.evaluate(() => window.testing.corrupt('/a', 'flip-bit')),
  ).rejects.toThrow('own.js may still answer from memory. It did not answer.');
});

test('corrupt reaches the entry of every partition', async ({ idle }) => {
  await startOwn(idle, `install({ partition: () => 'ada' });`);
  await expect.poll(() => idle.keys()).toEqual([`=ada ${idle.key('/a')}`]);
  await idle.page.evaluate(() => window.testing.corrupt('/a', 'flip-bit'));
  const { text, headers } = await idle.fetch('/a');
  expect(text).toBe('data');
  expect(headers['cache-status']).toContain('healed-digest-mismatch');
});

test('corrupt works where no worker controls the page', async ({
  idle,
  page,
}) => {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration?.unregister();
  });
  await page.reload();
  await load(page);
  const seen = await page.evaluate(async () => {
    await window.testing.corrupt('/a', 'drop-payload');
    return [navigator.serviceWorker.controller];
  });
  expect(seen).toEqual([null]);
  expect((await idle.records('/a')).payload).toBeUndefined();
});

for (const how of ['delete-database', 'drop-stores'] as const)
  test(`${how}: what is lost is told once, and the network answers`, async ({
    page,
    idle,
  }) => {
    await page.evaluate((each) => window.testing.breakStorage(each), how);
    const { text, headers } = await idle.fetch('/a');
    expect(text).toBe('data');
    expect(headers['cache-status']).toContain('fwd=uri-miss');
    expect(await idle.nextHeal()).toMatchObject({
      url: 'mendbox',
      fault: 'store-lost',
      phase: 'lookup',
      outcome: 'dropped',
    });
    await idle.settled('/a');
    expect((await idle.fetch('/a')).headers['cache-status']).toMatch(isHit);
    expect(await idle.heals()).toHaveLength(1);
  });

test('higher-version: nothing is lost, and nothing is told', async ({
  page,
  idle,
}) => {
  await page.evaluate(() => window.testing.breakStorage('higher-version'));
  expect((await idle.fetch('/a')).headers['cache-status']).toMatch(isHit);
  await idle.ask('stats');
  expect(await idle.heals()).toEqual([]);
});

test('hold: what cannot be stored is not said to be', async ({
  page,
  idle,
}) => {
  const stored = /; stored/;
  const { origin } = idle;
  for (const path of ['/b', '/c'])
    origin.answer(path, { headers: kept, body: path });
  expect((await idle.fetch('/b')).headers['cache-status']).toMatch(stored);
  await idle.settled('/b');
  await page.evaluate(() =>
    window.testing.breakStorage('hold', { holdMs: 4_000 }),
  );
  const held = await idle.fetch('/c');
  expect(held.text).toBe('/c');
  expect(held.headers['cache-status']).not.toMatch(stored);
  expect((await idle.records('/c')).policy).toBeUndefined();
});

test('a damage that there is not is a TypeError that names what there is', async ({
  page,
}) => {
  const told = await page.evaluate(async () => {
    const { breakStorage, corrupt } = window.testing;
    const tellOf = (made: Promise<void>): Promise<string> =>
      made.then(() => 'taken', String);
    return [
      await tellOf(corrupt('/a', 'flip' as never)),
      await tellOf(breakStorage('x' as never)),
      await tellOf(corrupt('/a', 'flip-bit', { cache: 'a' } as never)),
      await tellOf(breakStorage('hold', 'a' as never)),
    ];
  });
  expect(told).toEqual([
    expect.stringMatching(
      /^TypeError: .*corrupt\(\) takes drop-policy, .*, swap, not flip$/,
    ),
    expect.stringMatching(
      /^TypeError: .*breakStorage\(\) takes delete-database, .*hold, not x$/,
    ),
    'TypeError: mendbox: corrupt() takes the options cacheName, other, at, not cache',
    'TypeError: mendbox: breakStorage() takes the options cacheName, holdMs, not a string',
  ]);
});

test('a cache that there is not rejects once, and leaves nothing unhandled', async ({
  page,
}) => {
  const told = await page.evaluate(async () => {
    const error = await window.testing
      .corrupt('/a', 'flip-bit', { cacheName: 'none' })
      .then(() => 'taken', String);
    // Unhandled rejections are told in a task of their own, before this one.
    await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', resolve);
      port1.start();
      port2.postMessage(undefined);
    });
    return [error, ...window.unhandled];
  });
  expect(told).toEqual(['Error: mendbox: there is no database named none']);
});
