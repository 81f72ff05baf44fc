/** Storing responses (RFC 9111 section 3), for a private cache. */
import { parseCacheControl, type Directives } from './cache-control.js';
import { parseHttpDate } from './http-date.js';
import type { RequestView, ResponseView } from './message.js';
import { parseContentRange } from './range.js';
import {
  isHeuristicallyCacheable,
  isOfOneRequest,
  isUnderstood,
} from './status.js';
import { targetUrl } from './target.js';
import { governing, type Governing } from './targeted.js';
import { nominatedFields } from './vary.js';

/** Whether a private cache may, and should, store this response (RFC 9111 section 3). */
export function isStorable(
  request: RequestView,
  response: ResponseView,
): boolean {
  const { status, headers } = response;
  const rules = governing(headers);
  // "the response status code is final"
  if (status < 200 || status > 599) return false;
  if (isOfOneRequest(status)) return false;
  // "if the response status code is 206 or 304 [...] the cache understands the response status code"
  if (status === 206 && !parseContentRange(headers.get('content-range'))) {
    return false;
  }
  if (forbidsStoring(request, status, rules.directives)) return false;
  // "the request method is understood by the cache"
  switch (request.method) {
    case 'GET':
      return isWorthStoring(response, rules);
    case 'POST':
    case 'PATCH':
      return isRepresentation(request, response, rules);
    default:
      return false;
  }
}

function forbidsStoring(
  request: RequestView,
  status: number,
  directives: Directives,
): boolean {
  const asked = parseCacheControl(request.headers.get('cache-control'));
  // "A cache MUST NOT store any part of either this request or any response to it" (section 5.2.1.5)
  if (request.cache === 'no-store' || asked.has('no-store')) return true;
  // "the cache SHOULD ignore the no-store directive if it understands and implements the status code's caching
  // requirements" (section 5.2.2.3)
  if (directives.has('must-understand')) return !isUnderstood(status);
  // "the no-store cache directive is not present in the response"
  return directives.has('no-store');
}

function isWorthStoring(response: ResponseView, rules: Governing): boolean {
  const { headers, status } = response;
  const validator = hasValidator(headers);
  // Such a response is used only after validation (section 4.1), and nothing here could validate it.
  if (nominatedFields(headers) === '*' && !validator) return false;
  // "a max-age directive", "an Expires header field"
  if (hasExplicitLifetime(headers, rules)) return true;
  // "a public response directive", "a private response directive, if the cache is not shared", "a status code that is
  // defined as heuristically cacheable": then it is worth its place only if it can be validated.
  const { directives } = rules;
  const may =
    directives.has('public') ||
    directives.has('private') ||
    isHeuristicallyCacheable(status);
  return may && validator;
}

/**
 * "Responses to POST requests are only cacheable when they include explicit freshness information and a Content-Location
 * header field that has the same value as the POST's target URI" (RFC 9110 section 9.3.3; RFC 5789 section 2 for PATCH).
 */
function isRepresentation(
  { url }: RequestView,
  response: ResponseView,
  rules: Governing,
): boolean {
  const { headers, status } = response;
  if (status < 200 || status > 299 || status === 206) return false;
  const location = headers.get('content-location');
  if (location === null || !hasExplicitLifetime(headers, rules)) return false;
  return targetUrl(location, url)?.href === targetUrl(url)?.href;
}

function hasExplicitLifetime(headers: Headers, rules: Governing): boolean {
  if (rules.directives.has('max-age')) return true;
  return !rules.targeted && headers.has('expires');
}

function hasValidator(headers: Headers): boolean {
  // Only whether it is a date matters, not which century it lies in.
  const modified = parseHttpDate(headers.get('last-modified'), 0);
  return Boolean(headers.get('etag')) || modified !== undefined;
}
