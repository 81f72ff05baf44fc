// Fuzzes the built worker's store in every browser that is there.
//
//   npm run fuzz -- [--runs 20000] [--seed N] [--project chromium]

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { findBrowser } from '../browsers.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    project: { type: 'string', multiple: true },
  },
});
const projects =
  values.project ?? ['chromium', 'firefox'].filter((name) => findBrowser(name));

const { status } = spawnSync(
  'npx',
  [
    ...['playwright', 'test', '-c', 'e2e', 'e2e/fuzz', '--workers=1'],
    ...projects.flatMap((name) => ['--project', name]),
  ],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_RUNS: values.runs, FUZZ_SEED: values.seed },
  },
);
process.exitCode = status ?? 1;
