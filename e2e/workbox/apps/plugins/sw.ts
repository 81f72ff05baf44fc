/** A worker whose every route is a strategy with a plugin: mendbox's beside Workbox's own. */
import { HealingStrategy } from 'mendbox/workbox';
import { BackgroundSyncPlugin, type Queue } from 'workbox-background-sync';
import { BroadcastUpdatePlugin } from 'workbox-broadcast-update';
import { CacheableResponsePlugin } from 'workbox-cacheable-response';
import { executeQuotaErrorCallbacks } from 'workbox-core/_private/executeQuotaErrorCallbacks.js';
import { registerQuotaErrorCallback } from 'workbox-core/registerQuotaErrorCallback.js';
import type { WorkboxPlugin } from 'workbox-core/types.js';
import { ExpirationPlugin } from 'workbox-expiration';
import { RangeRequestsPlugin } from 'workbox-range-requests';
import { warmStrategyCache } from 'workbox-recipes';
import { registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';
import { recorder, type Call } from './recorder.js';

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) =>
  event.waitUntil(self.clients.claim()),
);

const calls: Call[] = [];
const at =
  (prefix: string) =>
  ({ url }: { url: URL }): boolean =>
    url.pathname.startsWith(prefix);

/** The key is the path alone. */
const withoutQuery: WorkboxPlugin = {
  cacheKeyWillBeUsed: async ({ request }) => request.url.replace(/\?.*/, ''),
};
const stamped: WorkboxPlugin = {
  cacheWillUpdate: async ({ response }) => {
    const headers = new Headers(response.headers);
    headers.set('x-stamp', 'stored');
    // Whatever a plugin says, this may not be stored.
    if (headers.has('x-forbid')) headers.set('cache-control', 'no-store');
    return new Response(`${await response.text()}, stamped`, { headers });
  },
  cachedResponseWillBeUsed: async ({ cachedResponse, request }) =>
    request.url.includes('refused') ? null : cachedResponse,
  requestWillFetch: async ({ request }) => {
    const headers = new Headers(request.headers);
    headers.set('x-plugin', 'sent');
    return new Request(request, { headers });
  },
};
const throwing: WorkboxPlugin = {
  cacheKeyWillBeUsed: () => Promise.reject(new Error('key')),
  cachedResponseWillBeUsed: () => Promise.reject(new Error('use')),
  cacheDidUpdate: () => Promise.reject(new Error('update')),
};

const recorded = { cacheName: 'recorded', plugins: [recorder(calls)] };
registerRoute(at('/record/workbox'), new CacheFirst(recorded));
registerRoute(at('/record/mendbox'), new HealingStrategy(recorded));
const keyed = new HealingStrategy({ plugins: [withoutQuery] });
registerRoute(at('/keyed'), keyed);
registerRoute(at('/keyed'), keyed, 'POST');
const changing = new HealingStrategy({ plugins: [stamped] });
registerRoute(at('/stamped'), changing);
registerRoute(at('/throwing'), new HealingStrategy({ plugins: [throwing] }));
registerRoute(
  at('/news'),
  new HealingStrategy({
    mode: 'stale-while-revalidate',
    plugins: [new BroadcastUpdatePlugin()],
  }),
);
registerRoute(
  at('/picky'),
  new HealingStrategy({
    plugins: [new CacheableResponsePlugin({ headers: { 'x-keep': 'yes' } })],
  }),
);
registerRoute(
  at('/video'),
  new HealingStrategy({ plugins: [new RangeRequestsPlugin()] }),
);
const sync = new BackgroundSyncPlugin('posts', {
  // Browsers try at once; the test says when.
  onSync: () => Promise.resolve(),
});
// The plugin keeps its queue to itself; the test wants to look into it.
const { _queue: queue } = sync as unknown as { _queue: Queue };
registerRoute(at('/posts'), new HealingStrategy({ plugins: [sync] }), 'POST');
registerRoute(
  at('/fallback'),
  new HealingStrategy({
    plugins: [{ handlerDidError: async () => new Response('fallback') }],
  }),
);

const warmed = new HealingStrategy({ cacheName: 'warmed' });
warmStrategyCache({ urls: ['/warm/a', '/warm/b'], strategy: warmed });
registerRoute(at('/warm'), warmed);

const roomy = new HealingStrategy({
  cacheName: 'roomy',
  purgeOnQuotaError: true,
});
registerRoute(at('/roomy'), roomy);
let asked = 0;
registerQuotaErrorCallback(() => {
  asked++;
});

function expirationError(): string {
  try {
    void new HealingStrategy({
      plugins: [new ExpirationPlugin({ maxEntries: 1 })],
    });
    return 'accepted';
  } catch (error) {
    return String(error);
  }
}

/** From now on the browser has no room for any body. */
function fill(): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its object below
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    if (this.name === 'payloads')
      throw new DOMException('full', 'QuotaExceededError');
    return put.call(this, value, key);
  };
}

const answers: Readonly<Record<string, () => unknown>> = {
  calls: () => calls.splice(0),
  forget: () => changing.cache.forget(),
  queued: async () => (await queue.getAll()).map(({ request }) => request.url),
  replay: () => queue.replayRequests(),
  expiration: expirationError,
  entries: async () => (await roomy.cache.stats()).entries,
  quota: () => executeQuotaErrorCallbacks(),
  fill,
  asked: () => asked,
};

self.addEventListener('message', ({ data, ports }) => {
  const answer = answers[data?.test];
  if (!answer) return;
  const reply = async (): Promise<void> =>
    ports[0]?.postMessage({ ok: true, value: await answer() });
  void reply();
});
