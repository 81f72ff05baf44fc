import type { Page } from '@playwright/test';
import type * as Testing from '../../src/testing/index.js';
import { expect, test as base, type App } from '../fixtures.js';
import { bundled, bundledGlobal } from '../own-worker.js';

declare global {
  interface Window {
    testing: typeof Testing;
    unhandled: string[];
  }
}

const kept = { 'cache-control': 'max-age=600', 'content-type': 'text/plain' };

/** Gives a page mendbox/testing, and notes the rejections that nobody handles. */
async function load(page: Page): Promise<void> {
  await page.addScriptTag({
    content: await bundledGlobal('testing', 'testing/index.ts'),
  });
  await page.evaluate(() => {
    window.unhandled = [];
    window.addEventListener('unhandledrejection', ({ reason }) =>
      window.unhandled.push(String(reason)),
    );
  });
}

/** A page under a worker of one's own that has stored `/a`. */
async function startOwn(app: App, script: string): Promise<void> {
  const { origin, page } = app;
  const headers = { 'content-type': 'text/javascript' };
  origin.answer('/own.js', { headers, body: await bundled(script) });
  origin.answer('/a', { headers: kept, body: 'data' });
  await page.goto(`${origin.url}/`);
  await load(page);
  await page.evaluate(() => window.bench.control('/own.js'));
  await app.fetch('/a');
}

const test = base.extend<{ page: Page }>({
  page: async ({ app, origin }, use) => {
    origin.answer('/a', { headers: kept, body: 'data' });
    await app.fetch('/a');
    await app.settled('/a');
    await load(app.page);
    await use(app.page);
  },
});

test('corrupt rejects where the worker may still answer from memory', async ({
  idle,
}) => {
  await startOwn(
    idle,
    `const cache = new HealingCache();
    self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
    self.addEventListener('fetch', (event) => {
      if (cache.accepts(event.request))
        event.respondWith(cache.handle({ event, request: event.request }));
    });`,
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
    ];
  });
  expect(told).toEqual([
    expect.stringMatching(
      /^TypeError: .*corrupt\(\) takes drop-policy, .*, swap, not flip$/,
    ),
    expect.stringMatching(
      /^TypeError: .*breakStorage\(\) takes delete-database, .*hold, not x$/,
    ),
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
  expect(told).toEqual(['Error: there is no database named none']);
});
