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
import {
  hasStrongValidator,
  parseContentRange,
  sameRepresentation,
  type ByteRange,
} from '../http/index.js';
import { isBroken, Slices, verified } from '../store/body.js';
import { withDeadline } from '../store/deadline.js';
import { digest } from '../digest.js';
import { baseOf } from '../store/memory.js';
import {
  digestOfSlice,
  type Broken,
  type Entry,
  type Policy,
} from '../store/records.js';
import { Source, type Bytes } from '../store/source.js';
import type { Core } from './core.js';
import { keepAlive, type Visit } from './visit.js';

/** How long the origin may be silent in mid-stream, in seconds, unless networkTimeoutSeconds says otherwise. */
const SILENCE = 30;

/** So often a stream goes to the origin and comes back; then it stays there. */
const RETURNS = 4;

/** What the origin sends in the place of a broken slice. */
interface Refetch {
  readonly source: Source;
  readonly outcome: Outcome;
  /** The slice that begins at the source's next byte. */
  slice: number;
  /** What has been taken, in bytes. */
  bytes: number;
  /** Whether any of it has mended a slice. */
  isUsed: boolean;
}

const silent = (): Error => new Error('the origin is silent');

/** The strong validator that If-Range takes (RFC 9110 section 13.1.5), if the stored response has one. */
export function validatorOf(entry: Policy): string | undefined {
  const { headers } = entry;
  if (!hasStrongValidator(entry)) return undefined;
  return headers.get('etag') ?? headers.get('last-modified') ?? undefined;
}

/** One stored body on its way to one page. */
class Splice {
  readonly #core: Core;
  readonly #visit: Visit;
  readonly #entry: Entry;
  readonly #blob: Blob;
  readonly #range: ByteRange;
  readonly #slices: Slices;
  readonly #silenceMs: number;
  readonly #mended = new Map<number, Blob>();
  #refetch: Refetch | undefined;
  #broken: Broken | undefined;
  #foundAt = 0;
  #trips = 0;
  #isReadable = true;
  #isOver = false;
  #release: () => void = () => undefined;

  /** What `range` does not touch is not read. */
  constructor(
    core: Core,
    visit: Visit,
    entry: Entry,
    blob: Blob,
    range: ByteRange,
  ) {
    const { networkTimeoutSeconds, storageTimeoutMs } = core.settings;
    this.#core = core;
    this.#visit = visit;
    this.#entry = entry;
    this.#blob = blob;
    const { slice: size, length } = entry.record;
    const end = (Math.floor(range.last / size) + 1) * size;
    const touched = end < length ? blob.slice(0, end) : blob;
    this.#range = range;
    this.#slices = new Slices(entry.record, touched, storageTimeoutMs);
    this.#silenceMs = (networkTimeoutSeconds ?? SILENCE) * 1000;
  }

