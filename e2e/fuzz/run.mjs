// Fuzzes the built worker's store in every browser that is there.
//
//   npm run fuzz -- [--runs 20000] [--seed N] [--project chromium]

import { parseArgs } from 'node:util';
import { longRun, SHARED } from '../long-run.mjs';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20000' }, ...SHARED },
});

longRun('e2e/fuzz', values.project, {
  FUZZ_RUNS: values.runs,
  FUZZ_SEED: values.seed,
});
