/** The modes of a cache: how it decides between the store and the network. All of them share one store and all heal. */
import {
  currentAge,
  localAnswer,
  mayServeStale,
  reuse,
  selects,
  type RequestView,
  type Reuse,
  type StoredView,
} from '../http/index.js';
import { IS_READY_MADE } from '../ready-made.js';
import type { Settings } from './options.js';

/** How a cache decides; the names but the first are Workbox's strategies. */
export type Mode =
  /** RFC 9111: what the origin's fields say. */
  | 'http'
  /** Whatever is stored answers, however old; else the network. */
  | 'cache-first'
  /** The network answers; what is stored, however old, when it fails or takes longer than networkTimeoutSeconds. */
  | 'network-first'
  /** Whatever is stored answers, and is validated behind every answer. */
  | 'stale-while-revalidate'
  /** The store is neither read nor written. */
  | 'network-only'
  /**
   * Only what is stored answers, however old; else the request rejects with a TypeError. A broken entry still heals by
   * the network.
   */
  | 'cache-only';

/** Every mode. */
export const MODES: readonly Mode[] = [
  'http',
  'cache-first',
  'network-first',
  'stale-while-revalidate',
  'network-only',
  'cache-only',
];

const isHttp = (mode: Mode): boolean => IS_READY_MADE || mode === 'http';

/** Whether the network is asked for nothing but healing. */
export const isOffline = (mode: Mode): boolean =>
  !isHttp(mode) && mode === 'cache-only';

/** The request.cache that the store is asked with; what a page asks for on its own goes first. */
function cacheOf(mode: Mode, cache: RequestCache): RequestCache {
  const isPlain = cache === 'default' || cache === 'force-cache';
  switch (mode) {
    case 'http':
      return cache;
    case 'cache-first':
    case 'stale-while-revalidate':
      return isPlain ? 'force-cache' : cache;
    case 'network-first':
      return isPlain ? 'no-cache' : cache;
    case 'network-only':
      return 'no-store';
    case 'cache-only':
      return 'force-cache';
  }
}

/** The request as the decision sees it. */
export function viewOf(mode: Mode, request: Request): RequestView {
  if (isHttp(mode)) return request;
  const { method, url, headers } = request;
  const cache = cacheOf(mode, request.cache);
  return { method, url, headers, mode: request.mode, cache };
}

/** Whether a response is older than `maxAgeSeconds`, and is of no use before the origin has been asked. */
const isTooOld = (
  stored: StoredView,
  { maxAgeSeconds, now }: Settings,
): boolean =>
  !IS_READY_MADE &&
  maxAgeSeconds !== undefined &&
  currentAge(stored, now()) > maxAgeSeconds;

/** Decides over the stored responses of one URL, as RFC 9111 and then the mode have it. */
export function decide<T extends StoredView>(
  settings: Settings,
  view: RequestView,
  candidates: readonly T[],
): Reuse<T> {
  const { mode } = settings;
  const decided = inTime(
    view,
    reuse(view, candidates, settings.now()),
    settings,
  );
  if (isHttp(mode)) return decided;
  if (mode === 'stale-while-revalidate' && decided.is === 'fresh')
    return { ...decided, is: 'stale-while-revalidate' };
  // There is nobody to ask.
  if (isOffline(mode) && decided.is === 'validate')
    return { is: 'miss', why: 'miss' };
  return decided;
}

/** What is too old is validated, however fresh it says it is. */
function inTime<T extends StoredView>(
  view: RequestView,
  decided: Reuse<T>,
  settings: Settings,
): Reuse<T> {
  if (!('stored' in decided) || !isTooOld(decided.stored, settings))
    return decided;
  const answer = localAnswer(view);
  return answer
    ? { is: 'only-if-cached', answer }
    : { ...decided, is: 'validate', why: 'stale' };
}

/** Whether a stored response may answer in place of a network that failed, or is slow. */
export function mayStandIn(
  settings: Settings,
  request: Request,
  stored: StoredView,
): boolean {
  if (isTooOld(stored, settings)) return false;
  const isPlain =
    request.cache === 'default' ||
    request.cache === 'force-cache' ||
    request.mode === 'navigate';
  return isPlain && !isHttp(settings.mode)
    ? selects(stored, request) === 'match'
    : mayServeStale(request, stored, settings.now(), 'network');
}

/** Whether a stored response may answer in place of an error of the origin's, 500 or above (RFC 5861 section 4). */
export const mayHide = (
  settings: Settings,
  request: Request,
  stored: StoredView,
  status: number,
): boolean =>
  !isTooOld(stored, settings) &&
  mayServeStale(request, stored, settings.now(), status);
