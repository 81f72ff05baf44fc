import { HealingCache } from 'mendbox';
import { contend } from './contender.js';

const cache = new HealingCache();
contend((event) => cache.handleAll({ event, request: event.request }));
