import {
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { launchOptions } from '../browsers.mjs';
import { App, expect, isHit, test } from '../fixtures.js';
import { noise, sha256, type Answer, type Origin } from '../origin.js';
import { installBench } from '../page.js';

// Real damage: the browser is closed, files of its profile are edited, and it is started again.

const bodies = {
  '/small': noise('small', 2_000),
  '/large': noise('large', 300_000),
} as const;

const answer = (body: Buffer): Answer => ({
  headers: { 'cache-control': 'max-age=3600', etag: '"one"' },
  body,
});

/** All files under a folder, largest first. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
    .toSorted((a, b) => statSync(b).size - statSync(a).size);
}

function flip(file: string, at: number): void {
  const fd = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, at);
  byte[0] = (byte[0] ?? 0) ^ 0x10;
  writeSync(fd, byte, 0, 1, at);
}

interface DiskDamage {
  readonly id: string;
  readonly name: string;
  /** `store` holds the LevelDB's files, `blobs` the files of large values. */
  readonly damage: (store: string, blobs: string) => void;
  /** Whether the small entry, which lies in the LevelDB, is still there. */
  readonly small: 'kept' | 'lost';
  /** Whether entries are stored again in the same session. */
  readonly heals: boolean;
}

const largest = (folder: string): string => filesUnder(folder)[0] ?? '';
const logOf = (store: string): string =>
  filesUnder(store).find((file) => file.endsWith('.log')) ?? '';

const damages: readonly DiskDamage[] = [
  {
    id: 'A8',
    name: "one byte of a Blob's file is flipped",
    damage: (_store, blobs) => flip(largest(blobs), 123_456),
    small: 'kept',
    heals: true,
  },
  {
    id: 'A12',
    name: "a Blob's file is cut to half",
    damage: (_store, blobs) => truncateSync(largest(blobs), 150_000),
    small: 'kept',
    heals: true,
  },
  {
    id: 'A13',
    name: "a Blob's file is gone",
    damage: (_store, blobs) => rmSync(largest(blobs)),
    small: 'kept',
    heals: true,
  },
  {
    id: 'A12',
    name: 'the whole folder of large values is gone',
    damage: (_store, blobs) => rmSync(blobs, { recursive: true }),
    small: 'kept',
    heals: true,
  },
  {
    id: 'B3',
    name: 'one byte of the log is flipped, so the engine starts anew',
    damage: (store) => flip(logOf(store), 100),
    small: 'lost',
    heals: true,
  },
  {
    id: 'B1',
    name: 'CURRENT is garbage, so nothing opens for good',
    damage: (store) => {
      writeFileSync(path.join(store, 'CURRENT'), 'garbage');
    },
    small: 'lost',
    heals: true,
  },
  {
    id: 'B2',
    name: 'a file lies where the folder was',
    damage: (store) => {
      rmSync(store, { recursive: true });
      writeFileSync(store, '');
    },
    small: 'lost',
    heals: true,
  },
];

async function launch(
  profile: string,
  origin: Origin,
): Promise<{ app: App; context: BrowserContext }> {
  const context = await chromium.launchPersistentContext(
    profile,
    launchOptions('chromium'),
  );
  await context.addInitScript(installBench);
  const page = context.pages()[0] ?? (await context.newPage());
  const app = new App(page, origin, true);
  await app.start();
  return { app, context };
}

test.describe('on a damaged disk', () => {
  test.skip(
    ({ browserName }) => browserName !== 'chromium',
    "the files are Chromium's",
  );

  for (const row of damages) {
    test(`${row.id}: every answer is right although ${row.name}`, async ({
      origin,
    }) => {
      const profile = mkdtempSync(path.join(tmpdir(), 'mendbox-disk-'));
      const name = `Default/IndexedDB/${new URL(origin.url).host.replace(':', '_')}`;
      const folder = (kind: string): string =>
        path.join(profile, name.replace(/_(\d+)$/, `_$1.indexeddb.${kind}`));
      for (const [at, body] of Object.entries(bodies)) {
        origin.answer(at, answer(body));
      }
      const before = await launch(profile, origin);
      for (const [at, body] of Object.entries(bodies)) {
        await before.app.fetch(at);
        await before.app.settled(at, sha256(body));
      }
      await before.context.close();
      const prefixed = (kind: string): string =>
        folder(kind).replace('IndexedDB/', 'IndexedDB/http_');
      row.damage(prefixed('leveldb'), prefixed('blob'));

      const { app, context } = await launch(profile, origin);
      for (const [at, body] of Object.entries(bodies)) {
        const got = await app.fetch(at);
        expect(got.error).toBeUndefined();
        expect(got.sha256).toBe(sha256(body));
        const wasKept = at === '/small' && row.small === 'kept';
        expect(isHit.test(got.headers['cache-status'] ?? '')).toBe(wasKept);
      }
      if (row.heals) {
        for (const [at, body] of Object.entries(bodies)) {
          const afterForgetting = async (): Promise<string> => {
            await app.ask('forget');
            const got = await app.fetch(at);
            expect(got.sha256).toBe(sha256(body));
            return got.headers['cache-status'] ?? '';
          };
          await expect.poll(afterForgetting).toMatch(isHit);
        }
      }
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    });
  }
});
