/**
 * Seals bodies for the store: exact length, a digest a slice, and the form in which the bytes are kept.
 *
 * Up to INLINE_BYTES a body is an ArrayBuffer inside the record. Larger values become files of their own in every engine,
 * and a Blob need not pass through the worker's thread to answer; so they are Blobs, made slice by slice: the worker never
 * holds more than one slice of them.
 */
import { digest } from '../digest.js';
import type { Entry, SealedBody } from './records.js';
import {
  digestsOf,
  digestsTo,
  sliceAt,
  SLICE_BYTES,
  startOf,
} from './slices.js';

/** The largest body that is stored inside its record, in bytes; with the rest of the record it stays under 64 KiB. */
const INLINE_BYTES = 48 * 1024;

/** Seals a body that is in memory as a whole. */
export function sealBuffer(buffer: ArrayBuffer, asBlob: boolean): SealedBody {
  const length = buffer.byteLength;
  const digests = digestsOf(buffer);
  if (length === 0) return { form: 'none', content: null, length, digests };
  if (length <= INLINE_BYTES || !asBlob)
    return { form: 'buffer', content: buffer, length, digests };
  return { form: 'blob', content: new Blob([buffer]), length, digests };
}

/** Seals a body that arrives in chunks, with at most one slice in memory. */
export class Sealer {
  readonly #asBlob: boolean;
  readonly #parts: (Blob | ArrayBuffer)[] = [];
  #slice = new Uint8Array(INLINE_BYTES);
  #filled = 0;
  #length = 0;
  #digests = '';

  /** Goes on behind the whole slices of a stored body, where it is a Blob of slices of our length. */
  constructor(asBlob: boolean, old?: Entry) {
    this.#asBlob = asBlob;
    if (old?.body.is !== 'blob' || old.record.slice !== SLICE_BYTES) return;
    const slices = sliceAt(old.record.length);
    if (!asBlob || slices === 0) return;
    this.#length = startOf(slices);
    this.#digests = digestsTo(old.record, slices);
    this.#parts.push(old.body.blob.slice(0, this.#length));
  }

  /** Bytes taken so far. */
  get length(): number {
    return this.#length;
  }

  /** Takes the next bytes; they are copied. */
  push(chunk: Uint8Array): void {
    this.#length += chunk.length;
    for (let at = 0; at < chunk.length;) {
      this.#reserve(chunk.length - at);
      const room = this.#end - this.#filled;
      const part = chunk.subarray(at, at + room);
      this.#slice.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (part.length === room) this.#close();
    }
  }

  /** The sealed body. */
  finish(): SealedBody {
    if (this.#parts.length === 0)
      return sealBuffer(
        this.#slice.buffer.slice(0, this.#filled),
        this.#asBlob,
      );
    if (this.#filled > 0) this.#close();
    const form = this.#asBlob ? 'blob' : 'buffer';
    const length = this.#length;
    const content = this.#asBlob
      ? new Blob(this.#parts)
      : concatenated(this.#parts, length);
    return { form, content, length, digests: this.#digests };
  }

  /** Where the slice that is being filled ends, from its beginning on. */
  get #end(): number {
    return this.#parts.length === 0 ? startOf(1) : SLICE_BYTES;
  }

  #reserve(more: number): void {
    const wanted = Math.min(this.#end, this.#filled + more);
    if (wanted <= this.#slice.length) return;
    const size = Math.min(this.#end, Math.max(wanted, this.#slice.length * 4));
    const larger = new Uint8Array(size);
    larger.set(this.#slice.subarray(0, this.#filled));
    this.#slice = larger;
  }

  #close(): void {
    const bytes = this.#slice.subarray(0, this.#filled);
    this.#digests += digest(bytes);
    this.#parts.push(this.#asBlob ? new Blob([bytes]) : bytes.slice().buffer);
    this.#filled = 0;
  }
}

/** The buffers, one behind the other, in one of so many bytes. */
function concatenated(parts: readonly (Blob | ArrayBuffer)[], length: number) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (part instanceof Blob) continue;
    whole.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole.buffer;
}
