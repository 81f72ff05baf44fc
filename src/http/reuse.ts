/** Constructing responses from caches (RFC 9111 section 4): which stored response answers, and whether it may at once. */
import {
  deltaSeconds,
  parseCacheControl,
  type Directives,
} from './cache-control.js';
import { dateValue, exactAge, freshnessLifetime } from './freshness.js';
import { listNames } from './list.js';
import type { RequestView, StoredView } from './message.js';
import { covers } from './range.js';
import { termsOf, type Terms } from './terms.js';
import { selects } from './vary.js';

/** How a request fails that may not, or cannot, go to the network: `fetch()` rejects, or it is answered with a 504. */
type Failure = 'network-error' | 'gateway-timeout';

/** Why nothing that is stored can answer (RFC 9211 section 2.2). */
type Unstored = 'uri-miss' | 'vary-miss' | 'miss';

/** The decision about one request; `ttl` is the remaining freshness in whole seconds, negative when stale. */
export type Reuse<T extends StoredView> =
  /** May answer without asking: fresh, or stale where the request allows it (`max-stale`, `force-cache`). */
  | { is: 'fresh'; stored: T; ttl: number }
  /** Answers now, and is validated behind the answer (RFC 5861 section 3). */
  | { is: 'stale-while-revalidate'; stored: T; ttl: number }
  /** The origin is asked first: freshness has ended, or the request wants it so. */
  | { is: 'validate'; stored: T; ttl: number; why: 'stale' | 'request' }
  /** Nothing can be used; `bypass` means that nothing may be stored either. */
  | {
      is: 'miss';
      why: Unstored | 'request' | 'bypass';
    }
  /** The network may not be used, and nothing stored may answer. */
  | { is: 'only-if-cached'; answer: Failure };

/** Decides over all stored responses of one URL whether one may answer the request (RFC 9111 section 4). */
export function reuse<T extends StoredView>(
  request: RequestView,
  candidates: readonly T[],
  now: number,
): Reuse<T> {
  const asked = requestDirectives(request.headers);
  if (request.cache === 'no-store' || asked.has('no-store')) {
    return { is: 'miss', why: 'bypass' };
  }
  if (request.cache === 'reload') return { is: 'miss', why: 'request' };
  const decision = decide(request, candidates, asked, now);
  const answer = localAnswerOf(request, asked);
  return answer ? locally(decision, answer) : decision;
}

/** May this stored response answer after the network has failed (RFC 9111 section 4.2.4, RFC 5861 section 4)? */
export function mayServeStale(
  request: RequestView,
  stored: StoredView,
  now: number,
  failure: 'network' | number,
): boolean {
  const terms = termsOf(stored);
  const asked = requestDirectives(request.headers);
  if (terms.noCache || insistsOnNetwork(request, asked)) return false;
  if (selects(stored, request) !== 'match' || !covers(stored, request)) {
    return false;
  }
  const staleness = exactAge(stored, now) - freshnessLifetime(stored);
  const fresh = staleness < 0;
  // "once it has become stale, a cache MUST NOT reuse that response to satisfy another request until it has been
  // successfully validated by the origin" (section 5.2.2.2)
  if (terms.mustRevalidate && !fresh) return false;
  const limit = errorLimit(asked, terms);
  if (failure === 'network') {
    // "A cache MUST NOT generate a stale response unless it is disconnected": it is. A stated limit still holds.
    return fresh || limit === undefined || staleness <= limit;
  }
  // "an error is any situation that would result in a 500, 502, 503, or 504" (RFC 5861 section 4)
  if (![500, 502, 503, 504].includes(failure)) return false;
  return limit !== undefined && staleness <= limit;
}

/**
 * How to answer when the network has failed and nothing stored may: by its error, or by a 504 (RFC 9111 section
 * 5.2.2.2).
 */
