import { firefox } from '@playwright/test';
import { launchOptions } from '../browsers.mjs';
import { App, expect, isHit, test as base } from '../fixtures.js';
import { noise, sha256, type Answer } from '../origin.js';
import { installBench } from '../page.js';

/** A Firefox that stops a worker a moment after its last event, in milliseconds. */
const IDLE = 50;

const test = base.extend<{ sleepy: App }>({
  sleepy: async ({ origin }, use) => {
    const browser = await firefox.launch({
      ...launchOptions('firefox'),
      firefoxUserPrefs: {
        'dom.serviceWorkers.idle_timeout': IDLE,
        'dom.serviceWorkers.idle_extended_timeout': IDLE,
      },
    });
    const page = await browser.newPage();
    await page.addInitScript(installBench);
    await use(new App(page, origin, false));
    await browser.close();
  },
});

const fresh = (body: Buffer): Answer => ({
  headers: { 'cache-control': 'max-age=3600', etag: '"s"' },
  body,
});

test('G7, G10: a worker that has slept answers from the disk at once, and knows nothing of the one before it', async ({
  sleepy: app,
  origin,
}) => {
  const body = noise('sleep', 2_000);
  origin.answer('/thing', fresh(body));
  await app.start();
  await app.store('/thing');
  for (let n = 0; n < 4; n++) {
    // What it has counted is of this life of the worker only.
    await expect.poll(async () => (await app.stats()).hits).toBe(0);
    const got = await app.fetch('/thing');
    expect(got.headers['cache-status']).toMatch(isHit);
    expect(got.sha256).toBe(sha256(body));
  }
  expect(origin.requests('/thing')).toHaveLength(1);
  expect(await app.heals()).toHaveLength(0);
});
