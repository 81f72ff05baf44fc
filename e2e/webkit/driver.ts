/** A WebDriver client for WebKitGTK's MiniBrowser under Xvfb, as small as the tests allow (W3C WebDriver 2). */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { findBrowser } from '../browsers.mjs';

const BROWSERS = ['x86_64-linux-gnu', 'aarch64-linux-gnu', '.']
  .flatMap((folder) =>
    ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map(
      (name) => `/usr/lib/${folder}/${name}/MiniBrowser`,
    ),
  )
  .concat(process.env['WEBKIT_PATH'] ?? []);

/** What is needed to drive WebKitGTK here, or what is missing. */
export function findWebKit(): { driver: string; browser: string } | string {
  const driver = findBrowser('webkit')?.path;
  if (driver === undefined) return 'there is no WebKitWebDriver';
  const browser = BROWSERS.toReversed().find((file) => existsSync(file));
  if (browser === undefined) return 'there is no MiniBrowser';
  if (!process.env['DISPLAY'] && !existsSync('/usr/bin/Xvfb'))
    return 'there is neither a display nor Xvfb';
  return { driver, browser };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Starts Xvfb on a free display, unless there is one; gives its number. */
function startDisplay(): Promise<[ChildProcess | undefined, string]> {
  const { DISPLAY: own } = process.env;
  if (own) return Promise.resolve([undefined, own]);
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '800x600x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`Xvfb ended: ${code}`)));
    server.stdio[3]?.once('data', (line: Buffer) =>
      resolve([server, `:${line.toString().trim()}`]),
    );
  });
}

/** One browser with a profile of its own, gone when it is closed. */
export class WebKit {
  readonly #base: string;
  readonly #children: readonly (ChildProcess | undefined)[];

  private constructor(
    base: string,
    children: readonly (ChildProcess | undefined)[],
  ) {
    this.#base = base;
    this.#children = children;
  }

  static async start(): Promise<WebKit> {
    const found = findWebKit();
    if (typeof found === 'string') throw new Error(found);
    const port = await freePort();
    const [server, display] = await startDisplay();
    const driver = spawn(found.driver, [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: 'ignore',
      env: { ...process.env, DISPLAY: display },
    });
    const children = [driver, server];
    const root = `http://127.0.0.1:${port}`;
    await listening(root);
    const options = { binary: found.browser, args: ['--automation'] };
    const { sessionId } = (await send('POST', `${root}/session`, {
      capabilities: {
        alwaysMatch: { 'webkitgtk:browserOptions': options },
      },
    })) as { sessionId: string };
    const browser = new WebKit(`${root}/session/${sessionId}`, children);
    await send('POST', `${browser.#base}/timeouts`, { script: 60_000 });
    return browser;
  }

  async goto(url: string): Promise<void> {
    await send('POST', `${this.#base}/url`, { url });
  }

  /** Runs an asynchronous function's text in the page, with arguments that JSON holds. */
  async evaluate<A extends unknown[], R>(
    call: (...given: A) => R | Promise<R>,
    ...given: A
  ): Promise<Awaited<R>> {
    const script = `
      const done = arguments[arguments.length - 1];
      const given = Array.from(arguments).slice(0, -1);
      Promise.resolve().then(() => (${call.toString()})(...given)).then(
        (value) => done({ value }),
        (error) => done({ error: String(error) + '\\n' + (error?.stack ?? '') }),
      );`;
    const result = (await send('POST', `${this.#base}/execute/async`, {
      script,
      args: given,
    })) as { value: Awaited<R> } | { error: string };
    if ('error' in result) throw new Error(result.error);
    return result.value;
  }

  async close(): Promise<void> {
    await send('DELETE', this.#base).catch(() => undefined);
    for (const child of this.#children) child?.kill();
  }
}

async function listening(root: string): Promise<void> {
  for (let n = 0; n < 100; n++) {
    const isThere = await fetch(`${root}/status`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await delay(100);
  }
  throw new Error('WebKitWebDriver does not answer');
}

async function send(
  method: string,
  url: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(value)}`);
  return value;
}
