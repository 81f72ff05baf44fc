/** The worker of the app in the lifecycle frame: it waits for the user's yes before it takes over. */
import { install } from '../../src/worker/install.js';
import { LIFECYCLE_CACHE } from '../resources.js';

declare const self: ServiceWorkerGlobalScope & { RELEASE?: string };

install({ cacheName: LIFECYCLE_CACHE, skipWaiting: false });

// The demo's origin writes the number in front of the script, as a deploy would change it.
self.addEventListener('message', ({ data, ports }) => {
  if (data === 'release') ports[0]?.postMessage(self.RELEASE);
});
