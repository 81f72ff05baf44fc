/** A Workbox app that changed one word: HealingCache stands where its strategies stood. */
import { HealingCache } from 'mendbox';
import {
  registerRoute,
  setCatchHandler,
  setDefaultHandler,
} from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) =>
  event.waitUntil(self.clients.claim()),
);

const under =
  (prefix: string) =>
  ({ url }: { url: URL }): boolean =>
    url.pathname.startsWith(prefix);

registerRoute(under('/first/'), new HealingCache({ mode: 'cache-first' }));
registerRoute(
  under('/fresh/slow'),
  new HealingCache({ mode: 'network-first', networkTimeoutSeconds: 0.5 }),
);
registerRoute(under('/fresh/'), new HealingCache({ mode: 'network-first' }));
registerRoute(
  under('/quick/'),
  new HealingCache({ mode: 'stale-while-revalidate' }),
);
registerRoute(under('/net/'), new HealingCache({ mode: 'network-only' }));
registerRoute(under('/kept/'), new HealingCache({ mode: 'cache-only' }));
registerRoute(
  under('/patient/'),
  new HealingCache({ networkTimeoutSeconds: 0.5 }),
);

const standard = new HealingCache();
setDefaultHandler(standard);

// What answers when a route fails: the cache again, asked for another URL.
setCatchHandler({
  handle: ({ event }) => standard.handle({ event, request: '/offline' }),
});
