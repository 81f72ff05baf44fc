/** The worker that most apps have today: Workbox's CacheFirst, for the side by side. */
import { clientsClaim } from 'workbox-core';
import { CacheFirst } from 'workbox-strategies';
import { BESIDE_CACHE, ORIGIN_PATH } from '../resources.js';

declare const self: ServiceWorkerGlobalScope;

const strategy = new CacheFirst({ cacheName: BESIDE_CACHE });

self.addEventListener('install', () => void self.skipWaiting());
clientsClaim();
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (new URL(request.url).pathname.startsWith(ORIGIN_PATH))
    event.respondWith(strategy.handle({ event, request }));
});
