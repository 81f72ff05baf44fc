/** What is known of status codes (RFC 9110 section 15). */

/** "Responses with status codes that are defined as heuristically cacheable" (RFC 9110 section 15.1). */
const HEURISTICALLY_CACHEABLE: ReadonlySet<number> = new Set([
  200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501,
]);

/** The final codes that RFC 9110 defines: none asks more of a cache than this folder does. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 305, 307, 308, 400,
  401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415,
  416, 417, 421, 422, 426, 500, 501, 502, 503, 504, 505,
]);

/**
 * They answer the request's own conditions or range, or its sender, and not everyone who asks for the URL.
 *
 * "Responses with the 428 [429, 431, 511] status code MUST NOT be stored by a cache." (RFC 6585)
 */
const OF_ONE_REQUEST: ReadonlySet<number> = new Set([
  304, 412, 416, 428, 429, 431, 511,
]);

/** Whether a response of this status answers one request only and is never stored by itself (RFC 9110 section 15, RFC 6585). */
export function isOfOneRequest(status: number): boolean {
  return OF_ONE_REQUEST.has(status);
}

/** Whether a response of this status may be fresh without saying for how long (RFC 9110 section 15.1). */
export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTICALLY_CACHEABLE.has(status);
}

/** Whether this cache conforms to the status code's caching requirements (RFC 9111 section 5.2.2.3). */
export function isUnderstood(status: number): boolean {
  return UNDERSTOOD.has(status);
}
