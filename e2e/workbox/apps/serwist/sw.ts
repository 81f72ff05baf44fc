/** A Serwist app with HealingCache as the handler of its runtime caching. */
import { HealingCache } from 'mendbox';
import { Serwist } from 'serwist';

const data = new HealingCache({ maxEntries: 100 });
const pictures = new HealingCache({
  cacheName: 'pictures',
  mode: 'cache-first',
});

const serwist = new Serwist({
  skipWaiting: true,
  clientsClaim: true,
  runtimeCaching: [
    {
      matcher: ({ url }) => url.pathname.startsWith('/data/'),
      handler: data,
    },
    {
      matcher: ({ request }) => request.destination === 'image',
      handler: pictures,
    },
  ],
});

serwist.setCatchHandler(({ event }) =>
  data.handle({ event, request: '/data/offline' }),
);
serwist.addEventListeners();
