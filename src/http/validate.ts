/** Validation and freshening (RFC 9111 sections 3.2 and 4.3). */
import { opaqueTag } from './etag.js';
import { dateValue } from './freshness.js';
import { parseHttpDate } from './http-date.js';
import type { ResponseView, StoredView } from './message.js';
import { isDecoded, storableHeaders } from './storable-headers.js';

/**
 * The request fields that validate a stored response (RFC 9111 section 4.3.1); empty if it has no validator.
 *
 * `isSelected`: it is known to be the variant that the request selects. A date is of no use for another: "not modified
 * since" may be true of a representation that nobody has stored.
 */
export function conditionalHeaders(
  stored: StoredView,
  isSelected = true,
): [name: string, value: string][] {
  const conditions: [name: string, value: string][] = [];
  const etag = stored.headers.get('etag');
  // As it was received, even where quotes are missing: the origin compares it with what it sent.
  if (etag) conditions.push(['If-None-Match', etag]);
  const modified = stored.headers.get('last-modified');
  // "A recipient MUST ignore If-Modified-Since if [...] the field value is not a valid HTTP-date" (RFC 9110 section 13.1.3)
  if (
    isSelected &&
    parseHttpDate(modified, stored.responseTime) !== undefined
  ) {
    conditions.push(['If-Modified-Since', modified ?? '']);
  }
  return conditions;
}

/**
 * What the answer to a conditional request says of the stored response (RFC 9111 section 4.3.3).
 *
 * A 304 is unusable if it was not asked for, if it is another URL's or if its validators contradict ours; one without any
 * validator is about the only response that it can be about. `isSelected` as in conditionalHeaders().
 */
export function validation(
  stored: StoredView,
  response: ResponseView,
  isSelected = true,
): 'not-modified' | 'modified' | 'unusable' {
  if (response.status !== 304) return 'modified';
  // It was asked of this URL, and answered by another.
  if (response.redirected) return 'unusable';
  if (conditionalHeaders(stored, isSelected).length === 0) return 'unusable';
  const ours = stored.headers.get('etag');
  const theirs = response.headers.get('etag');
  if (ours && theirs) {
    // Weakly: nginx weakens the tag of what it compresses, but not of the 304 about it.
    return opaqueTag(ours) === opaqueTag(theirs) ? 'not-modified' : 'unusable';
  }
  return sameModification(stored, response) ? 'not-modified' : 'unusable';
}

function sameModification(stored: StoredView, response: ResponseView): boolean {
  const [ours, theirs] = [
    stored.headers.get('last-modified'),
    response.headers.get('last-modified'),
  ];
  if (ours === null || theirs === null || ours === theirs) return true;
  const received = dateValue(stored);
  const before = parseHttpDate(ours, stored.responseTime);
  const after = parseHttpDate(theirs, stored.responseTime);
  const answered = parseHttpDate(response.headers.get('date'), received);
  if (before === undefined || after === undefined || answered === undefined) {
    return false;
  }
  // Some origins work the date out from their clock, so that it moves along with it. That contradicts nothing as long as
  // the representation was there before we received ours. One second for what both dates round off.
  const drift = after - before;
  return drift >= 0 && drift <= answered - received + 1000 && after <= received;
}

/**
 * What describes the body that is stored, and not the one that a 304 does not have.
 *
 * "Caches [...] MAY omit these header fields from updating stored responses [...] to ensure the integrity of the stored
 * response" (RFC 9111 section 3.2). A Content-Type of another media type is among them, because many origins send a
 * default one with a 304; one that only differs in its parameters is taken.
 */
const KEPT: ReadonlySet<string> = new Set([
  'content-digest',
  'content-encoding',
  'content-length',
  'content-range',
]);

const mediaType = (headers: Headers): string =>
  (headers.get('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase();

/** The stored fields as a 304, or the 200 to a HEAD, updates them (RFC 9111 sections 3.2 and 4.3.4), in a new Headers. */
export function freshen(stored: ResponseView, response: ResponseView): Headers {
  const headers = new Headers(stored.headers);
  // They told the age of the response as it was first received, which counts from the new one now.
  headers.delete('age');
  headers.delete('date');
  const updates = storableHeaders(response);
  for (const name of KEPT) updates.delete(name);
  if (mediaType(updates) !== mediaType(headers)) updates.delete('content-type');
  // It agrees with ours but for its weakness, and ours is what our bytes came with.
  if (headers.has('etag')) updates.delete('etag');
  // "MUST add each header field in the provided response to the stored response, replacing field values that are already
  // present"
  for (const name of updates.keys()) headers.delete(name);
  for (const [name, value] of updates) headers.append(name, value);
  // Once more for the whole: the fields that a stored no-cache="..." names may have come back.
  return storableHeaders({ status: stored.status, headers });
}

/** What a HEAD's response does to a stored response to GET (RFC 9111 section 4.3.5). */
export function headUpdate(
  stored: StoredView,
  response: ResponseView,
): 'freshen' | 'invalidate' | 'none' {
  const { status, headers, redirected } = response;
  // "receives a 200 (OK) response", of the same URL
  if (status !== 200 || stored.status !== 200 || redirected) return 'none';
  // "matching values for any received validator fields"
  for (const name of ['etag', 'last-modified']) {
    const received = headers.get(name);
    if (received === null) continue;
    const ours = stored.headers.get(name) ?? '';
    if (opaqueTag(received) !== opaqueTag(ours)) return 'invalidate';
  }
  // "if the HEAD response has a Content-Length header field, the value of Content-Length matches that of the stored
  // response": not to be told where one of them counts coded bytes.
  const length = headers.get('content-length');
  const ours = stored.headers.get('content-length');
  const comparable = length !== null && ours !== null && !isDecoded(headers);
  return comparable && length !== ours ? 'invalidate' : 'freshen';
}
