/** The like-for-like: mendbox bounds what it stores, and lets nothing live for ever. */
import { ExpirationPlugin } from 'workbox-expiration';
import { CacheFirst } from 'workbox-strategies';
import { contend } from './contender.js';

const bounds = { maxEntries: 10_000, maxAgeSeconds: 30 * 24 * 3_600 };
const plugins = [new ExpirationPlugin(bounds)];
const strategy = new CacheFirst({ cacheName: 'bench', plugins });
contend((event) => strategy.handleAll({ event, request: event.request }));
