import { test as base } from '../fixtures.js';
import { pack } from './install.js';

/** The project's test, with the packed package, made once per test process. */
export const test = base.extend<object, { packed: string }>({
  packed: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
    async ({}, use) => use(await pack()),
    { scope: 'worker' },
  ],
});

export { expect } from '../fixtures.js';