export function errorAnswer(stored: StoredView): Failure {
  const { mustRevalidate, noCache } = termsOf(stored);
  // "the cache MUST generate an error response rather than reuse a stale response. The generated status code SHOULD be
  // 504 (Gateway Timeout)"
  return mustRevalidate || noCache ? 'gateway-timeout' : 'network-error';
}

function requestDirectives(headers: Headers): Directives {
  // "When the Cache-Control header field is not present in a request, caches MUST consider the no-cache request
  // pragma-directive as having the same effect" (RFC 7234 section 5.4, deprecated by RFC 9111 section 5.4)
  const pragma = listNames(headers.get('pragma')).find(
    (name) => name === 'no-cache',
  );
  return parseCacheControl(headers.get('cache-control') ?? pragma ?? null);
}

function decide<T extends StoredView>(
  request: RequestView,
  candidates: readonly T[],
  asked: Directives,
  now: number,
): Reuse<T> {
  const found = select(request, candidates);
  if (typeof found === 'string') return { is: 'miss', why: found };
  const { stored, certain } = found;
  const age = exactAge(stored, now);
  const remaining = freshnessLifetime(stored) - age;
  const ttl = Math.floor(remaining);
  const use = useOf(request, asked, termsOf(stored), {
    certain,
    age,
    remaining,
  });
  return use === 'fresh' || use === 'stale-while-revalidate'
    ? { is: use, stored, ttl }
    : { is: 'validate', stored, ttl, why: use };
}

/** What a selected response is worth now. */
interface Standing {
  /** Whether its nominated fields are known to match. */
  readonly certain: boolean;
  /** In seconds. */
  readonly age: number;
  /** What is left of its freshness lifetime, in seconds; negative when stale. */
  readonly remaining: number;
}

/** How a selected response may be used: at once, or why it is validated first. */
function useOf(
  request: RequestView,
  asked: Directives,
  terms: Terms,
  standing: Standing,
): 'fresh' | 'stale-while-revalidate' | 'stale' | 'request' {
  const { certain, remaining } = standing;
  const fresh = remaining > 0;
  const why = fresh ? 'request' : 'stale';
  // "the cache MUST NOT use that stored response without revalidation unless all the presented request header fields
  // nominated by that Vary field value match" (section 4.1)
  if (!certain) return why;
  // "the cache mode [...] force-cache: uses any response in the HTTP cache matching the request, not paying attention to
  // staleness" (Fetch section 2.2.5)
  if (request.cache === 'force-cache' || request.cache === 'only-if-cached') {
    return 'fresh';
  }
  if (wantsValidation(request, asked, terms, standing)) return why;
  // "it cannot be used to satisfy any other request without forwarding it for validation" (section 5.2.2.4)
  if (terms.noCache) return 'stale';
  // "response_is_fresh = (freshness_lifetime > current_age)" (section 4.2)
  if (fresh) return 'fresh';
  return useStale(asked, terms, -remaining);
}

/** The same of a response whose freshness ended so many seconds ago. */
function useStale(
  asked: Directives,
  terms: Terms,
  staleness: number,
): 'fresh' | 'stale-while-revalidate' | 'stale' {
  // "A cache MUST NOT generate a stale response if it is prohibited by an explicit in-protocol directive" (section 4.2.4)
  if (terms.mustRevalidate) return 'stale';
  if (staleness <= maxStale(asked)) return 'fresh';
  // "Unless the max-stale request directive is also present, the client does not wish to receive a stale response."
  const refused = asked.has('max-age') || asked.has('max-stale');
  return !refused && staleness < terms.staleWhileRevalidate
    ? 'stale-while-revalidate'
    : 'stale';
}

/**
 * The selected response, and whether its nominated fields are known to match; else why there is none (RFC 9211 section
 * 2.2).
 */
