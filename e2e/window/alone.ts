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

/** A page without a worker that holds a HealingCache of its own. */
export const test = base.extend<{ alone: Page }>({
  alone: async ({ idle: { page }, origin }, use) => {
    const script = await bundledGlobal('core');
    await page.goto(`${origin.url}/`);
    await page.addScriptTag({ content: script });
    await page.evaluate(() => {
      window.cache = new window.core.HealingCache({ cacheName: 'alone' });
    });
    await use(page);
  },
});

export { expect, kept } from '../fixtures.js';
