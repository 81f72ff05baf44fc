/**
 * Healing in mid-stream: a stored slice is found broken when the head of the response has gone already.
 *
 * The page's stream goes on with the same bytes from the origin: asked for by Range and If-Range where a strong validator
 * names the representation, else fetched again from its beginning. Whatever comes, each slice must have the digest that
 * was stored for it, the ones before the broken slice included, so two representations are never mixed. Once a stored
 * slice is whole again the origin is left, and what it brought is written back in the place of what was broken. Where the
 * same bytes cannot be had the stream errors, and both records are dropped.
 */
import type { Outcome } from '../fault.js';
import type { ByteRange } from '../http/index.js';
import { isBroken, Slices, verified } from '../store/body.js';
import type { Broken, Entry } from '../store/records.js';
import { extentOf, sliceAt, startOf } from '../store/slices.js';
import type { Bytes } from '../store/source.js';
import { baseOf } from '../store/variant.js';
import type { Core } from './core.js';
import { askAgain, type Refetch } from './refetch.js';
import { keepAlive, type Visit } from './visit.js';

/** So often a stream goes to the origin and comes back; then it stays there. */
const RETURNS = 4;

/** One stored body on its way to one page. */
class Splice {
  readonly #core: Core;
  readonly #visit: Visit;
  readonly #entry: Entry;
  readonly #blob: Blob;
  readonly #range: ByteRange;
  readonly #slices: Slices;
  /** The origin's bytes, by slice. */
  readonly #mended = new Map<number, Blob>();
  #refetch: Refetch | undefined;
  /** What was found last, and when, by performance.now(), in milliseconds. */
  #broken: Broken | undefined;
  #foundAt = 0;
  /** How often the origin was asked. */
  #trips = 0;
  /** Whether all that is broken could be read: else what is whole cannot be written back with what is mended. */
  #isReadable = true;
  #isOver = false;
  /** Lets the worker go. */
  #release: () => void = () => undefined;

  /** What `range` does not touch is not read. */
  constructor(
    core: Core,
    visit: Visit,
    entry: Entry,
    blob: Blob,
    range: ByteRange,
  ) {
    this.#core = core;
    this.#visit = visit;
    this.#entry = entry;
    this.#blob = blob;
    this.#range = range;
    this.#slices = this.#slicesTo(range.last);
  }

