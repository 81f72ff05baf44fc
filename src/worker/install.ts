/**
 * mendbox/worker: makes a service worker out of a HealingCache.
 *
 *   import { install } from 'mendbox/worker';
 *   install({ match: ({ sameOrigin }) => sameOrigin });
 */
import { HealingCache } from '../cache/cache.js';
import { checkOptions } from '../cache/check.js';
import type { HealingCacheOptions } from '../cache/options.js';
import { decode } from '../messages.js';
import { IS_READY_MADE } from '../ready-made.js';
import { answer } from './answer.js';
import { Bypassed } from './routes.js';
import { State } from './state.js';
import { teller, type Told } from './tell.js';

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
  /** Answers `__mendbox` in the worker's scope with the cache's state as plain text. Default false. */
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
  if (match) {
    const url = new URL(request.url);
    const sameOrigin = url.origin === self.location.origin;
    if (!match({ url, request, sameOrigin })) return;
  }
  // What goes on behind the answer keeps the worker alive through the event.
  event.respondWith(cache.handle({ event, request, isDirect: true }));
}

function onMessage(event: ExtendableMessageEvent, cache: HealingCache): void {
  const message = decode(event.data);
  const reply = (value: unknown): void => event.ports[0]?.postMessage(value);
  switch (message.is) {
    case 'foreign':
      return;
    case 'refused':
      return reply({ ok: false, error: message.error });
    case 'skip-waiting':
      return event.waitUntil(self.skipWaiting());
    case 'cache-urls':
      // Workbox replies with `true`.
      return event.waitUntil(cache.warm(message.urls).then(() => reply(true)));
    case 'ask':
      return event.waitUntil(
        answer(cache, message.ask, (progress) => reply({ progress })).then(
          reply,
        ),
      );
  }
}

function takePlace(skipWaiting: boolean, claim: boolean): void {
  self.addEventListener('install', () => {
    if (skipWaiting) void self.skipWaiting();
  });
  self.addEventListener('activate', (event) => {
    if (claim) event.waitUntil(self.clients.claim());
  });
}

/**
 * Wires the service worker's install, activate, fetch and message events to one
 * HealingCache, and tells every window of the origin what it heals.
 *
 * Call it once, while the worker's script runs for the first time: browsers
 * ignore listeners that are added later. Navigation preload stays as it is,
 * which is off unless something else switched it on. A wrong option throws a
 * TypeError.
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
  if (!IS_READY_MADE && !('skipWaiting' in self)) {
    throw new TypeError(
      'mendbox: install() belongs in the script of a service worker.',
    );
  }
  const bypassed = IS_READY_MADE ? undefined : new Bypassed(bypassPaths);
  const tell = teller();
  const state = statePage ? new State() : undefined;
  const telling =
    <E extends Told>(own: ((event: E) => void) | undefined) =>
    (event: E): void => {
      state?.note(event);
      tell(event);
      own?.(event);
    };
  const cache = new HealingCache({
    ...rest,
    onHeal: telling(rest.onHeal),
    onSkew: telling(rest.onSkew),
  });
  self.addEventListener('install', (event) => bypassed?.tell(event));
  takePlace(skipWaiting, claim);
  self.addEventListener('fetch', (event) => {
    if (state?.isFor(event.request)) event.respondWith(state.page(cache));
    else if (!bypassed?.has(event.request)) onFetch(event, cache, match);
  });
  self.addEventListener('message', (event) => onMessage(event, cache));
  return cache;
}
