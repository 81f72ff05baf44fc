/** A WebDriver client for WebKitGTK under Xvfb, as small as the tests allow (W3C WebDriver 2). */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBrowser, lackingForWebKit, PYTHON } from '../browsers.mjs';

const BROWSER = fileURLToPath(new URL('browser.py', import.meta.url));

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

/** One browser with a profile of its own. */
export class WebKit {
  readonly #base: string;
  readonly #end: () => Promise<void>;

  private constructor(base: string, end: () => Promise<void>) {
    this.#base = base;
    this.#end = end;
  }

  /** Starts one; with a folder, on a profile that outlives it. */
  static async start(profile?: string): Promise<WebKit> {
    const found = findBrowser('webkit');
    if (!found) throw new Error(lackingForWebKit());
    const port = await freePort();
    const [server, display] = await startDisplay();
    const driver = spawn(found.path, [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: 'ignore',
      env: { ...process.env, DISPLAY: display },
    });
    const folder =
      profile ?? mkdtempSync(path.join(tmpdir(), 'mendbox-webkit-'));
    const end = async (): Promise<void> => {
      driver.kill();
      server?.kill();
      // Its processes may still write while they end.
      if (profile === undefined)
        await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    };
    const root = `http://127.0.0.1:${port}`;
    await listening(root);
    const options = { binary: PYTHON, args: [BROWSER, folder] };
    const { sessionId } = (await send('POST', `${root}/session`, {
      capabilities: {
        alwaysMatch: { 'webkitgtk:browserOptions': options },
      },
    })) as { sessionId: string };
    const browser = new WebKit(`${root}/session/${sessionId}`, end);
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
        (value) => done({ json: JSON.stringify({ value }) }),
      ).catch(
        (error) => done({ error: String(error) + '\\n' + (error?.stack ?? '') }),
      );`;
    const result = (await send('POST', `${this.#base}/execute/async`, {
      script,
      args: given,
    })) as { json: string } | { error: string };
    if ('error' in result) throw new Error(result.error);
    // WebDriver would make null of what is undefined.
    const { value } = JSON.parse(result.json) as { value: Awaited<R> };
    return value;
  }

  async close(): Promise<void> {
    await send('DELETE', this.#base).catch(() => undefined);
    await this.#end();
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
