// Runs the rows of damage in WebKitGTK, driven over WebDriver under Xvfb.
//
//   npm run e2e:webkit

import { spawnSync } from 'node:child_process';

const run = (...command) =>
  spawnSync(command[0], command.slice(1), { stdio: 'inherit' }).status ?? 1;

process.exitCode =
  run('node', 'e2e/browsers.mjs', 'chromium', 'webkit') ||
  run('npx', 'playwright', 'test', '-c', 'e2e', '--project', 'webkit');
