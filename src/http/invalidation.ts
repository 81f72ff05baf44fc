/** Invalidating stored responses (RFC 9111 section 4.4). */
import type { RequestView, ResponseView } from './message.js';
import { targetUrl } from './target.js';

/**
 * "The GET, HEAD, OPTIONS, and TRACE methods are defined to be safe" (RFC 9110 section 9.2.1); an unknown method is
 * not.
 */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Whether the method asks for nothing to be changed (RFC 9110 section 9.2.1); methods are case-sensitive. */
export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/** The URLs, without fragment, whose stored responses are to be invalidated after this exchange (RFC 9111 section 4.4). */
export function invalidated(
  request: RequestView,
  response: ResponseView,
): string[] {
  // "A cache MUST invalidate the target URI when it receives a non-error status code in response to an unsafe request
  // method (including methods whose safety is unknown)."; "a "non-error response" is one with a 2xx (Successful) or 3xx
  // (Redirection) status code"
  const { status, headers } = response;
  if (isSafe(request.method) || status < 200 || status > 399) return [];
  const target = targetUrl(request.url);
  if (!target) return [];
  const urls = new Set([target.href]);
  // "A cache MAY invalidate other URIs [...] in particular, the URI(s) in the Location and Content-Location"
  for (const name of ['location', 'content-location']) {
    const url = targetUrl(headers.get(name) ?? '', target.href);
    // "MUST NOT trigger an invalidation under these conditions if the origin of the URI to be invalidated differs"
    if (url?.origin === target.origin) urls.add(url.href);
  }
  return [...urls];
}
