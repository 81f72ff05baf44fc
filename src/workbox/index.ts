/** mendbox/workbox: the names of mendbox for those who use Workbox. */
export type { Plugin } from './plugins.js';
export { HealingStrategy, type HealingStrategyOptions } from './strategy.js';
