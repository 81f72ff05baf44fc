import { firefox } from '@playwright/test';
import { launchOptions } from '../browsers.mjs';
import { App, expect, isHit, test } from '../fixtures.js';
import { noise, sha256 } from '../origin.js';
import { installBench } from '../page.js';

/** All that the engine gives to one origin, in KiB. */
const QUOTA = 4_096;

test('C1, C3: a real quota costs no answer, and what is stored stays readable', async ({
  origin,
}) => {
  const browser = await firefox.launch({
    ...launchOptions('firefox'),
    firefoxUserPrefs: {
      'dom.quotaManager.temporaryStorage.fixedLimit': QUOTA,
    },
  });
  try {
    const page = await browser.newPage();
    await page.addInitScript(installBench);
    const app = new App(page, origin, false);
    await app.start();
    const bodies = Array.from({ length: 8 }, (_, n) => noise(`${n}`, 900_000));
    for (const [n, body] of bodies.entries()) {
      origin.answer(`/${n}`, {
        headers: { 'cache-control': 'max-age=3600', etag: `"${n}"` },
        body,
      });
      expect((await app.fetch(`/${n}`)).sha256).toBe(sha256(body));
      if (n < 2) await app.settled(`/${n}`);
    }
    await app.ask('forget');
    const hits: number[] = [];
    for (const [n, body] of bodies.entries()) {
      const got = await app.fetch(`/${n}`);
      expect(got.error).toBeUndefined();
      expect(got.sha256).toBe(sha256(body));
      if (isHit.test(got.headers['cache-status'] ?? '')) hits.push(n);
    }
    // Not all of them have room, and some have.
    expect(hits.length).toBeGreaterThan(0);
    expect(hits.length).toBeLessThan(bodies.length);
  } finally {
    await browser.close();
  }
});
