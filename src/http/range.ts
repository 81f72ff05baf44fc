/** Range requests and partial content (RFC 9110 section 14). */
import { isStrongDate, isStrongTag } from './etag.js';
import type { RequestView, ResponseView } from './message.js';

/** Positions of the first and the last byte, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Where a part belongs; the total is undefined when the origin did not know it (RFC 9110 section 14.4). */
export interface ContentRange {
  readonly first: number;
  readonly last: number;
  readonly total: number | undefined;
}

/**
 * The one range of bytes that a request asks of a representation of `length` bytes (RFC 9110 section 14.2).
 *
 * "A server MAY ignore the Range header field": done for several ranges, other units and malformed ones.
 */
export function requestedRange(
  headers: Headers,
  length: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  const spec = rangeSpec(headers.get('range'));
  if (!spec) return 'whole';
  const { first, last } = spec;
  if (first === undefined) {
    // "If the selected representation is shorter than the specified suffix-length, the entire representation is used."
    const suffix = Math.min(last ?? 0, length);
    if (suffix === 0) return 'unsatisfiable';
    return { first: length - suffix, last: length - 1 };
  }
  if (first >= length) return 'unsatisfiable';
  return { first, last: Math.min(last ?? Infinity, length - 1) };
}

/** Without a first position: the last so many bytes. */
interface RangeSpec {
  readonly first: number | undefined;
  readonly last: number | undefined;
}

function rangeSpec(value: string | null): RangeSpec | undefined {
  const set = /^bytes=(.*)$/i.exec(value ?? '')?.[1];
  if (set === undefined) return undefined;
  const specs = set.split(',').map((spec) => spec.trim());
  const [only = '', ...others] = specs.filter((spec) => spec !== '');
  const match = /^(\d*)-(\d*)$/.exec(only);
  if (!match || others.length > 0) return undefined;
  const [first, last] = [toPosition(match[1]), toPosition(match[2])];
  if (first === undefined && last === undefined) return undefined;
  // "An int-range is invalid if the last-pos value is present and less than first-pos."
  const backwards = first !== undefined && last !== undefined && last < first;
  return backwards ? undefined : { first, last };
}

function toPosition(digits: string | undefined): number | undefined {
  return digits ? Number(digits) : undefined;
}

/** Whether a request's If-Range, if any, names the stored representation (RFC 9110 section 13.1.5). */
export function ifRangeHolds(headers: Headers, stored: ResponseView): boolean {
  const condition = headers.get('if-range');
  if (condition === null) return true;
  if (/^(?:W\/)?"/.test(condition)) {
    // "by using the strong comparison function"
    return isStrongTag(condition) && condition === stored.headers.get('etag');
  }
  // "exactly matches the Last-Modified field value", and "is not a strong validator [...] the condition is false"
  return (
    condition === stored.headers.get('last-modified') &&
    isStrongDate(stored.headers)
  );
}

/** The part that a 206 carries; undefined for other units, a 416's form and positions that contradict each other. */
export function parseContentRange(
  value: string | null,
): ContentRange | undefined {
  const match = /^bytes +(\d+)-(\d+)\/(\d+|\*)$/i.exec(value ?? '');
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2]);
  const total = match[3] === '*' ? undefined : Number(match[3]);
  // "A Content-Range field value is invalid if [...] last-pos value less than its first-pos value, or a complete-length
  // value less than or equal to its last-pos value."
  if (last < first || (total !== undefined && total <= last)) return undefined;
  return { first, last, total };
}

/**
 * Whether a stored response holds every byte that the request wants (RFC 9111 section 3.3).
 *
 * "A cache MUST NOT use an incomplete response to answer requests unless the response has been made complete, or the
 * request is partial and specifies a range wholly within the incomplete response."
 */
export function covers(stored: ResponseView, request: RequestView): boolean {
  if (stored.status !== 206) return true;
  const part = parseContentRange(stored.headers.get('content-range'));
  if (!part) return false;
  const { first, last, total } = part;
  // Of an unknown length the end lies behind everything.
  const wanted = asksForPart(request, stored)
    ? requestedRange(request.headers, total ?? Infinity)
    : 'whole';
  if (wanted === 'unsatisfiable') return false;
  if (wanted === 'whole') return first === 0 && last + 1 === total;
  return wanted.first >= first && wanted.last <= last;
}

/**
 * Whether a request's Range counts: "a server MUST ignore a Range header field received with a request method that is
 * unrecognized or for which range handling is not defined" (RFC 9110 section 14.2), and where If-Range does not hold.
 */
export const asksForPart = (
  { method, headers }: RequestView,
  stored: ResponseView,
): boolean =>
  method === 'GET' && headers.has('range') && ifRangeHolds(headers, stored);
