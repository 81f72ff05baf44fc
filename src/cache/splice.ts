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
import {
  isBroken,
  readSlice,
  streamOf,
  verified,
  type Slices,
} from '../store/body.js';
import { withDeadline } from '../store/deadline.js';
import { digest } from '../store/digest.js';
import {
  digestOfSlice,
  type Broken,
  type Entry,
  type Policy,
} from '../store/records.js';
import type { Core } from './core.js';
import type { Visit } from './visit.js';

/** How long the origin may be silent in mid-stream, in seconds, unless networkTimeoutSeconds says otherwise. */
const SILENCE = 30;

/** So often a stream goes to the origin and comes back; then it stays there. */
const RETURNS = 4;

/** What the origin sends, in pieces of the wanted length. */
class Refetch {
  /** The slice that begins at the next byte. */
  slice: number;
  /** What has been read, in bytes. */
  bytes = 0;
  /** Whether any of it has mended a slice. */
  isUsed = false;
  readonly outcome: Outcome;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #silenceMs: number;
  #left = new Uint8Array(0);

  constructor(response: Response, slice: number, silenceMs: number) {
    if (!response.body) throw new Error('there is no body');
    this.outcome =
      response.status === 206 ? 'range-spliced' : 'refetch-spliced';
    this.slice = slice;
    this.#reader = response.body.getReader();
    this.#silenceMs = silenceMs;
  }

  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (this.#left.length === 0) this.#left = await this.#read();
      const part = this.#left.subarray(0, length - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#left = this.#left.subarray(part.length);
    }
    this.slice++;
    return taken;
  }

  close(): void {
    this.#reader.cancel().catch(() => undefined);
  }

  async #read(): Promise<Uint8Array<ArrayBuffer>> {
    const { value } = await withDeadline(
      this.#reader.read(),
      this.#silenceMs,
      silent,
    );
    if (!value) throw new Error('the body ends too early');
    this.bytes += value.length;
    return new Uint8Array(
      value.buffer as ArrayBuffer,
      value.byteOffset,
      value.length,
    );
  }
}

const silent = (): Error => new Error('the origin is silent');

/** The strong validator that If-Range takes (RFC 9110 section 13.1.5), if the stored response has one. */
export function validatorOf(entry: Policy): string | undefined {
  const { headers } = entry;
  if (!hasStrongValidator(entry)) return undefined;
  return headers.get('etag') ?? headers.get('last-modified') ?? undefined;
}

/** The slices of one stored body on their way to one page. */
class Splice implements Slices {
  readonly #core: Core;
  readonly #visit: Visit;
  readonly #entry: Entry;
  readonly #blob: Blob;
  readonly #isWhole: boolean;
  readonly #silenceMs: number;
  readonly #mended = new Map<number, Blob>();
  #source: Refetch | undefined;
  #broken: Broken | undefined;
  #foundAt = 0;
  #trips = 0;
  #isReadable = true;
  #isOver = false;

  /** `isWhole`: the page gets the body from its first to its last byte. */
  constructor(
    core: Core,
    visit: Visit,
    entry: Entry,
    blob: Blob,
    isWhole: boolean,
  ) {
    this.#core = core;
    this.#visit = visit;
    this.#entry = entry;
    this.#blob = blob;
    this.#isWhole = isWhole;
    this.#silenceMs = (core.settings.networkTimeoutSeconds ?? SILENCE) * 1000;
  }

  async at(slice: number): Promise<ArrayBuffer> {
    if (!this.#source || this.#trips < RETURNS) {
      const { storageTimeoutMs } = this.#core.settings;
      const read = await readSlice(
        this.#entry.record,
        this.#blob,
        slice,
        storageTimeoutMs,
      );
      if (!isBroken(read)) {
        this.#leave();
        return read;
      }
      this.#isReadable &&= read.fault === 'digest-mismatch';
      this.#note(read);
    }
    try {
      return await this.#refetched(slice);
    } catch (error) {
      return this.#fail(error);
    }
  }

  end(isComplete: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#leave();
    if (this.#mended.size > 0) void this.#repair();
    else if (isComplete && this.#isWhole)
      this.#core.remember(verified(this.#entry));
  }

  #note(broken: Broken): void {
    if (this.#source) return;
    this.#broken = broken;
    this.#foundAt = performance.now();
  }

  async #refetched(slice: number): Promise<ArrayBuffer> {
    const source = (this.#source ??= await this.#ask(slice));
    if (this.#isOver) throw new Error('the page has gone');
    const { record } = this.#entry;
    for (;;) {
      const at = source.slice;
      const left = record.length - at * record.slice;
      const bytes = await source.take(Math.min(record.slice, left));
      if (digest(bytes) !== digestOfSlice(record, at))
        throw new Error('the representation has changed');
      if (at < slice) continue;
      source.isUsed = true;
      this.#mended.set(at, new Blob([bytes]));
      return bytes.buffer;
    }
  }

  /** Asks for the rest by Range, or for all where no strong validator is known or the origin knows no Range. */
  async #ask(slice: number): Promise<Refetch> {
    this.#trips++;
    const entry = this.#entry;
    const { first, length, slice: size, total } = entry.record;
    const from = first + slice * size;
    const last = first + length - 1;
    const { response } = await withDeadline(
      this.#core.network.part(
        this.#visit,
        validatorOf(entry),
        from,
        last + 1 < total ? last : '',
      ),
      this.#silenceMs,
      silent,
    );
    const begin = beginning(entry, response, from);
    if (begin === undefined) {
      void response.body?.cancel().catch(() => undefined);
      throw new Error('the origin has another representation');
    }
    return new Refetch(response, begin === 0 ? 0 : slice, this.#silenceMs);
  }

  /** Leaves the origin, and tells what it mended. */
  #leave(): void {
    const source = this.#source;
    if (!source) return;
    this.#source = undefined;
    source.close();
    if (source.isUsed) this.#tell(source.outcome, source.bytes);
  }

  #fail(error: unknown): never {
    const source = this.#source;
    this.#source = undefined;
    source?.close();
    if (!this.#isOver) {
      this.#isOver = true;
      if (this.#broken) void this.#core.drop(this.#broken);
      this.#tell('stream-error', source?.bytes ?? 0);
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
    relapses.note(key, settings.now());
    memory.forget(key, record.id);
    const mendable =
      this.#isReadable && !relapses.isHopeless(key, settings.now());
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
 * A stream of a part of a stored body, counted from the body's first byte, each slice verified on its way. A fault in the
 * first slice is met before the head has gone, so that the whole request can be replayed.
 */
export async function partStream(
  core: Core,
  visit: Visit,
  entry: Entry,
  range: ByteRange,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | Broken> {
  const { body, record } = entry;
  const blob = body.is === 'blob' ? body.blob : new Blob([bytesIn(body)]);
  const { storageTimeoutMs } = core.settings;
  const at = Math.floor(range.first / record.slice);
  const begin = await readSlice(record, blob, at, storageTimeoutMs);
  if (isBroken(begin)) return begin;
  const isWhole = range.first === 0 && range.last === record.length - 1;
  const slices = new Splice(core, visit, entry, blob, isWhole);
  return streamOf(record.slice, range, begin, slices);
}

const bytesIn = (body: Entry['body']): ArrayBuffer =>
  body.is === 'buffer' ? body.buffer : new ArrayBuffer(0);
