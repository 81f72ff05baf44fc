/** Validators and their comparison (RFC 9110 section 8.8). */
import { parseHttpDate } from './http-date.js';
import type { ResponseView } from './message.js';

const STRONG = /^"[!#-~\x80-\xff]*"$/;

/**
 * "at least one second after" (RFC 9110 section 8.8.2.2); the 60 seconds of its predecessor allow for slow clocks. In
 * milliseconds.
 */
const STRONG_AFTER_MS = 60_000;

/** The opaque-tag without its weakness flag, which is all that the weak comparison looks at (RFC 9110 section 8.8.3.2). */
export function opaqueTag(etag: string): string {
  return etag.replace(/^W\//, '');
}

/** Whether this is a strong entity tag by its syntax (RFC 9110 section 8.8.3). */
export function isStrongTag(etag: string | null): boolean {
  return etag !== null && STRONG.test(etag);
}

/** Whether a Last-Modified is old enough beside its Date to tell two representations apart (RFC 9110 section 8.8.2.2). */
export function isStrongDate(headers: Headers): boolean {
  // Only a difference is looked at, so the century of an RFC 850 year does not matter here.
  const date = parseHttpDate(headers.get('date'), 0);
  const modified = parseHttpDate(headers.get('last-modified'), 0);
  return (
    date !== undefined &&
    modified !== undefined &&
    date - modified >= STRONG_AFTER_MS
  );
}

/** Whether bytes of this response may be joined with others of the same representation (RFC 9110 section 8.8.1). */
export function hasStrongValidator(response: ResponseView): boolean {
  const { headers, redirected } = response;
  // A validator names a representation of one URL (section 8.8).
  if (redirected) return false;
  return headers.has('etag')
    ? isStrongTag(headers.get('etag'))
    : isStrongDate(headers);
}

/** Whether two responses carry the same strong validator (RFC 9110 section 8.8.3.2, RFC 9111 section 3.4). */
export function sameRepresentation(a: ResponseView, b: ResponseView): boolean {
  if (!hasStrongValidator(a) || !hasStrongValidator(b)) return false;
  const [one, other] = [a.headers.get('etag'), b.headers.get('etag')];
  if (one !== null || other !== null) return one === other;
  return a.headers.get('last-modified') === b.headers.get('last-modified');
}
