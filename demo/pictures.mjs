// Takes the README's pictures of the demo anew, in Chromium: node demo/pictures.mjs (after npm run build)

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { launchOptions } from '../e2e/browsers.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WIDTH = 1280;

/** What is pictured: how the page gets there, and the part that is shown. */
const pictures = [
  {
    name: 'healed',
    part: '.bench',
    async stage(page) {
      await page.getByTestId('fetch-all').click();
      await page
        .locator('[data-testid=proof-slow][data-proof=equal]')
        .waitFor();
      for (const [name, how] of [
        ['json', 'flip-bit'],
        ['image', 'truncate'],
      ]) {
        await page.getByTestId(`target-${name}`).check();
        await page.getByTestId(`break-${how}`).click();
        await page.locator('#outcome[data-state=broken]').waitFor();
        // The damaged bytes are shown a moment later.
        await page
          .locator('.steps [aria-current] [data-proof=different]')
          .waitFor();
        await page.getByTestId('fetch-target').click();
        await page.locator('#outcome[data-state=mended]').waitFor();
      }
      await page.locator('.row-proof[data-proof=equal]').nth(1).waitFor();
    },
  },
  {
    name: 'beside',
    part: '#beside .duel',
    async stage(page) {
      await page.getByTestId('beside-run').click();
      await page
        .locator('[data-testid=beside-workbox] dd[data-proof]')
        .waitFor();
    },
  },
  {
    name: 'panel',
    part: 'mendbox-panel',
    async stage(page) {
      const all = page.getByTestId('fetch-all');
      // A few samples for the charts; each click is a burst of hits.
      for (let burst = 0; burst < 8; burst++) {
        await all.click();
        await page.waitForTimeout(1_500);
      }
    },
  },
];

async function clipOf(page, { part }) {
  const element = page.locator(part);
  await element.scrollIntoViewIfNeeded();
  const box = await element.boundingBox();
  if (!box) throw new Error(`the page has no ${part}`);
  const top = await page.evaluate(() => window.scrollY);
  const edge = 12;
  return {
    x: box.x - edge,
    y: box.y + top - edge,
    width: box.width + 2 * edge,
    height: box.height + 2 * edge,
  };
}

/** Runs in the page: Playwright takes PNG, which is three times as large. */
async function asWebp(png) {
  const answer = await fetch(`data:image/png;base64,${png}`);
  const picture = await createImageBitmap(await answer.blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext('2d').drawImage(picture, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

async function take(browser, url, colorScheme) {
  const viewport = { width: WIDTH, height: 1000 };
  const page = await browser.newPage({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    bypassCSP: true,
  });
  await page.goto(url);
  // The masthead sticks to the window, and would lie over what is pictured.
  await page.addStyleTag({
    content: '.masthead { position: static !important }',
  });
  await page.locator('[data-testid=state-worker][data-state=ready]').waitFor();
  for (const picture of pictures) {
    await picture.stage(page);
    const clip = await clipOf(page, picture);
    const file = `demo/pictures/${picture.name}-${colorScheme}.webp`;
    const png = await page.screenshot({ fullPage: true, clip });
    const webp = await page.evaluate(asWebp, png.toString('base64'));
    await writeFile(path.join(ROOT, file), Buffer.from(webp, 'base64'));
    console.log(file);
  }
  await page.close();
}

// vite.config.ts names its folders from the repository's root.
process.chdir(ROOT);
await mkdir('demo/pictures', { recursive: true });
const shared = {
  configFile: path.join(ROOT, 'vite.config.ts'),
  logLevel: 'warn',
};
await build({ ...shared, mode: 'production' });
const server = await preview({
  ...shared,
  preview: { host: '127.0.0.1', port: 0 },
});
const browser = await chromium.launch(launchOptions('chromium'));
try {
  for (const colorScheme of ['light', 'dark'])
    await take(browser, server.resolvedUrls?.local[0], colorScheme);
} finally {
  await browser.close();
  await server.close();
}
