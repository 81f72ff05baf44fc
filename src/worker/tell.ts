/** Tells every window of the origin what was healed. */
import type { HealEvent } from '../fault.js';
import type { Channel } from '../messages.js';

declare const self: ServiceWorkerGlobalScope;

const CHANNEL: Channel = 'mendbox';

/** Undefined where the engine has none, or refuses it. */
function openChannel(): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(CHANNEL);
  } catch {
    return undefined;
  }
}

async function tellClients(event: HealEvent): Promise<void> {
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
 * Makes the function that sends a heal event to every window of the origin, by
 * postMessage and on BroadcastChannel('mendbox'); it never throws.
 */
export function teller(): (event: HealEvent) => void {
  const channel = openChannel();
  return (event) => {
    channel?.postMessage(event);
    void tellClients(event);
  };
}
