import { expect, isHit, test, type App } from '../fixtures.js';
import { sha256 } from '../origin.js';
import { startOwn } from '../own-worker.js';
import { bulk, damageSlices, large, MB, ranged, sliceAt } from './large.js';
import { MemoryWatch } from './memory.js';

const MIB = 1024 * 1024;
const path = '/huge';
const bytes = bulk('huge', 200 * MB);
const first = large('huge', bytes);

/** For comparison: what a worker costs that stores nothing and only hands on what comes from the network. */
const plain = '/plain';
const roomy = `
  install({ maxEntryBytes: 256e6, maxBytes: 512e6, match: ({ url }) => url.pathname !== '${plain}' });
  const handOn = ({ body, headers }) => {
    const reader = body.getReader();
    const pull = async (controller) => {
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers });
  };
  addEventListener('fetch', (event) => {
    if (new URL(event.request.url).pathname === '${plain}')
      event.respondWith(fetch(event.request).then(handOn));
  });`;

/** Reads a body in the page and keeps nothing of it; `meanwhile` is called whenever so many bytes have been read. */
async function drain(
  app: App,
  from = path,
  meanwhile?: () => Promise<void>,
): Promise<void> {
  const reader = await app.page.evaluateHandle(async (url) => {
    const { body } = await fetch(url);
    return (body as ReadableStream<Uint8Array>).getReader();
  }, from);
  const step = meanwhile ? 25 * MB : Infinity;
  for (let read = 0; read < bytes.length; await meanwhile?.()) {
    read += await reader.evaluate(async (source, wanted) => {
      let length = 0;
      while (length < wanted) {
        const { value, done } = await source.read();
        if (done) break;
        length += value.length;
      }
      return length;
    }, step);
  }
  await reader.evaluate((source) => source.read());
}

async function storeHuge(app: App): Promise<void> {
  app.origin.on(path, ranged(first));
  await startOwn(app, roomy);
  await drain(app);
  await expect
    .poll(async () => (await app.stats()).entries, { timeout: 60_000 })
    .toBe(1);
}

const last = sliceAt(bytes.length - 1);

for (const slice of [0, Math.floor(last / 2), last]) {
  test(`200 MB: slice ${slice} of ${last} is broken`, async ({ idle: app }) => {
    await storeHuge(app);
    await damageSlices(app, path, [slice]);
    await app.ask('forget');
    const got = await app.fetch(path);
    expect(got.error).toBeUndefined();
    expect(got.sha256).toBe(sha256(bytes));
    expect(await app.nextHeal()).toMatchObject({
      outcome: slice === 0 ? 'replayed' : 'range-spliced',
    });
    await expect(async () => {
      await app.ask('forget');
      const again = await app.fetch(path);
      expect(again.headers['cache-status']).toMatch(isHit);
      expect(again.sha256).toBe(sha256(bytes));
      expect(await app.heals()).toHaveLength(1);
    }).toPass();
  });
}

/** A page that is isolated from other origins has another process than the worker, whose script is not. */
const isolated = {
  headers: {
    'content-type': 'text/html',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  },
  body: '<!doctype html><title>isolated</title>',
};

// npm run e2e:large -- --project=chromium -g "a few slices"
test('200 MB: the worker holds a few slices at a time, and its process does not grow by more', async ({
  idle: app,
}) => {
  test.skip(!app.isChromium, "the figures come over Chromium's protocol");
  app.origin.answer('/', isolated);
  await storeHuge(app);
  const watch = await MemoryWatch.start(app.page.context());
  const measure = async (
    name: string,
    garbage: number,
    from = path,
  ): Promise<number> => {
    await app.ask('forget');
    await watch.attach();
    const rest = await watch.live();
    const rise = await watch.rise(() => drain(app, from));
    await app.ask('forget');
    let held = 0;
    await drain(app, from, async () => {
      held = Math.max(held, (await watch.live()) - rest);
    });
    process.stdout.write(
      `${name}: the worker holds ${(held / MIB).toFixed(1)} MiB more than at rest, its process ${(rise / MIB).toFixed(1)} MiB\n`,
    );
    expect.soft(held, name).toBeLessThanOrEqual(16 * MIB);
    expect.soft(rise, name).toBeLessThanOrEqual(16 * MIB + garbage);
    return rise;
  };
  await measure('read from the store', 0);
  const uncached = () => ({
    ...first,
    headers: { ...first.headers, 'cache-control': 'no-cache' },
  });
  app.origin.on(plain, uncached);
  // Chromium 156 collects what came from the network only when 64 MiB of it lie about, whoever reads it.
  const garbage = await measure('only handed on', Infinity, plain);
  await damageSlices(app, path, [60, 120]);
  await measure('mended in mid-stream', garbage);
  app.origin.on(path, uncached);
  await app.ask('purge', { filter: { all: true } });
  await measure('stored on its way', garbage);
});
