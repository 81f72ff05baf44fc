/**
 * Where the slices of a body lie. Each has a digest of its own: so a large body is verified piece by piece, each before it
 * is handed out.
 *
 * The first is an eighth as long as the others, as if the body had begun within it: a page waits for no more than that.
 */
import { digest } from '../digest.js';

/** Bytes of every slice but the first and the last. */
export const SLICE_BYTES = 512 * 1024;

/** Characters of one digest in its text form. */
const DIGEST_CHARS = 16;

/** What the first slice lacks to be as long as the others, in bytes. */
const lack = (size: number): number => size - (size >> 3);

/** The slice that a position lies in; `size` is the length of a slice, in bytes. */
export const sliceAt = (position: number, size = SLICE_BYTES): number =>
  Math.floor((position + lack(size)) / size);

/** The position at which a slice begins. */
export const startOf = (slice: number, size = SLICE_BYTES): number =>
  Math.max(0, slice * size - lack(size));

/** What is known of a stored body: its length and that of a slice, in bytes, and the digests, one a slice. */
interface Sliced {
  readonly length: number;
  readonly slice: number;
  readonly digests: string;
}

/** Whether there are as many digests as slices. */
export const isDigested = ({ length, slice, digests }: Sliced): boolean =>
  digests.length === (length && sliceAt(length - 1, slice) + 1) * DIGEST_CHARS;

/** The digests of the first so many slices. */
export const digestsTo = ({ digests }: Sliced, slices: number): string =>
  digests.slice(0, slices * DIGEST_CHARS);

/** A slice of a body: its beginning and its length, in bytes, and its digest. */
export interface Extent {
  readonly start: number;
  readonly length: number;
  readonly digest: string;
}

/** Where a slice lies, and what its digest must be. */
export function extentOf(body: Sliced, slice: number): Extent {
  const start = startOf(slice, body.slice);
  const end = startOf(slice + 1, body.slice);
  return {
    start,
    length: Math.min(end, body.length) - start,
    digest: body.digests.slice(
      slice * DIGEST_CHARS,
      (slice + 1) * DIGEST_CHARS,
    ),
  };
}

/** The digests of the slices of a buffer, joined; `size` is the length of a slice, in bytes. */
export function digestsOf(buffer: ArrayBuffer, size = SLICE_BYTES): string {
  const bytes = new Uint8Array(buffer);
  let digests = '';
  for (let slice = 0; startOf(slice, size) < bytes.length; slice++)
    digests += digest(
      bytes.subarray(startOf(slice, size), startOf(slice + 1, size)),
    );
  return digests;
}
