// Soaks the built worker: pages in parallel, an origin that misbehaves, records that rot, a worker that is killed.
//
//   npm run soak -- [--requests 50000] [--minutes 15] [--seed N] [--project chromium]
//
// It ends when so many requests were answered, and fails when they were not within so many minutes.

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { findBrowser } from '../browsers.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '50000' },
    minutes: { type: 'string', default: '15' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    project: { type: 'string', multiple: true },
  },
});
const projects =
  values.project ?? ['chromium', 'firefox'].filter((name) => findBrowser(name));

const { status } = spawnSync(
  'npx',
  [
    ...['playwright', 'test', '-c', 'e2e', 'e2e/soak', '--workers=1'],
    ...projects.flatMap((name) => ['--project', name]),
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      SOAK_REQUESTS: values.requests,
      SOAK_LIMIT: String(Number(values.minutes) * 60),
      SOAK_SEED: values.seed,
    },
  },
);
process.exitCode = status ?? 1;
