import { expect, isHit, test, type App } from '../fixtures.js';
import { sha256 } from '../origin.js';
import { startOwn } from '../own-worker.js';
import { bulk, damageSlices, large, MB, ranged } from './large.js';
import { MemoryWatch } from './memory.js';

const MIB = 1024 * 1024;
const path = '/huge';
const bytes = bulk('huge', 200 * MB);
const first = large('huge', bytes);
const roomy = 'install({ maxEntryBytes: 256e6, maxBytes: 512e6 });';

/** Reads a body in the page and keeps nothing of it; `meanwhile` is called whenever so many bytes have been read. */
async function drain(app: App, meanwhile?: () => Promise<void>): Promise<void> {
  const reader = await app.page.evaluateHandle(async (url) => {
    const { body } = await fetch(url);
    return (body as ReadableStream<Uint8Array>).getReader();
  }, path);
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

for (const slice of [0, 95, 190]) {
  test(`200 MB: slice ${slice} of 190 is broken`, async ({ idle: app }) => {
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

test('200 MB: the worker holds a few slices at a time', async ({
  idle: app,
}) => {
  test.skip(!app.isChromium, "the figures come over Chromium's protocol");
  await storeHuge(app);
  const watch = await MemoryWatch.start(app.page.context());
  await watch.attach();
  const measure = async (name: string): Promise<void> => {
    await app.ask('forget');
    const rest = await watch.live();
    let held = 0;
    const rises = await watch.rises(() =>
      drain(app, async () => {
        held = Math.max(held, (await watch.live()) - rest);
      }),
    );
    process.stdout.write(
      `${name}: the worker holds ${(held / MIB).toFixed(1)} MiB more than at rest; renderers, garbage and page included, up to ${Math.max(...rises)} MiB\n`,
    );
    expect.soft(held, name).toBeLessThanOrEqual(16 * MIB);
  };
  await measure('read from the store');
  await damageSlices(app, path, [60, 120]);
  await app.ask('forget');
  await watch.attach();
  await measure('mended in mid-stream');
  app.origin.on(path, ranged(large('again', bytes)));
  await app.ask('purge', { filter: { all: true } });
  await measure('stored on its way');
});
