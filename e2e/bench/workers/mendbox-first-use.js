/** Every hit is the first use in a worker's life: read from the disk and verified, byte by byte. */
import { HealingCache } from 'mendbox';
import { contend } from './contender.js';

const cache = new HealingCache({ memoryBytes: 0 });
contend((event) => cache.handleAll({ event, request: event.request }));
