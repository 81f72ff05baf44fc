/** What is known of status codes (RFC 9110 section 15). */

/** "Responses with status codes that are defined as heuristically cacheable" (RFC 9110 section 15.1). */
const HEURISTICALLY_CACHEABLE: ReadonlySet<number> = new Set([
  200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501,
]);

/** The final codes that RFC 9110 defines: none asks more of a cache than this folder does. */
const UNDERSTOOD = /^(?:20[0-6]|30[0-3578]|40\d|41[0-7]|42[126]|50[0-5])$/;

/**
 * They answer the request's own conditions or range, or its sender, and not everyone who asks for the URL.
 *
 * "Responses with the 428 [429, 431, 511] status code MUST NOT be stored by a cache." (RFC 6585)
 */
const OF_ONE_REQUEST: ReadonlySet<number> = new Set([
  304, 412, 416, 428, 429, 431, 511,
]);

/**
 * Whether a response of this status answers one request only and is never stored by itself (RFC 9110 section 15, RFC
 * 6585).
 */
export function isOfOneRequest(status: number): boolean {
  return OF_ONE_REQUEST.has(status);
}

/** Whether a response of this status may be fresh without saying for how long (RFC 9110 section 15.1). */
export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTICALLY_CACHEABLE.has(status);
}

/** Whether this cache conforms to the status code's caching requirements (RFC 9111 section 5.2.2.3). */
export function isUnderstood(status: number): boolean {
  return UNDERSTOOD.test(String(status));
}
