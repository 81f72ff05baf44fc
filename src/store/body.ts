/** Reads stored bodies, and lets no byte out that was not verified in this worker's life. */
import { digest } from './digest.js';
import { withDeadline } from './deadline.js';
import {
  brokenBody,
  digestOfSlice,
  type Broken,
  type Entry,
  type PolicyRecord,
} from './records.js';

/** A slice that passed, or what is wrong with it. */
export type Slice = ArrayBuffer | Broken;

const timedOut = (): Error => new Error('the Blob did not answer in time');

/** Reads and verifies one slice of a Blob body; never rejects. */
export async function readSlice(
  record: PolicyRecord,
  blob: Blob,
  slice: number,
  deadlineMs: number,
): Promise<Slice> {
  const start = slice * record.slice;
  const end = Math.min(start + record.slice, record.length);
  let bytes: ArrayBuffer;
  try {
    const part = record.slice >= record.length ? blob : blob.slice(start, end);
    bytes = await withDeadline(part.arrayBuffer(), deadlineMs, timedOut);
  } catch {
    return brokenBody(record, 'payload-invalid');
  }
  if (bytes.byteLength !== end - start)
    return brokenBody(record, 'length-mismatch');
  if (digest(bytes) !== digestOfSlice(record, slice))
    return brokenBody(record, 'digest-mismatch');
  return bytes;
}

/** Whether a value is a fault and not bytes. */
export const isBroken = (slice: Slice | Verified): slice is Broken =>
  'is' in slice;

/** The entry with its Blob marked as verified. */
export function verified(entry: Entry): Entry {
  if (entry.body.is !== 'blob') return entry;
  return { ...entry, body: { ...entry.body, verified: true } };
}

/** A verified entry, and the bytes of its body where they had to be read for it. */
export interface Verified {
  readonly entry: Entry;
  readonly bytes?: ArrayBuffer;
}

/** Verifies a body of one slice as a whole; never rejects. */
export async function verifyWhole(
  entry: Entry,
  blob: Blob,
  deadlineMs: number,
): Promise<Verified | Broken> {
  const bytes = await readSlice(entry.record, blob, 0, deadlineMs);
  return isBroken(bytes) ? bytes : { entry: verified(entry), bytes };
}

/**
 * Bytes as a stream of one chunk, which its reader may write into.
 *
 * A Response of bytes, or of a Blob, is registered with the browser's process, from which the page then fetches it; a
 * stream flows from the worker to the page (Chromium 156: fifty hits of 16 KiB at once take 17 ms and not 32).
 */
export const streamOfBytes = (
  bytes: Uint8Array<ArrayBuffer>,
): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });

/** Where the slices of a stream come from. */
export interface Slices {
  /** A verified slice; what it rejects with is the error that the reader sees. Asked in order, one at a time. */
  at(slice: number): Promise<ArrayBuffer>;
  /** Told when the last slice has been handed out, or the reader has gone. */
  end(isComplete: boolean): void;
}

/**
 * A stream of the bytes from `first` to `last`, each slice verified before it is handed out; the next one is read while
 * the page takes this one. `begin` is the slice that holds the first byte.
 */
export function streamOf(
  size: number,
  { first, last }: { readonly first: number; readonly last: number },
  begin: ArrayBuffer,
  slices: Slices,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const end = Math.floor(last / size);
  let slice = Math.floor(first / size);
  let next: ArrayBuffer | Promise<ArrayBuffer> = begin;
  return new ReadableStream(
    {
      async pull(controller) {
        const bytes = await next;
        const start = slice * size;
        const from = Math.max(first - start, 0);
        const to = Math.min(last - start + 1, bytes.byteLength);
        if (slice++ < end) {
          const ahead = slices.at(slice);
          // Whoever pulls next meets the rejection.
          ahead.catch(() => undefined);
          next = ahead;
        }
        controller.enqueue(new Uint8Array(bytes, from, to - from));
        if (slice <= end) return;
        slices.end(true);
        controller.close();
      },
      cancel: () => slices.end(false),
    },
    { highWaterMark: 0 },
  );
}
