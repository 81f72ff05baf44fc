/** The origin's bytes in the place of a broken slice of a stored body. */
import type { Outcome } from '../fault.js';
import {
  hasStrongValidator,
  parseContentRange,
  sameRepresentation,
} from '../http/index.js';
import { withDeadline } from '../store/deadline.js';
import { digest } from '../digest.js';
import type { Entry, Policy, PolicyRecord } from '../store/records.js';
import { extentOf, startOf } from '../store/slices.js';
import { Source, type Bytes } from '../store/source.js';
import type { Core } from './core.js';
import type { Visit } from './visit.js';

/** How long the origin may be silent in mid-stream, in seconds, unless networkTimeoutSeconds says otherwise. */
const SILENCE_SECONDS = 30;

const other = (): Error => new Error('the origin has another one');

/** The strong validator that If-Range takes (RFC 9110 section 13.1.5), if the stored response has one. */
export function validatorOf(entry: Policy): string | undefined {
  const { headers } = entry;
  if (!hasStrongValidator(entry)) return undefined;
  return headers.get('etag') ?? headers.get('last-modified') ?? undefined;
}

/** One answer of the origin, read slice by slice. */
export interface Refetch {
  /** What it is told as when it has mended a slice. */
  readonly outcome: Outcome;
  /** The slice that it is at. */
  next: number;
  /** What has been taken, in bytes. */
  bytes: number;
  /** Whether any of it has mended a slice. */
  isUsed: boolean;
  /**
   * One slice; what comes before it is compared and left out. Rejects where the bytes are not the ones that were
   * stored.
   */
  take(slice: number): Promise<Bytes>;
  /** Says that nothing more is wanted. */
  close(): void;
}

/**
 * Asks for what follows by Range and If-Range, or for all where no strong validator is known or the origin knows no Range.
 * Rejects when the origin cannot be reached, is silent, or has another representation.
 */
export async function askAgain(
  core: Core,
  visit: Visit,
  entry: Entry,
  slice: number,
): Promise<Refetch> {
  const { record } = entry;
  const { first, length, total } = record;
  const silenceMs =
    (core.settings.networkTimeoutSeconds ?? SILENCE_SECONDS) * 1000;
  const from = first + startOf(slice, record.slice);
  const end = first + length;
  const validator = validatorOf(entry);
  const range = validator && `bytes=${from}-${end < total ? end - 1 : ''}`;
  const { response } = await withDeadline(
    core.network.part(visit, range, validator),
    silenceMs,
  );
  const { body } = response;
  const isPart = response.status === 206;
  const isRight = isPart
    ? isPartOf(entry, response, from, end)
    : isWhole(entry, response);
  if (!body || !isRight) {
    body?.cancel().catch(() => undefined);
    throw other();
  }
  const source = new Source(body, silenceMs);
  return isPart
    ? reading(record, source, 'range-spliced', slice)
    : reading(record, source, 'refetch-spliced', 0);
}

const reading = (
  record: PolicyRecord,
  source: Source,
  outcome: Outcome,
  first: number,
): Refetch => ({
  outcome,
  bytes: 0,
  isUsed: false,
  next: first,
  async take(slice) {
    for (;;) {
      const at = this.next++;
      const wanted = extentOf(record, at);
      const bytes = await source.take(wanted.length);
      this.bytes += bytes.length;
      if (digest(bytes) !== wanted.digest) throw other();
      if (at < slice) continue;
      this.isUsed = true;
      return bytes;
    }
  },
  close: () => source.close(),
});

/** Whether a response is the part of the stored representation from one position to another, as far as its head says. */
export function isPartOf(
  entry: Entry,
  response: Response,
  from: number,
  end: number,
): boolean {
  const range = parseContentRange(response.headers.get('content-range'));
  return (
    response.status === 206 &&
    range?.first === from &&
    range.last === end - 1 &&
    range.total === entry.record.total &&
    sameRepresentation(entry, response) &&
    !response.headers.has('content-encoding')
  );
}

/** The origin knows no Range, or the validator is no longer the same; the digests of its slices will tell. */
const isWhole = (entry: Entry, { status }: Response): boolean =>
  status === 200 && entry.status === 200;
