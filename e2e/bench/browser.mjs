/**
 * Chromium over a bare DevTools pipe. Playwright would watch the network of pages and workers, which makes a hit from a
 * service worker a quarter to a half slower.
 */
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { launchOptions } from '../browsers.mjs';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-extensions',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--remote-debugging-pipe',
];

/** Reads messages that end with a NUL, and hands each to the function. */
function listen(pipe, onMessage) {
  let parts = [];
  pipe.on('data', (chunk) => {
    let from = 0;
    for (let to = chunk.indexOf(0); to >= 0; to = chunk.indexOf(0, from)) {
      parts.push(chunk.subarray(from, to));
      onMessage(JSON.parse(Buffer.concat(parts).toString()));
      parts = [];
      from = to + 1;
    }
    parts.push(chunk.subarray(from));
  });
}

/** Starts Chromium with a profile in `folder`. */
export async function start(folder) {
  const child = spawn(
    launchOptions('chromium').executablePath,
    [...FLAGS, `--user-data-dir=${folder}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const [, , , input, output] = child.stdio;
  const asked = new Map();
  let last = 0;
  listen(output, ({ id, error, result }) => {
    const settle = asked.get(id);
    asked.delete(id);
    if (error) settle?.reject(new Error(error.message));
    else settle?.resolve(result);
  });
  const send = (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      asked.set(++last, { resolve, reject });
      input.write(
        `${JSON.stringify({ id: last, method, params, sessionId })}\0`,
      );
    });
  const { product } = await send('Browser.getVersion');
  const close = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    send('Browser.close').catch(() => undefined);
    await gone;
  };
  return { version: product, open: (url) => open(send, url), close };
}

async function open(send, first) {
  const { targetId } = await send('Target.createTarget', {
    url: 'about:blank',
  });
  const flat = { targetId, flatten: true };
  const { sessionId } = await send('Target.attachToTarget', flat);
  const tell = (method, params) => send(method, params, sessionId);
  await tell('ServiceWorker.enable');
  await tell('Page.enable');
  const page = {
    async evaluate(expression) {
      const asked = { expression, awaitPromise: true, returnByValue: true };
      const said = await tell('Runtime.evaluate', asked);
      const { exceptionDetails: failed } = said;
      if (failed) throw new Error(failed.exception?.description ?? failed.text);
      return said.result.value;
    },
    async goto(url) {
      await tell('Page.navigate', { url });
      const isThere = `document.readyState === 'complete' && location.href === ${JSON.stringify(url)}`;
      while (!(await page.evaluate(isThere).catch(() => false))) await wait(10);
    },
    /** Stops every worker, and waits until that has come to rest. */
    async stopWorkers() {
      await tell('ServiceWorker.stopAllWorkers');
      await wait(200);
    },
  };
  await page.goto(first);
  return page;
}
