/**
 * Quota errors, told both ways: Workbox's caches make room when ours cannot write, and ours when theirs cannot. Only
 * src/workbox imports this file, so that nobody else carries workbox-core.
 */
import { executeQuotaErrorCallbacks } from 'workbox-core/_private/executeQuotaErrorCallbacks.js';
import { registerQuotaErrorCallback } from 'workbox-core/registerQuotaErrorCallback.js';
import type { Upkeep } from './upkeep.js';

/** Asks whatever is registered with Workbox to make room; resolves when it has tried. */
export async function askForRoom(): Promise<void> {
  try {
    await executeQuotaErrorCallbacks();
  } catch (error) {
    reportError(error);
  }
}

/** Drops everything in a cache whenever Workbox, or another cache of ours, meets a quota error. */
export function makeRoom(cache: Pick<Upkeep, 'purge'>): void {
  registerQuotaErrorCallback(() => cache.purge({ all: true }));
}
