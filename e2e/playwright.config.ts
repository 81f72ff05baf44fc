import { readFileSync } from 'node:fs';
import { defineConfig, type Project } from '@playwright/test';
import { findBrowser, lackingForWebKit, launchOptions } from './browsers.mjs';

const engines = (['chromium', 'firefox'] as const).filter((name) =>
  findBrowser(name),
);

/** `npm run e2e:all`: what repeats in one engine what another has shown, and every row of disk damage, as well. */
const isAll = process.env['E2E'] === 'all';

/** Chromium without a window, where the same tests take half the time, for all but the longest run. */
const binaries = {
  chromium: isAll ? 'chromium' : 'shell',
  firefox: 'firefox',
} as const;

/** `npm run e2e:memory-off`: every answer must be the same from a worker that keeps nothing in memory. */
const isMemoryOff = process.env['MEMORY'] === 'off';

const catalogue = JSON.parse(
  readFileSync(new URL('faults.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, { readonly core?: boolean }>>;
/** Matches a test whose title names one of these faults: "A8, A12: ...". */
const named = (isCore: boolean): string => {
  const ids = Object.keys(catalogue).filter(
    (id) => isCore === (catalogue[id]?.core ?? false),
  );
  return `\\b(?:${ids.join('|')})[,:]`;
};

/** What one engine shows for all, since it is ours and not the engine's: Chromium alone runs it at every run. */
const once = [
  'demo/(?!demo\\.spec.*one button)',
  'heal/(?:shapes|storms)',
  'http/groups',
  'testing/',
  'verify/',
  'product/',
  'window/(?:api|ask|options|skew|state)',
  'workbox/(?:plugins|windows)',
].join('|');

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
  grepInvert: isAll
    ? /@chromium|@no-webkit/
    : new RegExp(`@chromium|@no-webkit|${once}`),
  ...(isAll ? {} : { grep: new RegExp(named(true)) }),
  use: { browserName: 'webkit' },
};

/** Beside that, Firefox leaves what stands for no fault of the core to Chromium. */
const firefox = isAll
  ? /@chromium/
  : new RegExp(`@chromium|${once}|^(?!.*${named(true)}).*${named(false)}`);

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
    grepInvert: [
      { chromium: /@firefox/, firefox }[name],
      ...(isMemoryOff ? [/@memory/, /heal\/memory/] : []),
    ],
    use: { browserName: name, launchOptions: launchOptions(binaries[name]) },
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
