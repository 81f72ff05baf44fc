/** Pages in the engine under test: Playwright's own, or WebKitGTK's in the same dress. */
import type { BrowserType, LaunchOptions, Page } from '@playwright/test';
import { WebKit } from './webkit/driver.js';

/** A page, and how to get rid of it. */
export interface Tab {
  readonly page: Page;
  close(): Promise<void>;
}

/** One browser for all tests of a worker process; every test has an origin, and so a storage, of its own. */
export interface Tabs {
  open(): Promise<Tab>;
  close(): Promise<void>;
}

/** Tabs of a browser that Playwright drives. */
export async function playwrightTabs(
  type: BrowserType,
  options: LaunchOptions,
): Promise<Tabs> {
  const browser = await type.launch(options);
  return {
    async open() {
      const context = await browser.newContext();
      return { page: await context.newPage(), close: () => context.close() };
    },
    close: () => browser.close(),
  };
}

type Call = (argument: unknown) => unknown;

/** What the tests use of Playwright's Page, over WebDriver. */
class WebKitPage implements Pick<Page, 'goto' | 'title' | 'url'> {
  readonly #browser: WebKit;
  readonly #init: Call[] = [];
  #url = '';

  constructor(browser: WebKit) {
    this.#browser = browser;
  }

  addInitScript(script: Call): Promise<void> {
    this.#init.push(script);
    return Promise.resolve();
  }

  async goto(url: string): Promise<null> {
    await this.#browser.goto(url);
    // WebDriver cannot run a script before the page's own.
    for (const script of this.#init) await this.evaluate(script, undefined);
    this.#url = await this.#browser.evaluate(() => location.href);
    return null;
  }

  evaluate(call: Call, argument: unknown): Promise<unknown> {
    return this.#browser.evaluate(call, argument);
  }

  title(): Promise<string> {
    return this.#browser.evaluate(() => document.title);
  }

  url(): string {
    return this.#url;
  }
}

/** The one page of a WebKitGTK, as far as the tests use Playwright's; there is no interface for that part of it. */
export const pageOf = (browser: WebKit): Page =>
  new WebKitPage(browser) as unknown as Page;

/** Tabs of WebKitGTK. */
export async function webKitTabs(): Promise<Tabs> {
  const browser = await WebKit.start();
  return {
    open: () => {
      return Promise.resolve({
        page: pageOf(browser),
        close: () => browser.goto('about:blank'),
      });
    },
    close: () => browser.close(),
  };
}