  /**
   * The bytes of the range, each slice verified before it is handed out, and the next one read while the page takes this
   * one. A fault in the first slice, and a file that is too short, is met before the head has gone, so that the whole request
   * can be replayed.
   */
  async stream(isDirect: boolean): Promise<ReadableStream<Bytes> | Broken> {
    const { first, last } = this.#range;
    const { slice: size, length } = this.#entry.record;
    const end = Math.floor(last / size);
    let slice = Math.floor(first / size);
    const [begin, cut] = await Promise.all([
      this.#slices.read(slice),
      slice < end ? this.#slices.cut(last) : undefined,
    ]);
    if (isBroken(begin)) return begin;
    if (cut) return cut;
    // Another worker waits for it: Firefox 153 ends the streams of the one whose place is taken, and tells the page of no
    // error.
    const over = new Promise<void>((resolve) => (this.#release = resolve));
    keepAlive(this.#visit.event, over);
    let next: Bytes | Promise<Bytes> = begin;
    let taken: Bytes | undefined;
    return new ReadableStream<Bytes>(
      {
        pull: async (controller) => {
          if (slice > end) {
            this.#end(first === 0 && last === length - 1);
            return controller.close();
          }
          const bytes = await next;
          const { start } = this.#slices.extent(slice);
          if (slice++ < end) {
            const ahead = this.#at(slice, taken?.buffer);
            // Whoever pulls next meets the rejection.
            ahead.catch(() => undefined);
            next = ahead;
          }
          if (isDirect) taken = bytes;
          controller.enqueue(
            bytes.subarray(Math.max(first - start, 0), last - start + 1),
          );
        },
        cancel: () => this.#end(false),
      },
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

  #end(isVerified: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    this.#slices.close();
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

  /** A slice as the origin sends it; what comes before it is compared and left out. */
  async #refetched(slice: number): Promise<Bytes> {
    const refetch = (this.#refetch ??= await this.#ask(slice));
    if (this.#isOver) throw gone();
    for (;;) {
      const at = refetch.slice++;
      const { length } = this.#slices.extent(at);
      const bytes = await refetch.source.take(length);
      refetch.bytes += bytes.length;
      if (digest(bytes) !== digestOfSlice(this.#entry.record, at))
        throw other();
      if (at < slice) continue;
      refetch.isUsed = true;
      this.#mended.set(at, new Blob([bytes]));
      return bytes;
    }
  }

  /** Asks for the rest by Range, or for all where no strong validator is known or the origin knows no Range. */
  async #ask(slice: number): Promise<Refetch> {
    this.#trips++;
    const { first, length, total } = this.#entry.record;
    const from = first + this.#slices.extent(slice).start;
    const end = first + length;
    const validator = validatorOf(this.#entry);
    const { response } = await withDeadline(
      this.#core.network.part(
        this.#visit,
        validator,
        from,
        end < total ? end - 1 : '',
      ),
      this.#silenceMs,
      silent,
    );
    const { body, status } = response;
    const begin = beginning(this.#entry, response, from);
    if (begin === undefined || !body) {
      void body?.cancel().catch(() => undefined);
      throw other();
    }
    return {
      source: new Source(body, this.#silenceMs),
      outcome: status === 206 ? 'range-spliced' : 'refetch-spliced',
      slice: begin === 0 ? 0 : slice,
      bytes: 0,
      isUsed: false,
    };
  }

  /** Leaves the origin, and tells what it mended. */
  #leave(): void {
    const refetch = this.#refetch;
    if (!refetch) return;
    this.#refetch = undefined;
    refetch.source.close();
    if (refetch.isUsed) this.#tell(refetch.outcome, refetch.bytes);
  }

  #fail(error: unknown): never {
    const refetch = this.#refetch;
    this.#refetch = undefined;
    this.#release();
    refetch?.source.close();
    this.#slices.close();
    if (!this.#isOver) {
      this.#isOver = true;
      if (this.#broken) void this.#core.drop(this.#broken);
      this.#tell('stream-error', refetch?.bytes ?? 0);
    }
    throw new TypeError('mendbox: the stored body is broken here', {
      cause: error,
    });
  }

  #tell(outcome: Outcome, bytes: number): void {
    const broken = this.#broken;
    if (!broken) return;
    this.#core.tell({
      url: this.#visit.request.url,
      fault: broken.fault,
      path: broken.path,
      phase: 'body',
      outcome,
      bytes,
      durationMs: performance.now() - this.#foundAt,
    });
  }

  /** Writes the good slices and the fetched ones back; what cannot be written is dropped. */
  async #repair(): Promise<void> {
    const { record } = this.#entry;
    const { relapses, settings, memory, store } = this.#core;
    const { key } = record;
    relapses.note(baseOf(key), settings.now());
    memory.forget(key, record.id);
    const mendable =
      this.#isReadable && !relapses.isHopeless(baseOf(key), settings.now());
    if (mendable && (await store.mend(record, this.#whole()))) return;
    if (this.#broken) await this.#core.drop(this.#broken);
  }

  #whole(): Blob {
    const parts: Blob[] = [];
    let from = 0;
    const { slice: size, length } = this.#entry.record;
    const sorted = [...this.#mended].sort(([a], [b]) => a - b);
    for (const [slice, blob] of sorted) {
      parts.push(this.#blob.slice(from, slice * size), blob);
      from = Math.min((slice + 1) * size, length);
    }
    return new Blob([...parts, this.#blob.slice(from, length)]);
  }
}

const other = (): Error => new Error('the origin has another one');

const gone = (): Error => new Error('the page has gone');

/** The position of the answer's first byte, if it belongs to the stored representation as far as its head says. */
function beginning(
  entry: Entry,
  response: Response,
  from: number,
): number | undefined {
  const { status, headers } = response;
  if (status === 206) {
    const range = parseContentRange(headers.get('content-range'));
    const { first, length, total } = entry.record;
    const fits =
      range?.first === from &&
      range.last === first + length - 1 &&
      range.total === total &&
      sameRepresentation(entry, response) &&
      !headers.has('content-encoding');
    return fits ? from : undefined;
  }
  // The origin knows no Range, or the validator is no longer the same; the digests of its slices will tell.
  return status === 200 && entry.status === 200 ? 0 : undefined;
}

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
