/** Reads stored bodies, and lets no byte out that was not verified in this worker's life. */
import { digest } from './digest.js';
import { withDeadline } from './deadline.js';
import {
  brokenBody,
  digestOfSlice,
  type Broken,
  type Entry,
} from './records.js';

/** A slice that passed, or what is wrong with it. */
export type Slice = ArrayBuffer | Broken;

const timedOut = (): Error => new Error('the Blob did not answer in time');

/** Reads and verifies one slice of a Blob body; never rejects. */
export async function readSlice(
  { record }: Entry,
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
export const isBroken = (slice: Slice | Entry): slice is Broken =>
  'is' in slice;

/** The entry with its Blob marked as verified. */
export function verified(entry: Entry): Entry {
  if (entry.body.is !== 'blob') return entry;
  return { ...entry, body: { ...entry.body, verified: true } };
}

/** Verifies a body of one slice as a whole; never rejects. */
export async function verifyWhole(
  entry: Entry,
  blob: Blob,
  deadlineMs: number,
): Promise<Entry | Broken> {
  const bytes = await readSlice(entry, blob, 0, deadlineMs);
  return isBroken(bytes) ? bytes : verified(entry);
}

/** What a stream of slices needs to know. */
export interface Reading {
  readonly entry: Entry;
  readonly blob: Blob;
  /** The first and the last byte wanted. */
  readonly first: number;
  readonly last: number;
  readonly deadlineMs: number;
  /** Told the fault that ends the stream; gives the error that the reader sees. */
  onBroken(broken: Broken): Error;
  /** Told when the last slice has been handed out. */
  onEnd(): void;
}

/**
 * A stream of a Blob's slices, each verified before it is handed out; the next one is read while this one is hashed. The
 * first slice is verified before the stream is made, so a fault there can still be healed whole.
 */
export async function verifiedStream(
  reading: Reading,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | Broken> {
  const { entry, blob, first, last, deadlineMs } = reading;
  const size = entry.record.slice;
  const end = Math.floor(last / size);
  const read = (at: number) => readSlice(entry, blob, at, deadlineMs);
  let slice = Math.floor(first / size);
  const begin = await read(slice);
  if (isBroken(begin)) return begin;
  let next: Slice | Promise<Slice> = begin;
  return new ReadableStream(
    {
      async pull(controller) {
        const bytes = await next;
        if (isBroken(bytes)) return controller.error(reading.onBroken(bytes));
        if (slice < end) next = read(slice + 1);
        const start = slice * size;
        const from = Math.max(first - start, 0);
        const to = Math.min(last - start + 1, bytes.byteLength);
        controller.enqueue(new Uint8Array(bytes, from, to - from));
        if (slice++ < end) return undefined;
        reading.onEnd();
        return controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
