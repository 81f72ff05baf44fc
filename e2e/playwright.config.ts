import { defineConfig, type Project } from '@playwright/test';
import { findBrowser, lackingForWebKit, launchOptions } from './browsers.mjs';

const engines = (['chromium', 'firefox'] as const).filter((name) =>
  findBrowser(name),
);

/** Playwright cannot drive WebKitGTK; our own driver can, as far as these tests go. */
const webkit: Project = {
  name: 'webkit',
  testMatch: [
    'heal/*.spec.ts',
    'http/http.spec.ts',
    'stream/media.spec.ts',
    'stream/page.spec.ts',
    'stream/takeover.spec.ts',
    'verify/*.spec.ts',
    '**/*.webkit.spec.ts',
  ],
  testIgnore: /\.(?:chromium|firefox)\.spec\.ts$/,
  grepInvert: /@chromium|@no-webkit/,
  use: { browserName: 'webkit' },
};

const projects: Project[] = [
  {
    name: 'unit',
    testDir: '..',
    testMatch: /\/(src|e2e\/http)\/.*\.test\.ts$/,
  },
  ...engines.map((name) => ({
    name,
    // What can be tested in one engine only: `*.chromium.spec.ts`, `*.firefox.spec.ts`.
    testIgnore: [
      new RegExp(`\\.(?:chromium|firefox|webkit)(?<!\\.${name})\\.spec\\.ts$`),
      'package/**',
    ],
    grepInvert: name === 'firefox' ? /@chromium/ : /@firefox/,
    use: { browserName: name, launchOptions: launchOptions(name) },
  })),
  // What npm sends, installed elsewhere; in the one browser whose workers can be stopped, since the library is tested in all.
  ...engines
    .filter((name) => name === 'chromium')
    .map((name) => ({
      name: 'package',
      testDir: 'package',
      use: { browserName: name, launchOptions: launchOptions(name) },
    })),
  ...(lackingForWebKit() === undefined ? [webkit] : []),
];

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '.results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  workers: 2,
  // A browser that a busy machine starves is no failure of the library; a second try is told by the reporter.
  retries: process.env['CI'] ? 2 : 0,
  // For a machine that does ten other things at once; on an idle one nothing takes a tenth of it.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [[process.stdout.isTTY ? 'line' : 'list'], ['./reporter.ts']],
  projects,
});
