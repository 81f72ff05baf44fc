/** Hears what the worker tells: what it heals, and what is gone. */
import type { HealEvent, SkewEvent } from '../fault.js';
import type { Channel } from '../messages.js';
import { container } from './ask.js';

const CHANNEL: Channel = 'mendbox';

/** How many events are remembered to tell the second copy of one from a new one. */
const REMEMBERED = 100;

interface Events {
  heal: HealEvent;
  skew: SkewEvent;
}

/**
 * Calls the listener once for every heal event of this origin's workers; returns the function that ends it. Throws a
 * TypeError for what is no function.
 *
 * Events reach a page by the worker's postMessage and by BroadcastChannel('mendbox'), whichever comes first.
 */
export const onHeal = (listener: (event: HealEvent) => void): (() => void) =>
  on('heal', listener);

/**
 * Calls the listener once for every script, style sheet or worker that a page of this origin asked for and that is gone
 * from its origin; returns the function that ends it.
 *
 * The page is of an older release than the server. A reload brings the new one; reload once, since a server may be
 * wrong for longer.
 */
export const onSkew = (listener: (event: SkewEvent) => void): (() => void) =>
  on('skew', listener);

function on<Type extends keyof Events>(
  type: Type,
  listener: (event: Events[Type]) => void,
): () => void {
  if (!listener?.call)
    throw new TypeError('mendbox: onHeal() and onSkew() take a function');
  const seen = new Set<string>();
  const hear = ({ data }: MessageEvent<Partial<Events[Type]> | null>): void => {
    if (data?.type !== type || typeof data.id !== 'string') return;
    if (seen.has(data.id)) return;
    seen.add(data.id);
    if (seen.size > REMEMBERED) seen.delete([...seen][0] ?? '');
    listener(data as Events[Type]);
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
