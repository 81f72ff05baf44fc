import { cpSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, firefox, test as base, type Page } from '@playwright/test';
import { launchOptions } from '../browsers.mjs';
import { App, expect } from '../fixtures.js';
import { noise, Origin, sha256, type Answer } from '../origin.js';
import { installBench } from '../page.js';
import { pageOf } from '../tabs.js';
import { WebKit } from '../webkit/driver.js';

/** Every form of stored body: inside the record, nearly a file, a Blob of one slice, a Blob of several. */
export const paths: Readonly<Record<string, number>> = {
  '/small-1': 2_000,
  '/small-2': 2_000,
  '/small-3': 2_000,
  '/medium': 40_000,
  '/large-1': 200_000,
  '/large-2': 200_000,
  '/slices': 1_300_000,
};

const names = Object.keys(paths);

/** The bytes of a path in a release. */
const bytesOf = (at: string, release: string): Buffer =>
  noise(`${release}:${at}`, paths[at] ?? 0);

/** The origin publishes a release: every path has other bytes; `fields` say how long they are fresh, an hour if not given. */
export function publish(
  origin: Origin,
  release: string,
  fields: Readonly<Record<string, string>> = {
    'cache-control': 'max-age=3600',
  },
): void {
  for (const at of names) {
    origin.answer(at, {
      headers: { ...fields, etag: `"${release}"` },
      body: bytesOf(at, release),
    } satisfies Answer);
  }
}

/** The engines that can be started on a profile. */
export type Engine = 'chromium' | 'firefox' | 'webkit';

interface Closable {
  close(): Promise<void>;
}

/** Starts an engine on a profile. */
async function started(
  engine: Engine,
  profile: string,
): Promise<[Page, Closable]> {
  if (engine === 'webkit') {
    const browser = await WebKit.start(profile);
    return [pageOf(browser), browser];
  }
  const type = engine === 'chromium' ? chromium : firefox;
  const options = launchOptions(engine);
  const context = await type.launchPersistentContext(profile, options);
  return [context.pages()[0] ?? (await context.newPage()), context];
}

/** A browser on a profile that outlives it. */
export class Session {
  readonly app: App;
  readonly #browser: Closable;

  private constructor(app: App, browser: Closable) {
    this.app = app;
    this.#browser = browser;
  }

  static async open(
    engine: Engine,
    profile: string,
    origin: Origin,
  ): Promise<Session> {
    const [page, browser] = await started(engine, profile);
    await page.addInitScript(installBench);
    const app = new App(page, origin, engine === 'chromium');
    await app.start();
    return new Session(app, browser);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** Fetches every path; each must bring one of the releases whole. Gives the paths that the cache answered. */
  async fetchAll(...releases: [string, ...string[]]): Promise<string[]> {
    const hits: string[] = [];
    const all = await this.app.page.evaluate(
      (urls) => Promise.all(urls.map((url) => window.bench.fetch(url))),
      names,
    );
    for (const [index, got] of all.entries()) {
      const at = names[index] ?? '';
      expect.soft(got.error, at).toBeUndefined();
      const right = releases.map((release) => sha256(bytesOf(at, release)));
      expect.soft(right, `${at}: the right bytes`).toContain(got.sha256);
      if (got.headers['cache-status']?.startsWith('mendbox; hit'))
        hits.push(at);
    }
    return hits;
  }

  /** The cache answers every path again, from the disk. */
  async expectAllHits(...releases: [string, ...string[]]): Promise<void> {
    const afterForgetting = async (): Promise<string[]> => {
      await this.app.ask('forget');
      return await this.fetchAll(...releases);
    };
    await expect.poll(afterForgetting, { timeout: 20_000 }).toEqual(names);
  }
}

/** A profile in which every path of the first release is stored, closed or cut off. */
export interface Written {
  readonly origin: Origin;
  /** Copies the profile to a folder of its own. */
  copy(): string;
}

async function write(engine: Engine): Promise<Written & { end(): void }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mendbox-disk-'));
  const master = path.join(folder, 'master');
  const origin = await Origin.start();
  publish(origin, 'first');
  const session = await Session.open(engine, master, origin);
  await session.fetchAll('first');
  for (const at of names) await session.app.settled(at);
  const still = path.join(folder, 'still');
  const keep = (): void =>
    cpSync(master, still, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (file) => !lstatSync(file).isSocket(),
    });
  // Closed in time, WebKit puts what it has written ahead into the database; one that is cut off leaves both behind.
  if (engine === 'webkit') keep();
  await session.close();
  if (engine !== 'webkit') keep();
  let copies = 0;
  return {
    origin,
    copy() {
      const to = path.join(folder, `copy-${copies++}`);
      cpSync(still, to, { recursive: true, verbatimSymlinks: true });
      for (const lock of ['SingletonLock', 'SingletonCookie', 'lock'])
        rmSync(path.join(to, lock), { force: true });
      return to;
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Playwright's test with a written profile, made once a worker process. */
export const test = base.extend<object, { written: Written }>({
  written: [
    async ({ browserName }, use) => {
      const written = await write(browserName);
      await use(written);
      await written.origin.close();
      written.end();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});
