/// <reference lib="webworker" />
import { HealingCache } from 'mendbox';
import { clientsClaim } from 'workbox-core';
import { registerRoute } from 'workbox-routing';

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', () => void self.skipWaiting());
clientsClaim();

registerRoute(
  ({ url }) => url.pathname.startsWith('/api/'),
  new HealingCache(),
);
