import { CacheFirst } from 'workbox-strategies';
import { contend } from './contender.js';

const strategy = new CacheFirst({ cacheName: 'bench' });
contend((event) => strategy.handleAll({ event, request: event.request }));
