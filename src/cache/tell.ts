/** Tells every window of the origin what a cache healed, and what is gone. */
import type { Fault, HealEvent, RefusalEvent, SkewEvent } from '../fault.js';
import type { Channel } from '../messages.js';
import { IS_READY_MADE } from '../ready-made.js';

declare const self: ServiceWorkerGlobalScope;

/** What a cache tells. */
export type Told = HealEvent | SkewEvent;

const CHANNEL: Channel = 'mendbox';

/** Whether this is a service worker; a page's own cache tells its listener alone. */
export const isServiceWorker = (): boolean =>
  IS_READY_MADE || 'ServiceWorkerGlobalScope' in globalThis;

let channel: BroadcastChannel | undefined;

/** Posts an event on BroadcastChannel('mendbox'); never throws. */
export function broadcast(event: Told | RefusalEvent): void {
  try {
    channel ??= new BroadcastChannel(CHANNEL);
    channel.postMessage(event);
  } catch {
    // The engine has none, or refuses it.
  }
}

async function tellClients(event: Told): Promise<void> {
  try {
    const windows = await self.clients.matchAll({
      type: 'window',
      // The page that has just registered the worker is not controlled yet.
      includeUncontrolled: true,
    });
    for (const client of windows) client.postMessage(event);
  } catch {
    // The worker is being replaced: its clients are gone.
  }
}

/** Most events that are remembered. */
const REMEMBERED = 50;

/** The latest events of every cache in this worker's life, the oldest first. */
export const latest: Told[] = [];

/** Names of the stores that are known to have failed. */
const down = new Set<string>();

/**
 * Whether windows have not heard yet that a store failed, by its fault, or works again: each of the caches over one store
 * meets that by itself.
 */
export function isNews(
  name: string,
  fault: Fault | undefined,
  became: 'dropped' | undefined,
): boolean {
  // One of them makes the store anew, and meets that alone.
  if (IS_READY_MADE || became) return true;
  if (!fault) return down.delete(name);
  const isKnown = down.has(name);
  down.add(name);
  return !isKnown;
}

/**
 * Sends an event to every window of the origin, by postMessage and on the channel, if this is a service worker; never
 * throws.
 */
export function tell(event: Told): void {
  if (!isServiceWorker()) return;
  if (latest.push(event) > REMEMBERED) latest.shift();
  broadcast(event);
  void tellClients(event);
}
