/**
 * mendbox/worker: makes a service worker out of a HealingCache.
 *
 *   import { install } from 'mendbox/worker';
 *   install({ match: ({ sameOrigin }) => sameOrigin });
 */
import { HealingCache } from '../cache/cache.js';
import type { HealingCacheOptions } from '../cache/options.js';
import { decode } from '../messages.js';
import { answer } from './answer.js';
import { teller } from './tell.js';

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
  /** Replaces an older worker without waiting for its pages to close. Default true. */
  skipWaiting?: boolean;
  /** Takes control of the pages that are open already. Default true. */
  claim?: boolean;
}

type Match = InstallOptions['match'];

/** Answers by the cache, or leaves the request to the browser; runs on every request, so it does no more than it must. */
function onFetch(event: FetchEvent, cache: HealingCache, match: Match): void {
  const { request } = event;
  if (!cache.accepts(request)) return;
  if (match) {
    const url = new URL(request.url);
    const sameOrigin = url.origin === self.location.origin;
    if (!match({ url, request, sameOrigin })) return;
  }
  // What goes on behind the answer keeps the worker alive through the event.
  event.respondWith(cache.handle({ event, request }));
}

function onMessage(event: ExtendableMessageEvent, cache: HealingCache): void {
  const message = decode(event.data);
  const [port] = event.ports;
  switch (message.is) {
    case 'foreign':
      return;
    case 'refused':
      port?.postMessage({ ok: false, error: message.error });
      return;
    case 'skip-waiting':
      event.waitUntil(self.skipWaiting());
      return;
    case 'cache-urls':
      // Workbox replies with `true`.
      event.waitUntil(
        cache.warm(message.urls).then(() => port?.postMessage(true)),
      );
      return;
    case 'ask':
      event.waitUntil(
        answer(cache, message.ask, (progress) =>
          port?.postMessage({ progress }),
        ).then((reply) => port?.postMessage(reply)),
      );
  }
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
  const { match, skipWaiting = true, claim = true, ...rest } = options;
  if (!('skipWaiting' in self)) {
    throw new TypeError(
      'mendbox: install() belongs in the script of a service worker, not in a page.',
    );
  }
  const tell = teller();
  const cache = new HealingCache({
    ...rest,
    onHeal: (event) => {
      tell(event);
      options.onHeal?.(event);
    },
    onSkew: (event) => {
      tell(event);
      options.onSkew?.(event);
    },
  });
  self.addEventListener('install', () => {
    if (skipWaiting) void self.skipWaiting();
  });
  self.addEventListener('activate', (event) => {
    if (claim) event.waitUntil(self.clients.claim());
  });
  self.addEventListener('fetch', (event) => onFetch(event, cache, match));
  self.addEventListener('message', (event) => onMessage(event, cache));
  return cache;
}
