import {
  expect,
  test as base,
  type CDPSession,
  type Page,
} from '@playwright/test';
import type { HealEvent } from '../src/fault.js';
import {
  installBench,
  type Fetched,
  type Pair,
  type PairShape,
} from './page.js';
import { Origin } from './origin.js';
import { playwrightTabs, webKitTabs, type Tabs } from './tabs.js';

/** One call of IndexedDB that goes wrong inside the worker; e2e/worker/shim.js says what each word does. */
export interface StoreFault {
  readonly on:
    | 'open'
    | 'deleteDatabase'
    | 'transaction'
    | 'get'
    | 'put'
    | 'delete'
    | 'getAll'
    | 'getAllKeys'
    | 'openCursor'
    | 'openKeyCursor';
  readonly how: 'hang' | 'hold' | 'throw' | 'fail' | 'abort';
  readonly name?: string;
  readonly message?: string;
  readonly store?: 'policies' | 'payloads' | 'meta';
  readonly mode?: 'readonly' | 'readwrite';
  /** Only puts of a Blob. */
  readonly blobs?: true;
  /** `false`: only in the default storage bucket. */
  readonly bucket?: false;
  /** So often, then never again. */
  readonly times?: number;
  /** A put into the same object store ends it. */
  readonly mended?: true;
}

/** What the worker runs on. */
export interface Shim {
  readonly faults?: readonly StoreFault[];
  /** Milliseconds by which the worker's clocks, Date and performance, are ahead. */
  readonly clock?: number;
  /** There is no indexedDB. */
  readonly missing?: true;
  /** Lets go what 'hold' held. */
  readonly release?: true;
}

/** What `stats` answers, as far as tests ask. */
export interface Stats {
  readonly state: 'ready' | 'opening' | 'unavailable';
  readonly entries: number;
  readonly bytes: number;
  readonly memory: { readonly entries: number; readonly bytes: number };
  readonly hits: number;
  readonly heals: number;
}

const DATABASE = 'mendbox';

/** Response fields that keep a body for a while. */
export const kept = {
  'cache-control': 'max-age=600',
  'content-type': 'text/plain',
};

/** How Cache-Status begins when a stored response answered (RFC 9211 section 2.1). */
export const isHit = /^mendbox; hit/;

/** A page that the built worker controls, and the ways to look at both and to harm what they stored. */
export class App {
  readonly page: Page;
  readonly origin: Origin;
  readonly isChromium: boolean;
  #cdp: CDPSession | undefined;

  constructor(page: Page, origin: Origin, isChromium: boolean) {
    this.page = page;
    this.origin = origin;
    this.isChromium = isChromium;
  }

  /** Opens the origin's page and waits until the worker controls it; with `shim`, a worker whose storage can fail. */
  async start(shim?: Shim): Promise<void> {
    await this.page.goto(`${this.origin.url}/`);
    await this.control(shim);
  }

  /** The second half of start(), for a page that is open already. */
  async control(shim?: Shim): Promise<void> {
    const script =
      shim === undefined
        ? '/worker.js'
        : `/shim-worker.js?shim=${encodeURIComponent(JSON.stringify(shim))}`;
    await this.page.evaluate((url) => window.bench.control(url), script);
  }

  /** The key under which a plain GET of this path is stored. */
  key(path: string): string {
    return `${this.origin.url}${path}`;
  }

  /** fetch() in the page, with its body read to the end. */
  async fetch(path: string, init: RequestInit = {}): Promise<Fetched> {
    return await this.page.evaluate(
      ([url, options]) => window.bench.fetch(url, options),
      [path, init] as const,
    );
  }

  /** Fetches a path, and waits until the answer is stored. */
  async store(path: string): Promise<void> {
    await this.fetch(path);
    await this.settled(path);
  }

  /** The HealEvents broadcast since the page was loaded. */
  async heals(): Promise<HealEvent[]> {
    return await this.page.evaluate(() => window.bench.heals);
  }

  /** The HealEvents that the worker sent to this client. */
  async told(): Promise<HealEvent[]> {
    return await this.page.evaluate(() => window.bench.told);
  }

  /** Waits for the nth HealEvent since the page was loaded. */
  async nextHeal(nth = 1): Promise<HealEvent> {
    let found: HealEvent | undefined;
    await expect
      .poll(
        async () => {
          found = (await this.heals())[nth - 1];
          return found;
        },
        { message: `HealEvent number ${nth}` },
      )
      .toBeDefined();
    return found as HealEvent;
  }

