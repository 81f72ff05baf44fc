/** The public names of mendbox. */
export { HealingCache, type HandleOptions } from './cache/cache.js';
export type { HealingCacheOptions } from './cache/options.js';
export { VERSION } from './version.js';
export type { FetchEventLike } from './cache/visit.js';
export type { Fault, HealEvent, Outcome, Phase, SkewEvent } from './fault.js';
export type {
  CacheStats,
  EntryInfo,
  Finding,
  PurgeFilter,
  VerifyOptions,
  VerifyReport,
  WarmReport,
} from './report.js';
