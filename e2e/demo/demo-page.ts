import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  expect,
  test as base,
  type Locator,
  type Page,
} from '@playwright/test';
import { build, preview } from 'vite';
import type { ResourceName } from '../../demo/resources.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The demo as a visitor uses it: by its buttons, and by what it says. */
export class DemoPage {
  readonly page: Page;
  readonly url: string;
  readonly rows: Locator;

  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
    this.rows = page.getByTestId('heal-row');
  }

  /** Opens the page and waits until its worker is in control. */
  async open(): Promise<void> {
    await this.page.goto(this.url);
    await expect(this.page.getByTestId('state-worker')).toHaveText(
      'in control',
    );
  }

  part(part: 'source' | 'ms' | 'proof', name: ResourceName): Locator {
    return this.page.getByTestId(`${part}-${name}`);
  }

  /** Both records of a resource, as the card shows them. */
  halves(name: ResourceName): Locator {
    return this.page.getByTestId(`resource-${name}`).locator('[data-half]');
  }

  /** Presses a resource's button, and waits for its answer. */
  async fetch(name: ResourceName): Promise<void> {
    const card = this.page.getByTestId(`resource-${name}`);
    await this.page.getByTestId(`fetch-${name}`).click();
    await expect(card).toHaveAttribute('aria-busy', 'false');
  }

  /** The bytes on the page are the origin's. */
  async isProven(name: ResourceName): Promise<void> {
    await expect(this.part('proof', name)).toHaveAttribute(
      'data-proof',
      'equal',
    );
  }

  /** Fetches a resource and waits until both its records are stored. */
  async store(name: ResourceName): Promise<void> {
    await this.fetch(name);
    await expect(this.halves(name)).toHaveCount(2);
    for (const half of await this.halves(name).all())
      await expect(half).toHaveAttribute('data-half', 'stored');
  }

  /** Chooses a resource and presses one of the break buttons. */
  async break(how: string, name?: ResourceName): Promise<void> {
    if (name !== undefined)
      await this.page.getByTestId(`target-${name}`).check();
    await this.page.getByTestId(`break-${how}`).click();
    const outcome = this.page.getByTestId('break-outcome');
    await expect(outcome).toHaveAttribute('data-state', 'broken');
  }
}

interface Served {
  /** Where `vite preview` serves the built page; one server for each of Playwright's workers. */
  site: string;
}

/** Playwright's test with the built demo, served on a port of its own. */
export const test = base.extend<{ demo: DemoPage }, Served>({
  site: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
    async ({}, use) => {
      const outDir = await mkdtemp(path.join(tmpdir(), 'mendbox-demo-'));
      const shared = {
        configFile: path.join(ROOT, 'vite.config.ts'),
        root: path.join(ROOT, 'demo'),
        logLevel: 'error',
        build: { outDir, emptyOutDir: true },
      } as const;
      await build(shared);
      const server = await preview({
        ...shared,
        preview: { host: '127.0.0.1', port: 0 },
      });
      await use(server.resolvedUrls?.local[0] ?? '');
      await server.close();
      await rm(outDir, { recursive: true });
    },
    { scope: 'worker' },
  ],
  demo: async ({ page, site }, use) => {
    await use(new DemoPage(page, site));
  },
});

export { expect };