  /** Both stored records of a path. */
  async records(path: string, key = this.key(path)): Promise<PairShape> {
    return await this.page.evaluate(
      ([k, name]) => window.bench.shape(k, name),
      [key, DATABASE] as const,
    );
  }

  /** All keys of the store `policies`. */
  async keys(): Promise<string[]> {
    return await this.page.evaluate(
      (name) => window.bench.keys(name),
      DATABASE,
    );
  }

  /** Waits until the entry of a path is stored, with these bytes if they are given. */
  async settled(
    path: string,
    hash?: string,
    key = this.key(path),
  ): Promise<void> {
    await expect
      .poll(
        async () => {
          const { policy, payload } = await this.records(path, key);
          if (!policy || !payload) return 'not stored';
          return hash === undefined ? 'stored' : payload.body.sha256;
        },
        { message: `${path} is stored`, intervals: [10, 20, 50, 100, 250] },
      )
      .toBe(hash ?? 'stored');
  }

  /**
   * Reads a stored pair, lets a function change it in the page, and writes it back, under the same or another path.
   * Only the function's text reaches the page.
   */
  async damage(
    path: string,
    change: (pair: Pair) => void | Promise<void>,
    target = path,
  ): Promise<void> {
    const { policy, payload } = await this.records(path);
    expect(policy && payload, 'there is something to damage').toBeDefined();
    await this.page.evaluate(
      async ([key, to, name, text]) => {
        const pair = await window.bench.read(key, name);
        // oxlint-disable-next-line no-implied-eval -- the test's own text
        const harm = new Function(`return (${text})`)() as typeof change;
        await harm(pair as Pair);
        await window.bench.write(to, name, pair);
      },
      [this.key(path), this.key(target), DATABASE, change.toString()] as const,
    );
  }

  /** Asks the controlling worker; rejects if it answers that it failed. */
  async ask<T = unknown>(what: string, extra: object = {}): Promise<T> {
    const message = { mendbox: 1, ask: what, ...extra };
    return (await this.page.evaluate((m) => window.bench.ask(m), message)) as T;
  }

  async stats(): Promise<Stats> {
    return await this.ask<Stats>('stats');
  }

  /** Changes what goes wrong in a worker started with a shim; gives the calls counted since the last time. */
  async shim(shim: Shim): Promise<Readonly<Record<string, number>>> {
    return (await this.page.evaluate((m) => window.bench.ask(m), {
      shim,
    })) as Record<string, number>;
  }

  /**
   * The worker's memory is lost. In Chromium the worker is really stopped, and the next event starts it; elsewhere it is
   * asked to forget.
   */
  async restartWorker(): Promise<void> {
    if (!this.isChromium) {
      await this.ask('forget');
      return;
    }
    const cdp = await this.cdp();
    await cdp.send('ServiceWorker.enable');
    await cdp.send('ServiceWorker.stopAllWorkers');
  }

  /** Chromium's DevTools protocol, for the page. */
  async cdp(): Promise<CDPSession> {
    this.#cdp ??= await this.page.context().newCDPSession(this.page);
    return this.#cdp;
  }
}

interface Fixtures {
  /** A server on a port of its own. */
  origin: Origin;
  /** A second one: what the page asks of it is cross-origin. */
  elsewhere: Origin;
  /** A page not yet opened; App.start() opens it. */
  idle: App;
  /** A page that the built worker controls. */
  app: App;
}

/** Playwright's test with the project's fixtures. */
export const test = base.extend<Fixtures, { tabs: Tabs }>({
  tabs: [
    async ({ playwright, browserName, launchOptions }, use) => {
      const tabs =
        browserName === 'webkit'
          ? await webKitTabs()
          : await playwrightTabs(playwright[browserName], launchOptions);
      await use(tabs);
      await tabs.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
  origin: async ({}, use) => {
    const origin = await Origin.start();
    await use(origin);
    await origin.close();
  },
  // oxlint-disable-next-line no-empty-pattern -- as above
  elsewhere: async ({}, use) => {
    const origin = await Origin.start();
    await use(origin);
    await origin.close();
  },
  idle: async ({ tabs, origin, browserName }, use) => {
    const tab = await tabs.open();
    await tab.page.addInitScript(installBench);
    await use(new App(tab.page, origin, browserName === 'chromium'));
    await tab.close();
  },
  app: async ({ idle }, use) => {
    await idle.start();
    await use(idle);
  },
});

export { expect };
