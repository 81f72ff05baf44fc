// Runs every test that WebKitGTK can take, driven over WebDriver under Xvfb; npm test runs the core of the catalogue.
//
//   npm run e2e:webkit

import { spawnSync } from 'node:child_process';

const run = (...command) =>
  spawnSync(command[0], command.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, E2E: 'all' },
  }).status ?? 1;

process.exitCode =
  run('node', 'e2e/browsers.mjs', 'chromium', 'webkit') ||
  run('npx', 'playwright', 'test', '-c', 'e2e', '--project', 'webkit');
