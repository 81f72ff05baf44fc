/** Freshness lifetime and age (RFC 9111 section 4.2). */
import { once } from '../once.js';
import { deltaSeconds } from './cache-control.js';
import { parseHttpDate } from './http-date.js';
import type { StoredView } from './message.js';
import { isHeuristicallyCacheable } from './status.js';
import type { Governing } from './targeted.js';
import { termsOf } from './terms.js';

/** "a typical setting of this fraction might be 10%" (section 4.2.2) */
const HEURISTIC_FRACTION = 0.1;

/** A guess is never trusted for longer than a day, in seconds. */
const HEURISTIC_CAP_SECONDS = 24 * 60 * 60;

/**
 * Clocks of two worker lives may differ by rounding; more than this, in milliseconds, means that the clock was set
 * back.
 */
const CLOCK_TOLERANCE_MS = 1000;

interface Times {
  /** The stored response's date_value, in milliseconds. */
  readonly date: number;
  /** Section 4.2.1, in seconds. */
  readonly lifetime: number;
  /** Section 4.2.3, corrected_initial_age, in seconds. */
  readonly initialAge: number;
}

// Every hit asks for these.
const timesOf = once((stored: StoredView): Times => {
  const { headers, responseTime } = stored;
  // "a recipient with a clock that receives a response message without a Date header field MUST record the time it was
  // received" (RFC 9110 section 6.6.1)
  const date = parseHttpDate(headers.get('date'), responseTime) ?? responseTime;
  return {
    date,
    lifetime: lifetimeOf(stored, date, termsOf(stored).rules),
    initialAge: initialAgeOf(stored, date),
  };
});

/**
 * The stored response's date_value in milliseconds since the epoch: its Date, else when it was received (RFC 9111
 * section 4.2.3).
 */
export function dateValue(stored: StoredView): number {
  return timesOf(stored).date;
}

/**
 * The freshness lifetime in seconds, zero or less for what was stale when it came (RFC 9111 sections 4.2.1 and 4.2.2,
 * RFC 9213).
 */
export function freshnessLifetime(stored: StoredView): number {
  return timesOf(stored).lifetime;
}

/** The current age in whole seconds (RFC 9111 section 4.2.3), as the Age field gives it. */
export function currentAge(stored: StoredView, now: number): number {
  return Math.floor(exactAge(stored, now));
}

/**
 * The current age in seconds with its fraction, so that a request's `max-age=0` is not met by what is half a second
 * old.
 */
export function exactAge(stored: StoredView, now: number): number {
  const { initialAge, lifetime } = timesOf(stored);
  const resident = now - stored.responseTime;
  if (resident < -CLOCK_TOLERANCE_MS) {
    // The clock was set back, so how long the response has been here is not known: stale, then, and past its
    // stale-while-revalidate, but no staler than that, so that it may still stand in for a network that fails.
    const { staleWhileRevalidate } = termsOf(stored);
    return Math.max(initialAge, lifetime + staleWhileRevalidate);
  }
  // "current_age = corrected_initial_age + resident_time"
  return initialAge + Math.max(0, resident) / 1000;
}

function lifetimeOf(
  stored: StoredView,
  date: number,
  { directives, targeted }: Governing,
): number {
  // s-maxage comes first only "if the cache is shared", and this one is private.
  if (directives.has('max-age')) {
    // "Caches are encouraged to consider responses that have invalid freshness information [...] to be stale."
    return deltaSeconds(directives.get('max-age')) ?? 0;
  }
  const { headers, responseTime } = stored;
  if (!targeted && headers.has('expires')) {
    // "A cache recipient MUST interpret invalid date formats, especially the value "0", as representing a time in the
    // past" (section 5.3)
    const expires = parseHttpDate(headers.get('expires'), responseTime);
    return expires === undefined ? 0 : (expires - date) / 1000;
  }
  const isPublic = directives.has('public');
  if (!isPublic && !isHeuristicallyCacheable(stored.status)) return 0;
  const modified = parseHttpDate(headers.get('last-modified'), responseTime);
  if (modified === undefined || modified >= date) return 0;
  const guess = ((date - modified) / 1000) * HEURISTIC_FRACTION;
  return Math.min(guess, HEURISTIC_CAP_SECONDS);
}

function initialAgeOf(stored: StoredView, date: number): number {
  const { requestTime, responseTime } = stored;
  // "apparent_age = max(0, response_time - date_value)", both in whole seconds: a Date has no others.
  const received = Math.floor(responseTime / 1000);
  const apparentAge = Math.max(0, received - Math.floor(date / 1000));
  // "corrected_age_value = age_value + response_delay"
  const delay = Math.max(0, responseTime - requestTime) / 1000;
  const correctedAge = ageValue(stored.headers.get('age')) + delay;
  // "corrected_initial_age = max(apparent_age, corrected_age_value)"
  return Math.max(apparentAge, correctedAge);
}

/** "SHOULD use the first value and discard subsequent ones"; "SHOULD ignore the field if it is invalid" (section 5.1). */
function ageValue(field: string | null): number {
  if (field === null) return 0;
  const [first = ''] = field.split(',', 1);
  return deltaSeconds(first.trim()) ?? 0;
}
