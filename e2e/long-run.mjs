import { spawnSync } from 'node:child_process';
import { findBrowser } from './browsers.mjs';

/** The options that every long run has. */
export const SHARED = {
  seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  project: { type: 'string', multiple: true },
};

/** Runs the specs of a folder in these projects, or in every browser that is there; the exit code is Playwright's. */
export function longRun(
  folder,
  projects = ['chromium', 'firefox'].filter((name) => findBrowser(name)),
  env = {},
) {
  const { status } = spawnSync(
    'npx',
    [
      ...['playwright', 'test', '-c', 'e2e', folder, '--workers=1'],
      ...projects.flatMap((name) => ['--project', name]),
    ],
    { stdio: 'inherit', env: { ...process.env, ...env } },
  );
  process.exitCode = status ?? 1;
}
