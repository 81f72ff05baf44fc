import { createCipheriv } from 'node:crypto';
import { SLICE_BYTES, startOf } from '../../src/store/slices.js';
import { expect, type App } from '../fixtures.js';
import type { Answer, Handler, Origin } from '../origin.js';

/** Bytes in a million, as file sizes are given. */
export const MB = 1_000_000;

export { sliceAt, startOf } from '../../src/store/slices.js';

/** Bytes of a slice that is neither the first nor the last. */
export const SLICE = SLICE_BYTES;

/** As noise(), fast enough for 200 MB. */
export function bulk(seed: string, length: number): Buffer {
  const key = Buffer.alloc(16, seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(
    Buffer.alloc(length),
  );
}

/** A fresh response with a strong validator. */
export const large = (tag: string, body: Buffer): Answer => ({
  headers: {
    'cache-control': 'max-age=3600',
    'content-type': 'application/octet-stream',
    etag: `"${tag}"`,
  },
  body,
});

/** Answers Range and If-Range as RFC 9110 section 14 says. */
export const ranged =
  (answer: Answer): Handler =>
  ({ headers }) => {
    const body = Buffer.from(answer.body ?? '');
    const match = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    const condition = headers['if-range'];
    const etag = answer.headers?.['etag'];
    if (!match || (condition !== undefined && condition !== etag))
      return { ...answer, headers: { ...answer.headers } };
    const first = Number(match[1]);
    const last = match[2] ? Number(match[2]) : body.length - 1;
    return {
      status: 206,
      headers: {
        ...answer.headers,
        'content-range': `bytes ${first}-${last}/${body.length}`,
      },
      body: body.subarray(first, last + 1),
    };
  };

/** Stores a large body, restarts the worker, and gives what was stored. */
export async function store(
  app: App,
  origin: Origin,
  path: string,
  answer: Answer,
): Promise<void> {
  origin.on(path, ranged(answer));
  const got = await app.fetch(path);
  expect(got.error).toBeUndefined();
  await app.settled(path);
}

/** Flips one bit in the middle of each of these slices of a stored body. */
export async function flipSlices(
  app: App,
  path: string,
  slices: readonly number[],
): Promise<void> {
  await app.page.evaluate(
    async ([key, bad]) => {
      const pair = await window.bench.read(key, 'mendbox');
      let body = pair.payload?.['body'] as Blob;
      for (const [start, end] of bad) {
        const at = Math.floor((start + Math.min(end, body.size)) / 2);
        const [byte = 0] = new Uint8Array(
          await body.slice(at, at + 1).arrayBuffer(),
        );
        const flipped = new Uint8Array([byte ^ 4]);
        body = new Blob([body.slice(0, at), flipped, body.slice(at + 1)]);
      }
      await window.bench.write(key, 'mendbox', {
        ...pair,
        payload: { ...pair.payload, body },
      });
    },
    [
      app.key(path),
      slices.map((slice) => [startOf(slice), startOf(slice + 1)] as const),
    ] as const,
  );
}

/** As flipSlices(), and the worker's memory is lost. */
export async function damageSlices(
  app: App,
  path: string,
  slices: readonly number[],
): Promise<void> {
  await flipSlices(app, path, slices);
  await app.restartWorker();
}
