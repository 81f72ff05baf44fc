// Fuzzes the built worker's store in the browsers that are there.
//
//   npm run fuzz -- [--runs 20000] [--seed N] [--project chromium]

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    project: { type: 'string', default: 'chromium' },
  },
});

const { status } = spawnSync(
  'npx',
  ['playwright', 'test', '-c', 'e2e', 'e2e/fuzz', '--project', values.project],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_RUNS: values.runs, FUZZ_SEED: values.seed },
  },
);
process.exitCode = status ?? 1;
