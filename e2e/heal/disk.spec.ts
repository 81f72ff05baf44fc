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
  },
  {
    id: 'A12',
    name: "a Blob's file is cut to half",
    damage: (_store, blobs) => truncateSync(largest(blobs), 150_000),
    small: 'kept',
  },
  {
    id: 'A13',
    name: "a Blob's file is gone",
    damage: (_store, blobs) => rmSync(largest(blobs)),
    small: 'kept',
  },
  {
    id: 'A12',
    name: 'the whole folder of large values is gone',
    damage: (_store, blobs) => rmSync(blobs, { recursive: true }),
    small: 'kept',
  },
  {
    id: 'B3',
    name: 'one byte of the log is flipped, so the engine starts anew',
    damage: (store) => flip(logOf(store), 100),
    small: 'lost',
  },
  {
    id: 'B1',
    name: 'CURRENT is garbage, so nothing opens for good',
    damage: (store) => {
      writeFileSync(path.join(store, 'CURRENT'), 'garbage');
    },
    small: 'lost',
  },
  {
    id: 'B2',
    name: 'a file lies where the folder was',
    damage: (store) => {
      rmSync(store, { recursive: true });
      writeFileSync(store, '');
    },
    small: 'lost',
  },
];

/** A browser profile that outlives its browser. */
class Profile {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'mendbox-disk-'));
  readonly #origin: Origin;
  #context: BrowserContext | undefined;

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Where the origin's IndexedDB lies: `leveldb` or, for large values, `blob`. */
  folder(kind: 'leveldb' | 'blob'): string {
    const { hostname, port } = new URL(this.#origin.url);
    const name = `http_${hostname}_${port}.indexeddb.${kind}`;
    return path.join(this.#folder, 'Default/IndexedDB', name);
  }

  async launch(): Promise<App> {
    const context = await chromium.launchPersistentContext(
      this.#folder,
      launchOptions('chromium'),
    );
    this.#context = context;
    await context.addInitScript(installBench);
    const page = context.pages()[0] ?? (await context.newPage());
    const app = new App(page, this.#origin, true);
    await app.start();
    return app;
  }

  /** Ends the browser; the files stay. */
  async close(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const disk = test.extend<{ profile: Profile }>({
  profile: async ({ origin }, use) => {
    const profile = new Profile(origin);
    await use(profile);
    await profile.remove();
  },
});

/** Every answer is right; says which were answered from the store. */
async function fetchAll(
  app: App,
  all: Readonly<Record<string, Buffer>>,
): Promise<Record<string, boolean>> {
  const hits: Record<string, boolean> = {};
  for (const [at, body] of Object.entries(all)) {
    const got = await app.fetch(at);
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(sha256(body));
    hits[at] = isHit.test(got.headers['cache-status'] ?? '');
  }
  return hits;
}

async function storeAll(
  profile: Profile,
  origin: Origin,
  all: Readonly<Record<string, Buffer>>,
): Promise<void> {
  for (const [at, body] of Object.entries(all)) origin.answer(at, answer(body));
  const app = await profile.launch();
  await fetchAll(app, all);
  for (const [at, body] of Object.entries(all)) {
    await app.settled(at, sha256(body));
  }
  await profile.close();
}

/** In the same session everything is stored again. */
async function expectStoredAgain(
  app: App,
  all: Readonly<Record<string, Buffer>>,
): Promise<void> {
  const missed = async (): Promise<string[]> => {
    await app.ask('forget');
    const hits = await fetchAll(app, all);
    return Object.keys(all).filter((at) => !hits[at]);
  };
  await expect.poll(missed, { timeout: 40_000 }).toEqual([]);
}

disk.describe('on a damaged disk', { tag: '@chromium' }, () => {
  // The files are Chromium's.
  for (const row of damages) {
    disk(
      `${row.id}: every answer is right although ${row.name}`,
      async ({ origin, profile }) => {
        await storeAll(profile, origin, bodies);
        row.damage(profile.folder('leveldb'), profile.folder('blob'));
        const app = await profile.launch();
        expect(await fetchAll(app, bodies)).toEqual({
          '/small': row.small === 'kept',
          '/large': false,
        });
        await expectStoredAgain(app, bodies);
      },
    );
  }

  disk(
    'B4: every answer is right although a block of the table is damaged and the engine closes the database',
    async ({ origin, profile }) => {
      disk.slow();
      // More than the 4 MiB that the engine keeps in its log before it writes a table.
      const many = Object.fromEntries(
        Array.from({ length: 110 }, (_, n) => [`/${n}`, noise(`${n}`, 45_000)]),
      );
      await storeAll(profile, origin, many);
      const table = filesUnder(profile.folder('leveldb')).find((file) =>
        file.endsWith('.ldb'),
      );
      expect(table).toBeDefined();
      for (const part of [0.3, 0.5, 0.7]) {
        flip(table ?? '', Math.floor(statSync(table ?? '').size * part));
      }
      const app = await profile.launch();
      await fetchAll(app, many);
      await expectStoredAgain(app, many);
    },
  );
});
