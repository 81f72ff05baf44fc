import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Origin } from '../origin.js';
import { publish, Session, test, type Engine } from './profile.js';

/** Room for a profile, and for what fills it up, in bytes. */
const SIZE = 200_000_000;

/** For mendbox alone: where WebKitGTK 2.50 keeps such bodies itself, a full disk makes its page crash. */
const OURS = {
  'cache-control': 'no-store',
  'sw-cache-control': 'max-age=3600',
};

/** Writes until there is no room left; gives what frees it again. */
function fill(folder: string): () => void {
  const files: string[] = [];
  for (let size = 1_000_000; size > 500;) {
    const file = path.join(folder, `filler-${files.length}`);
    files.push(file);
    try {
      writeFileSync(file, Buffer.alloc(size));
    } catch {
      // It holds as much as there was room for.
      size /= 10;
    }
  }
  return () => {
    for (const file of files) rmSync(file, { force: true });
  };
}

/** One test on a disk of its own that is full. */
export function fullDiskTest(engine: Engine): void {
  test('C4: a disk that is full costs no request its answer, and is used again once it has room', async () => {
    test.setTimeout(120_000);
    const folder = mkdtempSync(path.join(tmpdir(), 'mendbox-full-'));
    const options = ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', folder];
    const isMounted = spawnSync('mount', options).status === 0;
    const origin = await Origin.start();
    try {
      test.skip(!isMounted, 'only root may mount a disk, and not everywhere');
      publish(origin, 'first', OURS);
      const profile = path.join(folder, 'profile');
      const session = await Session.open(engine, profile, origin);
      const free = fill(folder);
      for (let n = 0; n < 3; n++) await session.fetchAll('first');
      free();
      await session.expectAllHits('first');
      await session.close();
    } finally {
      await origin.close();
      spawnSync('umount', ['-l', folder]);
      // The browser may still be writing into its profile.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    }
  });
}
