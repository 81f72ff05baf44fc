import type { Page } from '@playwright/test';
import type * as MendboxWindow from '../../src/window/index.js';
import { test as base } from '../fixtures.js';

declare global {
  interface Window {
    mendbox: typeof MendboxWindow;
  }
}

/** Loads the built mendbox/window into the page. */
export async function load(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const path = '/dist/window.js';
    window.mendbox = (await import(path)) as typeof MendboxWindow;
  });
}

/** A page with mendbox/window that no worker controls. */
export const test = base.extend<{ bare: Page }>({
  bare: async ({ page, origin }, use) => {
    await page.goto(`${origin.url}/`);
    await load(page);
    await use(page);
  },
});

export { expect } from '../fixtures.js';
