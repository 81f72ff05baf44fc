import { test as base, expect, type App } from '../fixtures.js';
import { buildApp, publish, type Files } from './build.js';

/** The apps in e2e/workbox/apps. */
export type AppName = 'plugins' | 'workbox' | 'serwist';

interface Fixtures {
  /** Opens the app on the test's origin and waits until its worker controls the page. */
  open: (name: AppName) => Promise<App>;
}

interface WorkerFixtures {
  /** Builds an app once per test process. */
  built: (name: AppName) => Promise<Files>;
}

/** The project's test, with apps built by Vite. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  built: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
    async ({}, use, { workerIndex }) => {
      const builds = new Map<AppName, Promise<Files>>();
      await use((name) => {
        const files = builds.get(name) ?? buildApp(name, workerIndex);
        builds.set(name, files);
        return files;
      });
    },
    { scope: 'worker' },
  ],
  open: async ({ idle, origin, built }, use) => {
    await use(async (name) => {
      publish(origin, await built(name));
      await idle.page.goto(`${origin.url}/`);
      await expect(idle.page.getByRole('status')).toHaveText('controlled');
      return idle;
    });
  },
});

export { expect };
