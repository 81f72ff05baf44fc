import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Browser } from '@playwright/test';
import { FINGERPRINT } from '../../src/store/records.js';
import { App, expect, test } from '../fixtures.js';
import { noise, sha256, type Origin } from '../origin.js';
import { installBench } from '../page.js';

// Records as every released schema stored them, one file for each fingerprint, read or healed by the build under test.
// Never edit or delete one that was released. A build whose schema changed adds its own:
//
//   GOLDEN=write npx playwright test -c e2e e2e/golden --project=chromium

/** A stored pair as JSON, its body as base64. */
interface Golden {
  readonly url: string;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly payload: {
    readonly schema: string;
    readonly id: string;
    readonly form: 'none' | 'buffer' | 'blob';
    readonly body: string;
  };
}

const folder = new URL('./', import.meta.url);
const fileOf = (fingerprint: string): URL =>
  new URL(`${fingerprint}.json`, folder);

/** The records' URLs lie on a host that does not exist, because the test origin's port is never the same. */
const lengths: Readonly<Record<string, number>> = {
  'http://golden.example/buffer': 300,
  'http://golden.example/blob': 50_000,
  'http://golden.example/none': 0,
};
/** Where a response without credentials lies. */
const keyOf = (url: string): string => `omit ${url}`;
const bodyOf = (url: string): Buffer => noise(url, lengths[url] ?? 0);

/** Seventy years: the records must still be fresh when they are old. */
const YEARS = 2_147_483_648;

const open = { 'access-control-allow-origin': '*' };

/** An app whose origin is the proxy as well, so that the host exists for the browser. */
async function start(
  browser: Browser,
  origin: Origin,
  browserName: string,
): Promise<App> {
  for (const url of Object.keys(lengths))
    origin.answer(url, {
      headers: { ...open, 'cache-control': `max-age=${YEARS}` },
      body: bodyOf(url),
    });
  const context = await browser.newContext({ proxy: { server: origin.url } });
  const page = await context.newPage();
  await page.addInitScript(installBench);
  const app = new App(page, origin, browserName === 'chromium');
  await app.start();
  return app;
}

async function stored(app: App, url: string): Promise<Golden | undefined> {
  return await app.page.evaluate(async (key) => {
    const { policy, payload } = await window.bench.read(key, 'mendbox');
    if (!policy || !payload) return undefined;
    const content: unknown = payload['body'];
    const bytes = new Uint8Array(
      content instanceof Blob
        ? await content.arrayBuffer()
        : content instanceof ArrayBuffer
          ? content
          : [],
    );
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    const { schema, id } = payload;
    const form = policy['form'];
    return {
      ...{ url: key.slice('omit '.length), policy },
      payload: { schema, id, form, body: btoa(text) } as Golden['payload'],
    };
  }, keyOf(url));
}

async function plant(app: App, golden: Golden): Promise<void> {
  await app.page.evaluate(async ({ url, policy, payload }) => {
    const { schema, id, form, body: coded } = payload;
    const bytes = Uint8Array.from(atob(coded), (char) => char.charCodeAt(0));
    const bodies = {
      none: () => null,
      buffer: () => bytes.buffer,
      blob: () => new Blob([bytes]),
    };
    await window.bench.write(`omit ${url}`, 'mendbox', {
      policy: { ...policy },
      payload: { schema, id, body: bodies[form]() },
    });
  }, golden);
}

test('the records of this build are kept', async ({
  browser,
  browserName,
  origin,
}) => {
  test.skip(process.env['GOLDEN'] !== 'write', 'written on demand only');
  const app = await start(browser, origin, browserName);
  const records: Golden[] = [];
  for (const url of Object.keys(lengths)) {
    await app.fetch(url);
    await expect.poll(() => stored(app, url)).toBeDefined();
    const golden = await stored(app, url);
    if (golden) records.push(golden);
  }
  writeFileSync(
    fileOf(FINGERPRINT),
    `${JSON.stringify(records, undefined, 2)}\n`,
  );
});

const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

test('the schema of this build has its records kept', () => {
  expect(
    files,
    'the schema changed: write its golden records, see the top of this file',
  ).toContain(`${FINGERPRINT}.json`);
});

for (const file of files) {
  const isOwn = file === `${FINGERPRINT}.json`;
  test(`records of schema ${file} are ${isOwn ? 'read' : 'healed'}`, async ({
    browser,
    browserName,
    origin,
  }) => {
    const app = await start(browser, origin, browserName);
    await app.fetch('/');
    await app.ask('stats');
    const records = JSON.parse(
      readFileSync(new URL(file, folder), 'utf8'),
    ) as Golden[];
    expect(records).toHaveLength(Object.keys(lengths).length);
    for (const golden of records) await plant(app, golden);
    await app.restartWorker();
    for (const { url } of records) {
      const got = await app.fetch(url);
      expect(got.sha256).toBe(sha256(bodyOf(url)));
      if (isOwn) expect(got.headers['cache-status']).toMatch(/^mendbox; hit/);
    }
    const asked = records.flatMap(({ url }) => origin.requests(url));
    expect(asked).toHaveLength(isOwn ? 0 : records.length);
    await app.page.context().close();
  });
}
