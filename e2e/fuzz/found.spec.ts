import { expect, isHit, test } from '../fixtures.js';
import { sha256 } from '../origin.js';

// What the fuzzer found, each kept as a test of its own.

const headers = { 'cache-control': 'max-age=3600' };
const body = 'x'.repeat(500);
const paths = ['/large', '/neighbour'];

/** Enough for a schema that lists and prints what it refuses to be busy for longer than a store may be silent. */
const BYTES = 16_000_000;

for (const half of ['policy', 'payload'] as const)
  test(`a ${half} record of megabytes is replaced, and holds up nobody else`, async ({
    app,
    origin,
  }) => {
    for (const path of paths) {
      origin.answer(path, { headers, body });
      await app.store(path);
    }
    await app.page.evaluate(
      async ([key, name, length]) => {
        const pair = await window.bench.read(key, 'mendbox');
        const large: object = new Uint8Array(length);
        await window.bench.write(key, 'mendbox', { ...pair, [name]: large });
      },
      [app.key('/large'), half, BYTES] as const,
    );
    await app.ask('forget');
    const [large, neighbour] = await app.page.evaluate(
      (urls) => Promise.all(urls.map((url) => window.bench.fetch(url))),
      paths,
    );
    expect(large?.sha256).toBe(sha256(body));
    expect(large?.headers['cache-status']).toContain(`healed-${half}-invalid`);
    expect(neighbour?.headers['cache-status']).toMatch(isHit);
    await app.nextHeal();
    expect(await app.heals()).toHaveLength(1);
    expect((await app.stats()).state).toBe('ready');
  });
