// npm run demo: builds the worker and the page, and serves both.
//
//   npm run demo                     on port 4173, or the next one that is free
//   npm run demo -- --port 8080      on that port, or the next one that is free

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, preview } from 'vite';

const DEFAULT_PORT = 4173;

const WHAT_TO_TRY = `
  1. Press "Break one and watch it mend".
  2. Choose a resource under "Break it by hand", damage what is stored for it, and fetch it:
     the bytes are right, and the log says what was wrong.
  3. Do the same to Workbox, further down.

  Ctrl+C ends the server.`;

function portOf(text) {
  const port = Number(text ?? DEFAULT_PORT);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`--port must be a number from 1 to 65535, not ${text}`);
}

async function serve() {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const port = portOf(values.port);
  const root = fileURLToPath(new URL('..', import.meta.url));
  // vite.config.ts names its folders from the repository's root.
  process.chdir(root);
  const shared = {
    configFile: path.join(root, 'vite.config.ts'),
    logLevel: 'warn',
  };
  console.log('\n  Building the worker…');
  await build({ ...shared, mode: 'worker' });
  console.log('  Building the page…');
  await build({ ...shared, mode: 'production' });
  const { resolvedUrls } = await preview({
    ...shared,
    preview: { port, host: '127.0.0.1', strictPort: false },
  });
  console.log(`\n  mendbox demo: ${resolvedUrls?.local[0]}\n${WHAT_TO_TRY}`);
}

try {
  await serve();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
