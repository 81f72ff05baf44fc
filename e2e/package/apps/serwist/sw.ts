/// <reference lib="webworker" />
import { HealingCache } from 'mendbox';
import { Serwist } from 'serwist';

const serwist = new Serwist({
  skipWaiting: true,
  clientsClaim: true,
  runtimeCaching: [
    {
      matcher: ({ url }) => url.pathname.startsWith('/api/'),
      handler: new HealingCache(),
    },
  ],
});

serwist.addEventListeners();
