// Soaks the built worker: pages in parallel, an origin that misbehaves, records that rot, a worker that is killed.
//
//   npm run soak -- [--requests 50000] [--minutes 15] [--seed N] [--project chromium]
//
// It ends when so many requests were answered, and fails when they were not within so many minutes.

import { parseArgs } from 'node:util';
import { longRun, SHARED } from '../long-run.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '50000' },
    minutes: { type: 'string', default: '15' },
    ...SHARED,
  },
});

longRun('e2e/soak', values.project, {
  SOAK_REQUESTS: values.requests,
  SOAK_LIMIT: String(Number(values.minutes) * 60),
  SOAK_SEED: values.seed,
});
