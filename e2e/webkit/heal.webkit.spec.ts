import { test as base, expect } from '@playwright/test';
import { damages, type Damage } from '../heal/faults.js';
import { noise, Origin, sha256, type Answer } from '../origin.js';
import { installBench, type Fetched, type PairShape } from '../page.js';
import { findWebKit, WebKit } from './driver.js';

/** One browser for all rows: each has URLs of its own. */
const test = base.extend<object, { app: { browser: WebKit; origin: Origin } }>({
  app: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
    async ({}, use) => {
      const origin = await Origin.start();
      const browser = await WebKit.start();
      await browser.goto(`${origin.url}/`);
      await browser.evaluate(installBench);
      await browser.evaluate(() => window.bench.control('/worker.js'));
      await use({ browser, origin });
      await browser.close();
      await origin.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});

const missing = findWebKit();
test.skip(
  typeof missing === 'string',
  typeof missing === 'string' ? `WebKitGTK is not tested: ${missing}` : '',
);

function release(version: string, form: Damage['form'] = 'buffer'): Answer {
  const headers = { 'cache-control': 'max-age=3600', etag: `"${version}"` };
  if (form === 'none') return { status: 204, headers };
  return { headers, body: noise(version, form === 'blob' ? 200_000 : 1_000) };
}

const hashOf = ({ body = '' }: Answer): string => sha256(body);

// An automated MiniBrowser has no disk, and its IndexedDB takes no Blobs: mendbox stores bytes, and these rows have none.
const rows = damages.filter(
  ({ damage }) => !/\bBlob\b/.test(damage.toString()),
);

const get = (browser: WebKit, path: string): Promise<Fetched> =>
  browser.evaluate((url) => window.bench.fetch(url), path);
const shape = (browser: WebKit, key: string): Promise<PairShape> =>
  browser.evaluate((at) => window.bench.shape(at, 'mendbox'), key);
const forget = (browser: WebKit): Promise<unknown> =>
  browser.evaluate(() => window.bench.ask({ mendbox: 1, ask: 'forget' }));

/** What app.damage() does elsewhere: the row's own function runs in the page. */
const harm = (browser: WebKit, key: string, damage: string): Promise<void> =>
  browser.evaluate(
    async (at, text) => {
      const pair = await window.bench.read(at, 'mendbox');
      // oxlint-disable-next-line no-implied-eval -- the row's own text
      const change = new Function(`return (${text})`)() as Damage['damage'];
      await change(pair as Parameters<Damage['damage']>[0]);
      await window.bench.write(at, 'mendbox', pair);
    },
    key,
    damage,
  );

for (const [n, row] of rows.entries()) {
  test(`${row.id}: a stored response whose ${row.name} is replaced from the network`, async ({
    app: { browser, origin },
  }) => {
    const path = `/row-${n}`;
    const key = `${origin.url}${path}`;
    const [first, second] = [
      release('first', row.form),
      release('second', row.form),
    ];
    origin.answer(path, first);
    await get(browser, path);
    const stored = () =>
      shape(browser, key).then(({ payload }) => payload?.body.sha256);
    await expect.poll(stored).toBe(row.form === 'none' ? '' : hashOf(first));
    origin.answer(path, second);
    await forget(browser);
    const hit = await get(browser, path);
    expect(hit.headers['cache-status']).toMatch(/^mendbox; hit/);
    expect(hit.sha256).toBe(hashOf(first));

    await harm(browser, key, row.damage.toString());
    await forget(browser);
    const got = await get(browser, path);
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(hashOf(second));
    expect(got.headers['cache-status']).toContain(`detail=healed-${row.fault}`);

    await expect.poll(stored).toBe(row.form === 'none' ? '' : hashOf(second));
    await forget(browser);
    const again = await get(browser, path);
    expect(again.headers['cache-status']).toMatch(/^mendbox; hit/);
    expect(again.sha256).toBe(hashOf(second));
    expect(origin.requests(path)).toHaveLength(2);
  });
}
