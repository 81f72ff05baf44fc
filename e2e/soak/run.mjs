// Soaks the built worker: pages in parallel, an origin that misbehaves, records that rot, a worker that is killed.
//
//   npm run soak -- [--seconds 120] [--seed N] [--project chromium]

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    project: { type: 'string', default: 'chromium' },
  },
});

const { status } = spawnSync(
  'npx',
  ['playwright', 'test', '-c', 'e2e', 'e2e/soak', '--project', values.project],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      SOAK_SECONDS: values.seconds,
      SOAK_SEED: values.seed,
    },
  },
);
process.exitCode = status ?? 1;
