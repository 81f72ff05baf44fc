/**
 * Fault injection: damages what mendbox has stored, in the real IndexedDB of the calling page or worker. The demo's
 * buttons and the project's tests use it; so may yours.
 *
 * @module
 */
export {
  breakStorage,
  type BreakStorageOptions,
  type StorageFault,
} from './break-storage.js';
export { corrupt, peek, type CorruptOptions, type How } from './corrupt.js';
export type { StoredPair } from './database.js';
export { forget } from './forget.js';
