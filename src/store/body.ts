/** Reads stored bodies, and lets no byte out that was not verified in this worker's life. */
import type { Fault } from '../fault.js';
import { digest } from '../digest.js';
import {
  brokenBody,
  faultIn,
  type Broken,
  type Entry,
  type PolicyRecord,
} from './records.js';
import { withDeadline } from './deadline.js';
import { extentOf } from './slices.js';
import { Source, type Bytes } from './source.js';

/** A slice that passed, or what is wrong with it. */
export type Slice = Bytes | Broken;

/** Whether a value is a fault and not bytes. */
export const isBroken = (slice: Slice | Verified): slice is Broken =>
  'is' in slice;

/** The slices of one Blob body; asked for in order they come out of one stream, a little ahead of the reader. */
export class Slices {
  readonly #record: PolicyRecord;
  readonly #blob: Blob;
  readonly #deadlineMs: number;
  #source: Source | undefined;
  /** The slice that the source is at. */
  #next = 0;

  /** Each wait for bytes may take `deadlineMs` milliseconds. */
  constructor(record: PolicyRecord, blob: Blob, deadlineMs: number) {
    this.#record = record;
    this.#blob = blob;
    this.#deadlineMs = deadlineMs;
  }

  /** Reads and verifies one slice, into the memory of `buffer` if it is given; never rejects. */
  async read(slice: number, buffer?: ArrayBuffer): Promise<Slice> {
    const extent = extentOf(this.#record, slice);
    const { start, length } = extent;
    let bytes: Bytes;
    try {
      if (slice !== this.#next) this.close();
      this.#source ??= this.#open(start);
      this.#next = slice + 1;
      bytes = await this.#source.take(length, buffer);
    } catch {
      return this.#broken('payload-invalid');
    }
    if (bytes.length !== length) return this.#broken('length-mismatch');
    if (digest(bytes) !== extent.digest) return this.#broken('digest-mismatch');
    return bytes;
  }

  #broken(fault: Fault): Broken {
    this.close();
    return brokenBody(this.#record, fault);
  }

  /** What is wrong with a body whose byte at a position cannot be had: its file was cut short; never rejects. */
  async cut(position: number): Promise<Broken | undefined> {
    const byte = this.#blob.slice(position, position + 1);
    return (await bytesIn(byte, this.#deadlineMs))?.byteLength
      ? undefined
      : brokenBody(this.#record, 'length-mismatch');
  }

  /** Says that no slice is wanted for now. */
  close(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  #open(start: number): Source {
    const rest = start === 0 ? this.#blob : this.#blob.slice(start);
    return new Source(rest.stream(), this.#deadlineMs);
  }
}

/** Marks the Blob of an entry as verified; the same object, of which its age and terms are known already. */
export function verified(entry: Entry): Entry {
  const { body } = entry;
  return body.is === 'blob'
    ? Object.assign(entry, { body: { ...body, verified: true } })
    : entry;
}

/** A verified entry, and the bytes of its body where they had to be read for it. */
export interface Verified {
  readonly entry: Entry;
  readonly bytes?: Bytes;
}

/** Bodies longer than so many slices are verified while they are streamed. */
const WHOLE = 2;

/** Whether a body is verified as a whole, so that a fault anywhere in it is met before its first byte has gone. */
export const isVerifiedWhole = ({ length, slice }: PolicyRecord): boolean =>
  length <= slice * WHOLE;

/** The bytes of a Blob; undefined when its file cannot be read, or not within so many milliseconds. */
const bytesIn = (
  blob: Blob,
  deadlineMs: number,
): Promise<ArrayBuffer | undefined> =>
  withDeadline(blob.arrayBuffer(), deadlineMs).catch(() => undefined);

/** Verifies a body as a whole, which may take `deadlineMs` milliseconds; never rejects. */
export async function verifyWhole(
  entry: Entry,
  blob: Blob,
  deadlineMs: number,
): Promise<Verified | Broken> {
  const { record } = entry;
  const bytes = await bytesIn(blob, deadlineMs);
  if (!bytes) return brokenBody(record, 'payload-invalid');
  const fault = faultIn(bytes, record);
  if (fault) return brokenBody(record, fault);
  return { entry: verified(entry), bytes: new Uint8Array(bytes) };
}

/**
 * Bytes as a stream of one chunk, which its reader may write into.
 *
 * A Response of bytes, or of a Blob, is registered with the browser's process, from which the page then fetches it; a
 * stream flows from the worker to the page (Chromium 156: fifty hits of 16 KiB at once take 17 ms and not 32).
 */
export const streamOfBytes = (bytes: Bytes): ReadableStream<Bytes> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
