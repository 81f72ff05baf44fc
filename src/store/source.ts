/**
 * Reads streams into memory of the caller's.
 *
 * What the engine hands out is garbage that Chromium 156 collects when 50 to 100 MB of it lie about. It reads the stream
 * of a Blob straight into the buffer that it is given, so one buffer can be read into again and again.
 */
import { withDeadline } from './deadline.js';

/** Bytes in a buffer of their own. */
export type Bytes = Uint8Array<ArrayBuffer>;

type Read = Promise<ReadableStreamReadResult<Uint8Array>>;

/** One stream, read in pieces of the wanted length. */
export class Source {
  readonly #read: (view: Bytes) => Read;
  readonly #reader: ReadableStreamGenericReader;
  readonly #silenceMs: number;

  /** Each wait for bytes may take `silenceMs` milliseconds. */
  constructor(stream: ReadableStream<Uint8Array>, silenceMs: number) {
    this.#silenceMs = silenceMs;
    try {
      const reader = stream.getReader({ mode: 'byob' });
      this.#reader = reader;
      this.#read = (view) => reader.read(view);
    } catch {
      // A stream made by a script, or WebKit before 26: what comes is copied.
      const reader = stream.getReader();
      this.#reader = reader;
      this.#read = copying(reader);
    }
  }

  /**
   * Takes the next `length` bytes, fewer where the stream ends, into `buffer`; its memory is the result's from then on.
   * Rejects when the stream does, or is silent for too long.
   */
  async take(
    length: number,
    buffer: ArrayBuffer = new ArrayBuffer(length),
  ): Promise<Bytes> {
    let bytes = new Uint8Array(buffer);
    let filled = 0;
    while (filled < length) {
      const { value, done } = await withDeadline(
        this.#read(bytes.subarray(filled, length)),
        this.#silenceMs,
      );
      if (value) bytes = new Uint8Array(value.buffer as ArrayBuffer);
      if (done) break;
      filled += value.length;
    }
    return bytes.subarray(0, filled);
  }

  /** Says that nothing more is wanted. */
  close(): void {
    this.#reader.cancel().catch(() => undefined);
  }
}

function copying(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): (view: Bytes) => Read {
  let left = new Uint8Array(0);
  return async (view) => {
    if (left.length === 0) {
      const { value, done } = await reader.read();
      if (done) return { value: undefined, done };
      left = value as Bytes;
    }
    const part = left.subarray(0, view.length);
    left = left.subarray(part.length);
    view.set(part);
    return { value: view.subarray(0, part.length), done: false };
  };
}

/** The largest chunk that reusing() hands out, in bytes. */
const CHUNK_BYTES = 256 * 1024;

/** Reads a stream chunk by chunk; a chunk is gone when the next one is asked for, its memory is used again. */
export function reusing(
  stream: ReadableStream<Uint8Array>,
): Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'> {
  try {
    const reader = stream.getReader({ mode: 'byob' });
    let memory = new ArrayBuffer(CHUNK_BYTES);
    return {
      async read() {
        const chunk = await reader.read(new Uint8Array(memory));
        memory = chunk.value?.buffer ?? memory;
        return chunk;
      },
      cancel: (reason) => reader.cancel(reason),
    };
  } catch {
    return stream.getReader();
  }
}
