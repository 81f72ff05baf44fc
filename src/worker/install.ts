/**
 * mendbox/worker: makes a service worker out of a HealingCache.
 *
 *   import { install } from 'mendbox/worker';
 *   install({ match: ({ sameOrigin }) => sameOrigin });
 */
import { HealingCache } from '../cache/cache.js';
import { checkOptions } from '../cache/check.js';
import type { HealingCacheOptions } from '../cache/options.js';
import { noteInstalled } from '../cache/realm.js';
import { isServiceWorker } from '../cache/tell.js';
import { IS_READY_MADE } from '../ready-made.js';
import { Bypassed } from './routes.js';
import { isForState, state } from './state.js';

declare const self: ServiceWorkerGlobalScope;

/** What `match` is asked about; the names are those of Workbox's match callback. */
export interface MatchOptions {
  url: URL;
  request: Request;
  /** Whether the URL is of the worker's own origin. */
  sameOrigin: boolean;
}

/** How the worker is set up; all of HealingCache's options, and how it takes its place. */
export interface InstallOptions extends HealingCacheOptions {
  /** Which requests the cache may answer; the browser sends the others itself. Default: all. */
  match?: (options: MatchOptions) => boolean;
  /**
   * Paths of the worker's own origin, such as `/api/`: GET and HEAD requests below them are left to the browser, which in
   * Chromium does not even start the worker for them. Default: none.
   */
  bypassPaths?: readonly string[];
  /** Replaces an older worker without waiting for its pages to close. Default true. */
  skipWaiting?: boolean;
  /** Takes control of the pages that are open already. Default true. */
  claim?: boolean;
  /** Answers `__mendbox` in the worker's scope with the state of this worker's caches as plain text. Default false. */
  statePage?: boolean;
}

/** Answers by the cache, or leaves the request to the browser; runs on every request, so it does no more than it must. */
function onFetch(
  event: FetchEvent,
  cache: HealingCache,
  match: InstallOptions['match'],
): void {
  const { request } = event;
  if (!cache.accepts(request)) return;
  if (!IS_READY_MADE && match) {
    const url = new URL(request.url);
    const sameOrigin = url.origin === self.location.origin;
    if (!match({ url, request, sameOrigin })) return;
  }
  // What goes on behind the answer keeps the worker alive through the event.
  event.respondWith(cache.handle({ event, request, isDirect: true }));
}

/** Leaves what lies below these paths to the browser; gives whether a request does. */
function bypassing(paths: readonly string[]): (request: Request) => boolean {
  const bypassed = new Bypassed(paths);
  self.addEventListener('install', (event) => bypassed.tell(event));
  return (request) => bypassed.has(request);
}

function takePlace(skipWaiting: boolean, claim: boolean): void {
  self.addEventListener('install', () => {
    if (IS_READY_MADE || skipWaiting) void self.skipWaiting();
  });
  self.addEventListener('activate', (event) => {
    if (IS_READY_MADE || claim) event.waitUntil(self.clients.claim());
  });
}

/**
 * Wires the service worker's install, activate, fetch and message events to one HealingCache, which like every cache of a
 * service worker tells every window of the origin what it heals, and answers what they ask.
 *
 * Call it once, while the worker's script runs for the first time: browsers ignore listeners that are added later.
 * Navigation preload stays as it is, which is off unless something else switched it on. A wrong option throws a TypeError.
 */
export function install(options: InstallOptions = {}): HealingCache {
  if (!IS_READY_MADE) checkOptions('install()', options);
  const {
    match,
    bypassPaths = [],
    skipWaiting = true,
    claim = true,
    statePage = false,
    ...rest
  } = options;
  if (!IS_READY_MADE && !isServiceWorker()) {
    throw new TypeError(
      'mendbox: install() belongs in the script of a service worker.',
    );
  }
  const bypasses = IS_READY_MADE ? () => false : bypassing(bypassPaths);
  const cache = new HealingCache(rest);
  noteInstalled(cache);
  takePlace(skipWaiting, claim);
  self.addEventListener('fetch', (event) => {
    if (statePage && isForState(event.request)) event.respondWith(state());
    else if (!bypasses(event.request)) onFetch(event, cache, match);
  });
  return cache;
}
