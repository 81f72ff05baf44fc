import { expect, test, type App } from '../fixtures.js';
import { sha256, type Answer } from '../origin.js';
import { startOwn } from '../own-worker.js';
import { bulk, large, MB, store } from './large.js';

const path = '/large';
const bytes = bulk('takeover', 8 * MB);
const first = large('takeover', bytes);

/**
 * Reads the first chunk of a body in the page, lets another worker be installed, which wants to take over at once, and reads
 * the rest; gives the SHA-256 of all.
 */
const readAcross = (app: App): Promise<string> =>
  app.page.evaluate(async (url) => {
    const { body } = await fetch(url);
    const reader = (
      body as ReadableStream<Uint8Array<ArrayBuffer>>
    ).getReader();
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const take = async (): Promise<boolean> => {
      const { value, done } = await reader.read();
      if (value) chunks.push(value);
      return done;
    };
    await take();
    const { installing } = await navigator.serviceWorker.register(
      '/worker.js?next',
      { scope: '/' },
    );
    await new Promise<void>((resolve) => {
      installing?.addEventListener('statechange', () => resolve());
    });
    // Asked so often, it has had the time to take over if nothing held it up.
    for (let n = 0; n < 20; n++)
      await new Promise<void>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', () => resolve());
        port1.start();
        installing?.postMessage({ mendbox: 1, ask: 'version' }, [port2]);
      });
    while (!(await take()));
    const whole = await new Blob(chunks).arrayBuffer();
    return window.bench.sha256(whole);
  }, path);

test('a worker that another replaces in mid-read gives the page a stored body to its end', async ({
  app,
  origin,
}) => {
  await store(app, origin, path, first);
  await app.ask('forget');
  expect(await readAcross(app)).toBe(sha256(bytes));
});

test('so it does with a body of the network that turned out too large to be stored', async ({
  idle: app,
  origin,
}) => {
  await startOwn(app, `install({ maxEntryBytes: ${MB} });`);
  const chunked: Answer = {
    ...first,
    headers: { ...first.headers, 'transfer-encoding': 'chunked' },
  };
  origin.answer(path, chunked);
  expect(await readAcross(app)).toBe(sha256(bytes));
});
