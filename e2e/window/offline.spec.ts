import { readFile } from 'node:fs/promises';
import { expect, test, type App } from '../fixtures.js';
import { startOwn } from '../own-worker.js';

/** What the README says of a page whose origin cannot be reached, row by row. */
interface Row {
  readonly stored: string;
  readonly cacheControl?: string;
  readonly options?: string;
  readonly answer: 'rejects' | number;
  readonly detail?: string;
}

const STALE = 'max-age=60';
const OLD = '120';

const rows: readonly Row[] = [
  { stored: 'nothing', answer: 'rejects' },
  { stored: 'what may not be', cacheControl: 'no-store', answer: 'rejects' },
  { stored: 'a fresh response', cacheControl: 'max-age=600', answer: 200 },
  {
    stored: 'a stale one',
    cacheControl: STALE,
    answer: 200,
    detail: 'stale-if-error',
  },
  {
    stored: 'a stale one within its stale-if-error',
    cacheControl: `${STALE}, stale-if-error=600`,
    answer: 200,
    detail: 'stale-if-error',
  },
  {
    stored: 'a stale one past its stale-if-error',
    cacheControl: `${STALE}, stale-if-error=10`,
    answer: 'rejects',
  },
  {
    stored: 'one with no-cache',
    cacheControl: 'max-age=600, no-cache',
    answer: 504,
  },
  {
    stored: 'a stale one with must-revalidate',
    cacheControl: `${STALE}, must-revalidate`,
    answer: 504,
  },
  {
    stored: 'a fresh one with must-revalidate',
    cacheControl: 'max-age=600, must-revalidate',
    answer: 200,
  },
  ...['cache-first', 'network-first', 'stale-while-revalidate'].map((mode) => ({
    stored: `one with no-cache, in mode ${mode}`,
    cacheControl: `${STALE}, no-cache`,
    options: `{ mode: '${mode}' }`,
    answer: 200,
  })),
];

/** Starts a worker of one's own and stores /data, of the age `OLD`. */
async function start(
  app: App,
  { cacheControl, options = '' }: Row,
): Promise<void> {
  await startOwn(app, `install(${options});`);
  if (cacheControl === undefined) return;
  app.origin.answer('/data', {
    headers: { 'cache-control': cacheControl, etag: '"1"', age: OLD },
    body: 'data',
  });
  await app.fetch('/data');
  if (cacheControl !== 'no-store') await app.settled('/data');
}

for (const row of rows)
  test(`offline with ${row.stored} stored: ${row.answer}`, async ({
    idle,
    origin,
  }) => {
    await start(idle, row);
    await origin.goOffline();
    const { status, text, headers, error } = await idle.fetch('/data');
    if (row.answer === 'rejects') expect(error).toMatch(/^TypeError/);
    else {
      expect(error).toBeUndefined();
      expect(status).toBe(row.answer);
      expect(text).toBe(row.answer === 200 ? 'data' : '');
    }
    if (row.detail) expect(headers['cache-status']).toContain(row.detail);
  });

const readme = await readFile(
  new URL('../../README.md', import.meta.url),
  'utf8',
);
const [, guide = ''] = /### Offline\n[^]*?```ts\n([^]*?)```/.exec(readme) ?? [];

for (const stored of [undefined, 'no-cache', 'max-age=600'])
  test(`the README's worker shows a page offline that came with ${stored ?? 'no-store'}, or the offline page where nothing is stored`, async ({
    idle,
    origin,
  }) => {
    const html = { 'content-type': 'text/html' };
    const page = {
      ...html,
      etag: '"1"',
      'cache-control': stored ?? 'no-store',
    };
    origin.answer('/page', { headers: page, body: '<p>page' });
    origin.answer('/offline.html', {
      // As development servers and careful hosts send it.
      headers: { ...html, 'cache-control': 'no-cache', etag: '"1"' },
      body: '<p>offline',
    });
    await startOwn(idle, guide.replace(/^import .*$/m, ''));
    await idle.settled('/offline.html');
    const text = idle.page.locator('p');
    if (stored !== undefined) {
      await idle.page.goto(`${origin.url}/page`);
      await expect(text).toHaveText('page');
      await idle.settled('/page');
    }
    await origin.goOffline();
    await idle.page.goto(`${origin.url}/page`);
    await expect(text).toHaveText(stored === undefined ? 'offline' : 'page');
  });
