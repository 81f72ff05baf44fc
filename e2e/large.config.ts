import { defineConfig } from '@playwright/test';
import ordinary from './playwright.config.js';

/** Bodies of 200 MB: `npm run e2e:large`. Alone, because their memory is measured. */
export default defineConfig(ordinary, {
  testMatch: '**/*.large.ts',
  workers: 1,
  timeout: 180_000,
});