function select<T extends StoredView>(
  request: RequestView,
  candidates: readonly T[],
): { stored: T; certain: boolean } | Unstored {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'miss';
  let best: T | undefined;
  let certain = false;
  let why: Unstored = 'uri-miss';
  for (const stored of candidates) {
    if (termsOf(stored).noStore) continue;
    const selected = selects(stored, request);
    if (selected === 'mismatch') {
      if (why === 'uri-miss') why = 'vary-miss';
    } else if (!covers(stored, request)) {
      why = 'miss';
    } else if (
      best === undefined ||
      isBetter(stored, selected, best, certain)
    ) {
      best = stored;
      certain = selected === 'match';
    }
  }
  return best === undefined ? why : { stored: best, certain };
}

/**
 * "When more than one suitable response is stored, a cache MUST use the most recent one (as determined by the Date
 * header field)."
 */
function isBetter(
  stored: StoredView,
  selected: 'match' | 'unknowable',
  best: StoredView,
  certain: boolean,
): boolean {
  if ((selected === 'match') !== certain) return !certain;
  const newer = dateValue(stored) - dateValue(best);
  return newer > 0 || (newer === 0 && stored.responseTime > best.responseTime);
}

/** Whether the request itself asks for more than what is stored can promise (RFC 9111 section 5.2.1). */
function wantsValidation(
  request: RequestView,
  asked: Directives,
  terms: Terms,
  { age, remaining }: Standing,
): boolean {
  if (request.cache === 'no-cache') {
    // "Clients SHOULD NOT issue a conditional request during the response's freshness lifetime" (RFC 8246 section 2)
    return !(terms.immutable && remaining > 0);
  }
  if (asked.size === 0) return false;
  if (asked.has('no-cache')) return true;
  // "prefers a response whose age is less than or equal to the specified number of seconds"
  if (asked.has('max-age') && age > (deltaSeconds(asked.get('max-age')) ?? 0)) {
    return true;
  }
  // "prefers a response whose freshness lifetime is no less than its current age plus the specified time in seconds"
  const minFresh = deltaSeconds(asked.get('min-fresh'));
  return minFresh !== undefined && remaining < minFresh;
}

/** In seconds; "if no value is assigned to max-stale, then the client will accept a stale response of any age". */
function maxStale(asked: Directives): number {
  const value = asked.get('max-stale');
  return value === true ? Infinity : (deltaSeconds(value) ?? -1);
}

/**
 * How a request that forbids the network is answered where nothing stored may: "respond with a 504" (RFC 9111 section
 * 5.2.1.7), "return a network error" (Fetch section 4.5); undefined for a request that does not forbid it.
 */
export const localAnswer = (request: RequestView): Failure | undefined =>
  localAnswerOf(request, requestDirectives(request.headers));

function localAnswerOf(
  { cache }: RequestView,
  asked: Directives,
): Failure | undefined {
  if (cache === 'only-if-cached') return 'network-error';
  return asked.has('only-if-cached') ? 'gateway-timeout' : undefined;
}

/** "respond using a stored response that is consistent with the other constraints of the request" (section 5.2.1.7) */
function locally<T extends StoredView>(
  decision: Reuse<T>,
  answer: Failure,
): Reuse<T> {
  if (decision.is === 'fresh') return decision;
  return decision.is === 'stale-while-revalidate'
    ? { ...decision, is: 'fresh' }
    : { is: 'only-if-cached', answer };
}

/** Whether the request would rather fail than see what was not validated. */
function insistsOnNetwork(request: RequestView, asked: Directives): boolean {
  if (asked.has('no-cache') || asked.has('no-store')) return true;
  // The user's reload arrives as a navigation with this mode; without the network an old page is better than none.
  if (request.cache === 'no-cache') return request.mode !== 'navigate';
  return request.cache === 'no-store' || request.cache === 'reload';
}

/** In seconds after freshness ends; the request's own stale-if-error may widen the response's. */
function errorLimit(asked: Directives, terms: Terms): number | undefined {
  const wanted = deltaSeconds(asked.get('stale-if-error'));
  if (wanted === undefined) return terms.staleIfError;
  return Math.max(wanted, terms.staleIfError ?? 0);
}
