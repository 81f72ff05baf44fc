import type { Page } from '@playwright/test';
import type * as Mendbox from '../../src/index.js';
import { test as base } from '../fixtures.js';
import { bundledGlobal } from '../own-worker.js';

declare global {
  interface Window {
    core: typeof Mendbox;
    cache: Mendbox.HealingCache;
  }
}

/** Loads the library into a page that is open; after a reload nothing in memory is left of its last life. */
export async function load(page: Page): Promise<void> {
  await page.addScriptTag({ content: await bundledGlobal('core') });
  await page.evaluate(() => {
    window.cache = new window.core.HealingCache({ cacheName: 'alone' });
  });
}

/** A page without a worker that holds a HealingCache of its own. */
export const test = base.extend<{ alone: Page }>({
  alone: async ({ idle: { page }, origin }, use) => {
    await page.goto(`${origin.url}/`);
    await load(page);
    await use(page);
  },
});

export { expect, kept } from '../fixtures.js';
