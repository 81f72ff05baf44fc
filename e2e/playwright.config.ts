import { defineConfig, type Project } from '@playwright/test';
import { findBrowser } from './browsers.mjs';

const chromium = findBrowser('chromium');
const firefox = findBrowser('firefox');

const projects: Project[] = [
  { name: 'unit', testDir: '../src', testMatch: '**/*.test.ts' },
  {
    name: 'chromium',
    use: {
      browserName: 'chromium',
      launchOptions: {
        ...(chromium && { executablePath: chromium.path }),
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      },
    },
  },
];

// A stock Firefox is driven over WebDriver BiDi ("moz-firefox"), Playwright's own build is not.
if (firefox) {
  projects.push({
    name: 'firefox',
    use: {
      browserName: 'firefox',
      ...(!firefox.own && { channel: 'moz-firefox' }),
      launchOptions: { executablePath: firefox.path },
    },
  });
}

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '.results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  workers: 2,
  retries: 0,
  timeout: 30_000,
  expect: { timeout: 8_000 },
  reporter: [[process.stdout.isTTY ? 'line' : 'list'], ['./reporter.ts']],
  projects,
});