  /** The slices up to the one that a position lies in. */
  #slicesTo(position: number): Slices {
    const { record } = this.#entry;
    const { storageTimeoutMs } = this.#core.settings;
    const { start, length } = extentOf(record, sliceAt(position, record.slice));
    const blob = this.#blob.slice(0, start + length);
    return new Slices(record, blob, storageTimeoutMs);
  }

  /**
   * The bytes of the range, each slice verified before it is handed out. A fault in the first slice, and a file that is too
   * short, is met before the head has gone, so that the whole request can be replayed.
   */
  async stream(isDirect: boolean): Promise<ReadableStream<Bytes> | Broken> {
    const { slice: size } = this.#entry.record;
    const { first, last } = this.#range;
    const slice = sliceAt(first, size);
    const end = sliceAt(last, size);
    // The first slice by itself: Chromium 156 reads ahead in a stream, and the last byte would wait for all of that.
    const [begin, cut] = await Promise.all([
      this.#slicesTo(first).read(slice),
      slice < end && this.#slices.cut(last),
    ]);
    if (isBroken(begin)) return begin;
    return cut || this.#streamFrom(slice, end, begin, isDirect);
  }

  /** From a slice to another; the next one is read while the page takes this one. */
  #streamFrom(
    begin: number,
    end: number,
    bytesOfBegin: Bytes,
    isDirect: boolean,
  ): ReadableStream<Bytes> {
    const { slice: size } = this.#entry.record;
    const { first, last } = this.#range;
    // Another worker waits for it: Firefox 153 ends the streams of the one whose place is taken, and tells the page of no
    // error.
    const over = new Promise<void>((resolve) => (this.#release = resolve));
    keepAlive(this.#visit.event, over);
    let slice = begin;
    let next: Bytes | Promise<Bytes> = bytesOfBegin;
    let taken: Bytes | undefined;
    const pull = async (
      controller: ReadableStreamDefaultController<Bytes>,
    ): Promise<void> => {
      if (slice > end) {
        this.#end(first === 0 && last === this.#entry.record.length - 1);
        return controller.close();
      }
      const bytes = await next;
      const { start } = extentOf(this.#entry.record, slice);
      if (slice++ < end) {
        const ahead = this.#at(slice, taken?.buffer);
        // Whoever pulls next meets the rejection.
        ahead.catch(() => undefined);
        next = ahead;
      }
      // The first slice may be shorter than those that follow.
      if (isDirect && bytes.buffer.byteLength >= size) taken = bytes;
      controller.enqueue(
        bytes.subarray(Math.max(first - start, 0), last - start + 1),
      );
    };
    return new ReadableStream<Bytes>(
      { pull, cancel: () => this.#end(false) },
      { highWaterMark: 0 },
    );
  }

  /** A verified slice, from the disk or from the origin; what it rejects with is the error that the page sees. */
  async #at(slice: number, buffer?: ArrayBuffer): Promise<Bytes> {
    if (!this.#refetch || this.#trips < RETURNS) {
      const read = await this.#slices.read(slice, buffer);
      if (!isBroken(read)) {
        this.#leave();
        return read;
      }
      // The page has gone, and what was being read for it ended early.
      if (this.#isOver) throw gone();
      this.#isReadable &&= read.fault === 'digest-mismatch';
      this.#note(read);
    }
    try {
      return await this.#refetched(slice);
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Lets go of the disk; false when that was done before. */
  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#slices.close();
    this.#release();
    return true;
  }

  #end(isVerified: boolean): void {
    if (!this.#finish()) return;
    this.#leave();
    if (this.#mended.size > 0) void this.#repair();
    else if (isVerified)
      this.#core.rememberOnce(verified(this.#entry), this.#visit);
  }

  #note(broken: Broken): void {
    if (this.#refetch) return;
    this.#broken = broken;
    this.#foundAt = performance.now();
  }

  /** A slice as the origin sends it. */
  async #refetched(slice: number): Promise<Bytes> {
    if (!this.#refetch) {
      this.#trips++;
      this.#refetch = await askAgain(
        this.#core,
        this.#visit,
        this.#entry,
        slice,
      );
    }
    if (this.#isOver) throw gone();
    const bytes = await this.#refetch.take(slice);
    this.#mended.set(slice, new Blob([bytes]));
    return bytes;
  }

  /** Leaves the origin, and tells what it mended. */
  #leave(): void {
    const refetch = this.#refetch;
    if (!refetch) return;
    this.#refetch = undefined;
    refetch.close();
    if (refetch.isUsed) this.#tell(refetch.outcome, refetch.bytes);
  }

  #fail(error: unknown): never {
    const refetch = this.#refetch;
    this.#refetch = undefined;
    refetch?.close();
    if (this.#finish()) {
      if (this.#broken) void this.#core.drop(this.#broken);
      this.#tell('stream-error', refetch?.bytes ?? 0);
    }
    throw new TypeError('mendbox: the stored body is broken here', {
      cause: error,
    });
  }

  #tell(outcome: Outcome, bytes: number): void {
    if (!this.#broken) return;
    const { url } = this.#visit.request;
    const facts = { url, phase: 'body', outcome, bytes } as const;
    this.#core.tell(this.#broken, this.#foundAt, facts);
  }

  /** Writes the good slices and the fetched ones back; what cannot be written is dropped. */
  async #repair(): Promise<void> {
    const { record } = this.#entry;
    const { relapses, memory, store } = this.#core;
    const { key } = record;
    relapses.note(baseOf(key));
    memory.forget(key, record.id);
    const mendable = this.#isReadable && !relapses.isHopeless(baseOf(key));
    if (mendable && (await store.mend(record, this.#whole()))) return;
    if (this.#broken) await this.#core.drop(this.#broken);
  }

  #whole(): Blob {
    const parts: Blob[] = [];
    let from = 0;
    const { slice: size, length } = this.#entry.record;
    const sorted = [...this.#mended].sort(([a], [b]) => a - b);
    for (const [slice, blob] of sorted) {
      parts.push(this.#blob.slice(from, startOf(slice, size)), blob);
      from = Math.min(startOf(slice + 1, size), length);
    }
    return new Blob([...parts, this.#blob.slice(from, length)]);
  }
}

const gone = (): Error => new Error('gone');

/**
 * A stream of a part of a stored body, counted from the body's first byte, each slice verified on its way; or what is
 * wrong with the first slice of it. `isDirect`: nobody but the browser reads it, so that it may use its memory again.
 */
export function partStream(
  core: Core,
  visit: Visit,
  entry: Entry,
  range: ByteRange,
  isDirect = false,
): Promise<ReadableStream<Bytes> | Broken> {
  const { body } = entry;
  const bytes = body.is === 'buffer' ? [body.buffer] : [];
  const blob = body.is === 'blob' ? body.blob : new Blob(bytes);
  return new Splice(core, visit, entry, blob, range).stream(isDirect);
}
