import { readFile } from 'node:fs/promises';
import { expect, isHit, test } from '../fixtures.js';
import type { Origin } from '../origin.js';

const root = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', root), 'utf8');

/** What the README says under "Without a bundler": the command that copies files, and the page that uses them. */
const [, copy = '', page = ''] =
  /### Without a bundler\n[^]*?```sh\n([^]*?)```[^]*?```html\n([^]*?)```/.exec(
    readme,
  ) ?? [];

/** Serves the page and the files that the command copies, as any static server would, and nothing else of the package. */
async function serve(origin: Origin, ...without: string[]): Promise<void> {
  const [, folder = '', names = ''] =
    /^cp node_modules\/mendbox\/(\S+)\/\{(\S+)\}\.js public\/$/m.exec(copy) ??
    [];
  expect(names).not.toBe('');
  const html = { 'content-type': 'text/html; charset=utf-8' };
  const javascript = { 'content-type': 'text/javascript' };
  origin.answer('/', { headers: html, body: `<!doctype html>${page}` });
  for (const name of names.split(',')) {
    const body = await readFile(new URL(`${folder}/${name}.js`, root));
    const missing = without.includes(name);
    origin.answer(
      `/${name}.js`,
      missing ? { status: 404 } : { headers: javascript, body },
    );
  }
}

test('a site without a bundler copies three files, hits, and hears what heals', async ({
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
  await idle.page.goto(`${origin.url}/`);
  await idle.page.waitForFunction(
    () => navigator.serviceWorker.controller !== null,
  );
  await idle.fetch('/data');
  await idle.settled('/data');
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
  await serve(origin, 'worker');
  const warned = idle.page.waitForEvent('console', {
    predicate: (line) => line.type() === 'warning',
  });
  await idle.page.goto(`${origin.url}/`);
  expect((await warned).text()).toContain(
    `${origin.url}/worker.js answers with status 404. Copy `,
  );
});
