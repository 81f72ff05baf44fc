import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { digest } from '../digest.js';
import {
  digestsOf,
  digestsTo,
  extentOf,
  isDigested,
  sliceAt,
  startOf,
} from './slices.js';

const size = fc.integer({ min: 8, max: 2_000 });
const body = fc.uint8Array({ maxLength: 10_000 });

test('the slices of a body lie side by side from its first byte to its last', () => {
  fc.assert(
    fc.property(body, size, ({ buffer, length }, slice) => {
      const digests = digestsOf(buffer, slice);
      const sliced = { length, slice, digests };
      expect(isDigested(sliced)).toBe(true);
      let at = 0;
      for (let n = 0; at < length; n++) {
        const extent = extentOf(sliced, n);
        expect(extent.start).toBe(at);
        expect(extent.length).toBeGreaterThan(0);
        expect(extent.digest).toBe(
          digest(new Uint8Array(buffer, at, extent.length)),
        );
        expect(sliceAt(at, slice)).toBe(n);
        at += extent.length;
        expect(sliceAt(at - 1, slice)).toBe(n);
        expect(digestsTo(sliced, n + 1)).toBe(digests.slice(0, 16 * (n + 1)));
      }
      expect(at).toBe(length);
      expect(isDigested({ ...sliced, digests: `${digests}0` })).toBe(false);
    }),
  );
});

test('the first slice is an eighth of the others', () => {
  expect(startOf(0)).toBe(0);
  expect(startOf(1)).toBe(64 * 1024);
  expect(startOf(2) - startOf(1)).toBe(512 * 1024);
});
