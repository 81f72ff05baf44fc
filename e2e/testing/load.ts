import type { Page } from '@playwright/test';
import type * as Testing from '../../src/testing/index.js';

declare global {
  interface Window {
    testing: typeof Testing;
  }
}

/** Loads the built mendbox/testing into the page. */
export async function loadTesting(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const path = '/dist/testing.js';
    window.testing = (await import(path)) as typeof Testing;
  });
}
