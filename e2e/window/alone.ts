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

/** Response headers that keep a body for a while. */
export const kept = {
  'cache-control': 'max-age=600',
  'content-type': 'text/plain',
};

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

export { expect } from '../fixtures.js';
