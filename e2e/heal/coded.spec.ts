import { expect, isHit, test } from '../fixtures.js';
import { gzipped, sha256 } from '../origin.js';

/** Bodies with a Content-Encoding, whose length nobody but the browser knows: see isCut() in src/cache/keep.ts. */
const path = '/thing';
const headers = { 'cache-control': 'max-age=3600' } as const;
const pageText = `<!doctype html><title>whole</title>${Array.from({ length: 5_000 }, (_, n) => n).join()}`;
const ofHtml = { ...headers, 'content-type': 'text/html' };

for (const [coding, coded] of [
  ['gzip', gzipped(pageText, ofHtml)],
  [
    'identity',
    { headers: { ...ofHtml, 'content-encoding': 'identity' }, body: pageText },
  ],
] as const)
  test(`D1: a body in ${coding} that is cut short is not stored, even where the browser takes it for whole`, async ({
    app,
    origin,
  }) => {
    // More than there is room for in what a browser keeps of them unasked.
    await app.page.evaluate(() =>
      Promise.all(Array.from({ length: 260 }, (_, n) => fetch(`/none?${n}`))),
    );
    const cut = { framing: 'length', after: 5_000, ending: 'end' } as const;
    origin.answer(path, { ...coded, broken: cut });
    await app.fetch(path);
    // Chromium loads it for ever, with a worker and without.
    await app.page.goto(`${origin.url}${path}`, { waitUntil: 'commit' });
    origin.answer(path, coded);
    await app.page.goto(`${origin.url}${path}`);
    await app.settled(path, sha256(pageText));
    const got = await app.fetch(path);
    expect(got.headers['cache-status']).toMatch(isHit);
    expect(got.sha256).toBe(sha256(pageText));
  });

test(
  'what the browser keeps of past requests for the worker is let go of',
  { tag: '@chromium' },
  async ({ app, origin }) => {
    const paths = Array.from({ length: 600 }, (_, n) => `/small-${n}`);
    for (const each of paths) origin.answer(each, { headers, body: each });
    // What comes faster than a slow disk takes it is not stored, and not looked at.
    await app.page.evaluate(async (all) => {
      const get = async (each: string) => (await fetch(each)).text();
      while (all.length > 0) await Promise.all(all.splice(0, 10).map(get));
    }, paths);
    const [worker] = app.page.context().serviceWorkers();
    const kept = () =>
      worker?.evaluate(() => performance.getEntriesByType('resource').length);
    await expect.poll(kept).toBeLessThan(500);
  },
);
