/** The policy engine of mendbox: RFC 9111 for a private cache, pure, for workers and for Node. */
export {
  deltaSeconds,
  parseCacheControl,
  type Directives,
} from './cache-control.js';
export {
  formatCacheStatus,
  type CacheStatus,
  type Forwarded,
} from './cache-status.js';
export { clearsCache } from './clear-site-data.js';
export { hasStrongValidator, sameRepresentation } from './etag.js';
export { currentAge, freshnessLifetime } from './freshness.js';
export { invalidatedGroups, isInGroup } from './groups.js';
export { formatHttpDate, parseHttpDate } from './http-date.js';
export { invalidated, isSafe } from './invalidation.js';
export type { RequestView, ResponseView, StoredView } from './message.js';
export { noVarySearchKey } from './no-vary-search.js';
export {
  asksForPart,
  covers,
  ifRangeHolds,
  parseContentRange,
  requestedRange,
  type ByteRange,
  type ContentRange,
} from './range.js';
export {
  errorAnswer,
  localAnswer,
  mayServeStale,
  reuse,
  type Reuse,
} from './reuse.js';
export { storableHeaders } from './storable-headers.js';
export { isStorable } from './storable.js';
export {
  conditionalHeaders,
  freshen,
  headUpdate,
  validation,
} from './validate.js';
export { nominatedFields, recordNominated, selects } from './vary.js';
