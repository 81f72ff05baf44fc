/**
 * Takes a response's body for the store while it goes to the page; the page's stream never waits for the store.
 *
 * A large body is stored at the pace at which the page reads it, so no more than one slice of it is held here. What the page
 * does not read to its end is not stored: a page that goes away, or never reads, has no use for the rest, and fetching it
 * regardless would spend the user's network and memory.
 */
import { parseContentRange } from '../http/index.js';
import { withDeadline } from '../store/deadline.js';
import { fieldOf, type SealedBody } from '../store/records.js';
import { sealBuffer, Sealer } from '../store/seal.js';
import { reusing } from '../store/source.js';
import { isNullBody } from './answer.js';
import { behind } from './quiet.js';
import { isServiceWorker } from './tell.js';

/** What the store gets of a body; undefined when it did not come whole. */
export type Sealed = SealedBody | 'too-large' | undefined;

/** A body on its way to the page, and what the store will get of it. */
export interface Kept {
  readonly page: ReadableStream<Uint8Array> | null;
  readonly body: Promise<Sealed>;
}

/** What the store takes, and who reads what the page gets. */
export interface Limits {
  readonly maxEntryBytes: number;
  /** Whether the engine takes Blobs. */
  readonly asBlob: boolean;
  /** Whether nobody but the browser reads what the page gets. */
  readonly isDirect: boolean;
}

/** Up to this announced length a body is copied as a whole, in bytes; above, slice by slice at the page's pace. */
const COPIED_BYTES = 256 * 1024;

/**
 * The length that the body must have once decoded, in bytes; undefined when nothing says so. A body that is cut short is
 * not always an error: a gzip stream cut at the end looks complete in every engine.
 */
export function announcedLength({
  status,
  headers,
  type,
}: Response): number | undefined {
  if (status === 206) {
    const range = parseContentRange(headers.get('content-range'));
    return range ? range.last - range.first + 1 : undefined;
  }
  // Across origins a Content-Encoding is hidden, and Content-Length counts coded bytes; a script's own Response often
  // has the fields of another.
  return type !== 'basic' || headers.has('content-encoding')
    ? undefined
    : contentLength(headers);
}

/**
 * The Content-Length, in bytes; undefined where it does not count: "Transfer-Encoding overrides the Content-Length" (RFC 9112
 * section 6.3), which then may say anything, as browsers go by the chunks.
 */
function contentLength(headers: Headers): number | undefined {
  const length = headers.get('content-length') ?? '';
  return /^\d+$/.test(length) && !headers.has('transfer-encoding')
    ? Number(length)
    : undefined;
}

/** After how many bodies the browser may forget what it knows of them. */
const TIMED = 500;

let timed = 0;

/**
 * Whether the browser says that fewer bytes came than were announced, coded ones where they were (Resource Timing, section
 * 4.3), which it does a task or two behind their end. Firefox 153 hands a coded body out as whole when its connection ends
 * too early, and does not keep it itself; other engines fail it.
 */
export function isCut({ url, headers }: Response): boolean {
  const timings = performance.getEntriesByName(url);
  const bytes = Number(fieldOf(timings.at(-1), 'encodedBodySize'));
  // Nobody else in a worker has a use for them; what ends at this very moment counts as unknown.
  if (isServiceWorker() && ++timed % TIMED === 0)
    performance.clearResourceTimings();
  // Zero where it may not be told, or is not.
  return bytes > 0 && bytes < Number(contentLength(headers));
}

/** How long a page waits for a small body before it has the head, in milliseconds: what is cut short ends at once. */
const PATIENCE_MS = 1_000;

/** The bytes of a body that is copied as a whole, once they are here; undefined for any other. */
function copyOf(response: Response): Promise<ArrayBuffer> | undefined {
  const announced = announcedLength(response);
  const isSmall = Number(announced) <= COPIED_BYTES;
  if (!isSmall || response.body === null) return undefined;
  const copy = response.clone().arrayBuffer();
  // Whoever waits for it hears of it as well.
  copy.catch(() => undefined);
  return copy;
}

/**
 * The bytes of a small body, read before the page has its head, so that one that is shorter than announced can be asked for
 * again: Chromium 156 ends it early, without an error, where its HTTP cache has a part of a body and the origin does not
 * send the rest, or has another one by then; with a worker and without. Null where they take their time, or do not come.
 */
export async function copyInTime(
  response: Response,
): Promise<ArrayBuffer | null | undefined> {
  const copy = copyOf(response);
  return copy && withDeadline(copy, PATIENCE_MS).catch(() => null);
}

/**
 * Splits a response's body between the page and the store, which takes the bytes that are here; null where there are none
 * yet, and what goes to the page must be watched, so that it gets an error in the place of an early end.
 */
export function keep(
  response: Response,
  limits: Limits,
  bytes?: ArrayBuffer | null,
): Kept {
  const announced = announcedLength(response);
  const fits = (body: Sealed): Sealed => {
    if (typeof body !== 'object') return body;
    if (announced !== undefined && body.length !== announced) return undefined;
    return body.length > limits.maxEntryBytes ? 'too-large' : body;
  };
  // Where no body is allowed nobody will ever read the empty one that Chromium gives.
  if (response.body === null || isNullBody(response.status)) {
    const empty = sealBuffer(new ArrayBuffer(0), limits.asBlob);
    return { page: null, body: Promise.resolve(fits(empty)) };
  }
  if (announced !== undefined && announced > limits.maxEntryBytes)
    return { page: response.body, body: Promise.resolve('too-large') };
  const copy = bytes === undefined ? copyOf(response) : bytes;
  const { page, body } = copy
    ? { page: response.body, body: sealed(copy, limits) }
    : tapped(response.body, limits, announced);
  return { page, body: body.then(fits) };
}

const sealed = (
  copy: Promise<ArrayBuffer> | ArrayBuffer,
  { asBlob }: Limits,
): Promise<SealedBody | undefined> =>
  behind(copy).then(
    (buffer) => sealBuffer(buffer, asBlob),
    () => undefined,
  );

/** Hands each chunk to the page and to the sealer as the page asks for it, so that nothing piles up. */
function tapped(
  source: ReadableStream<Uint8Array>,
  { maxEntryBytes, asBlob, isDirect }: Limits,
  announced = 0,
): Kept {
  const reader = isDirect ? reusing(source) : source.getReader();
  let sealer: Sealer | undefined = new Sealer(asBlob);
  let length = 0;
  let settle: (body: Sealed) => void;
  const body = new Promise<Sealed>((resolve) => {
    settle = resolve;
  });
  const from: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (done) {
          // See copyInTime(): the head has gone.
          if (length < announced)
            throw new TypeError('mendbox: the body is too short');
          controller.close();
          return settle(sealer?.finish() ?? 'too-large');
        }
        length += value.length;
        // Told at the end only, which another worker waits for: see the stream in splice.ts.
        if (length > maxEntryBytes) sealer = undefined;
        sealer?.push(value);
        controller.enqueue(value);
      } catch (error) {
        settle(undefined);
        controller.error(error);
      }
    },
    // A page that goes away has seen a part only: a part is not stored.
    async cancel(reason) {
      settle(undefined);
      await reader.cancel(reason);
    },
  };
  const page = new ReadableStream(from, { highWaterMark: 0 });
  return { page, body: behind(body) };
}
