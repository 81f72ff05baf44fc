import { expect, isHit, test, type App } from '../fixtures.js';
import { sha256 } from '../origin.js';
import { startOwn } from '../own-worker.js';
import { bulk, damageSlices, large, MB, ranged } from './large.js';
import { MemoryWatch } from './memory.js';

const path = '/huge';
const bytes = bulk('huge', 200 * MB);
const first = large('huge', bytes);
const roomy = 'install({ maxEntryBytes: 256e6, maxBytes: 512e6 });';

/** Reads a body in the page and keeps nothing of it. */
async function drain(app: App): Promise<void> {
  const read = await app.page.evaluate(async (url) => {
    const { body } = await fetch(url);
    const reader = body!.getReader();
    let length = 0;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return length;
      length += value.length;
    }
  }, path);
  expect(read).toBe(bytes.length);
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
    const work = () => drain(app);
    await app.ask('forget');
    const live = await watch.liveRise(work);
    await app.ask('forget');
    const rises = await watch.rises(work);
    process.stdout.write(
      `${name}: ${live.toFixed(1)} MiB live in the worker above rest; its renderer ${rises.join(' or ')} MiB\n`,
    );
    expect(live).toBeLessThanOrEqual(16);
  };
  await measure('read from the store');
  await damageSlices(app, path, [60, 120]);
  await app.ask('forget');
  await watch.attach();
  await measure('mended in mid-stream, then read');
  app.origin.on(path, ranged(large('again', bytes)));
  await app.ask('purge', { filter: { all: true } });
  await measure('stored, then read');
});
