/** Hears what the worker heals. */
import type { HealEvent } from '../fault.js';
import type { Channel } from '../messages.js';
import { container } from './ask.js';

const CHANNEL: Channel = 'mendbox';

/** How many events are remembered to tell the second copy of one from a new one. */
const REMEMBERED = 100;

function isHealEvent(data: unknown): data is HealEvent {
  const event = data as Partial<HealEvent> | null;
  return event?.type === 'heal' && typeof event.id === 'string';
}

/**
 * Calls the listener once for every heal event of this origin's workers;
 * returns the function that ends it.
 *
 * Events reach a page by the worker's postMessage and by
 * BroadcastChannel('mendbox'), whichever comes first.
 */
export function onHeal(listener: (event: HealEvent) => void): () => void {
  const seen = new Set<string>();
  const hear = ({ data }: MessageEvent<unknown>): void => {
    if (!isHealEvent(data) || seen.has(data.id)) return;
    seen.add(data.id);
    if (seen.size > REMEMBERED) seen.delete([...seen][0] ?? '');
    listener(data);
  };
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', hear);
  const workers = container();
  workers?.addEventListener('message', hear);
  // Messages that came before the page was parsed wait for this.
  workers?.startMessages();
  return () => {
    channel.close();
    workers?.removeEventListener('message', hear);
  };
}
