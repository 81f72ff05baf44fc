/** Tells every window of the origin what was healed, and what is gone. */
import type { HealEvent, SkewEvent } from '../fault.js';
import type { Channel } from '../messages.js';

declare const self: ServiceWorkerGlobalScope;

/** What a worker tells. */
export type Told = HealEvent | SkewEvent;

const CHANNEL: Channel = 'mendbox';

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

/**
 * Makes the function that sends an event to every window of the origin, by
 * postMessage and on BroadcastChannel('mendbox'); it never throws.
 */
export function teller(): (event: Told) => void {
  let channel: BroadcastChannel | undefined;
  return (event) => {
    try {
      channel ??= new BroadcastChannel(CHANNEL);
      channel.postMessage(event);
    } catch {
      // The engine has none, or refuses it.
    }
    void tellClients(event);
  };
}
