import { readFile } from 'node:fs/promises';
import { expect, isHit, test, type App } from '../fixtures.js';
import type { Origin } from '../origin.js';

const root = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', root), 'utf8');

/** What the README says under "Use": the command that copies files, the page that uses them, and what to try in its console. */
const [, copy = '', page = '', trial = ''] =
  /## Use\n[^]*?```sh\n([^]*?)```[^]*?```html\n([^]*?)```[^]*?```js\n([^]*?)```/.exec(
    readme,
  ) ?? [];

/** What it says of the panel under "Without a bundler". */
const [, panelCopy = '', panelPage = ''] =
  /### Without a bundler\n[^]*?```sh\n([^]*?)```[^]*?```html\n([^]*?)```/.exec(
    readme,
  ) ?? [];

/** Serves the page and the files that the command copies, as any static server would, and nothing else of the package. */
async function serve(
  origin: Origin,
  { without, body = page }: { without?: string; body?: string } = {},
): Promise<void> {
  const html = { 'content-type': 'text/html; charset=utf-8' };
  // As plain static servers do.
  const javascript = { 'content-type': 'text/javascript', etag: '"1"' };
  origin.answer('/', { headers: html, body: `<!doctype html>${body}` });
  const copies = `${copy}${panelCopy}`.matchAll(
    /^cp node_modules\/mendbox\/(\S+)\/\{(\S+)\}\.js public\/$/gm,
  );
  let count = 0;
  for (const [, folder = '', names = ''] of copies)
    for (const name of names.split(',')) {
      const file = await readFile(new URL(`${folder}/${name}.js`, root));
      const isMissing = name === without;
      origin.answer(
        `/${name}.js`,
        isMissing ? { status: 404 } : { headers: javascript, body: file },
      );
      count++;
    }
  expect(count).toBe(6);
}

/** A page of the README's that its worker controls. */
async function opened({ page: tab, origin }: App): Promise<void> {
  await tab.goto(`${origin.url}/`);
  await tab.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

test('a site without a bundler copies files, hits, and hears what heals', async ({
  idle,
  origin,
}) => {
  await serve(origin);
  origin.answer('/data', {
    headers: { 'cache-control': 'max-age=600' },
    body: 'data',
  });
  const heard = idle.page.waitForEvent('console', {
    predicate: (line) => line.text().includes('length-mismatch'),
  });
  await opened(idle);
  await idle.store('/data');
  const second = await idle.fetch('/data');
  expect(second.headers['cache-status']).toMatch(isHit);
  await idle.damage('/data', ({ payload }) => {
    payload['body'] = new ArrayBuffer(1);
  });
  await idle.restartWorker();
  expect((await idle.fetch('/data')).text).toBe('data');
  expect((await heard).text()).toContain(`${origin.url}/data`);
  expect(origin.requests('/problem.js')).toHaveLength(0);
});

test('a site without a bundler that forgot the worker is told so', async ({
  idle,
  origin,
}) => {
  await serve(origin, { without: 'worker' });
  const warned = idle.page.waitForEvent('console', {
    predicate: (line) => line.type() === 'warning',
  });
  await idle.page.goto(`${origin.url}/`);
  expect((await warned).text()).toContain(
    `${origin.url}/worker.js answers with status 404. Copy `,
  );
});

test('what the README has one try in the console heals', async ({
  idle,
  origin,
}) => {
  await serve(origin);
  await opened(idle);
  // A console shows the value of the last expression.
  const code = trial.replace(/^\(await fetch/m, 'return (await fetch');
  const status = await idle.page.evaluate(async (text) => {
    // oxlint-disable-next-line no-implied-eval -- the README's own text
    const run = new Function(`return (async () => { ${text} })()`);
    return (await run()) as unknown;
  }, code);
  const [, said] = /^\/\/ (mendbox; .*)$/m.exec(trial) ?? [];
  expect(status).toBe(said);
  expect(status).toContain('healed-digest-mismatch');
});

test('a site without a bundler has the panel with two files more', async ({
  idle,
  origin,
}) => {
  await serve(origin, { body: `${page}${panelPage}` });
  await opened(idle);
  const panel = idle.page.locator('mendbox-panel');
  await expect(panel.getByRole('columnheader', { name: 'URL' })).toBeVisible();
  await expect
    .poll(() => origin.requests('/chart.js').length)
    .toBeGreaterThan(0);
  await expect(panel.locator('[data-fact=storage]')).toHaveText('IndexedDB');
});
