/**
 * THE RULE
 *
 * A stored response is used only if its policy record and its payload record both pass validation. If either fails, for
 * any reason, both are dropped, the fault is told, and the request cloned before the lookup is sent to the network. The
 * page sees what it would have seen without a cache. Dropping and telling never delay or fail the replay.
 *
 * It stands here, and it is called in one place: the `broken` step of cache.ts. One replay per request; requests of the
 * same URL share it (a drop spares a pair that was healed in the meantime); a URL that keeps failing is not stored for a
 * while, so no page pays for a store that cannot hold it.
 */
import type { Fault, HealEvent, Outcome, Phase } from '../fault.js';
import { randomId, type Broken } from '../store/records.js';
import type { Step, Visit } from './visit.js';
import { done } from './visit.js';

/** What healing asks of the cache. */
export interface Healer {
  /** Waits for a request of the same URL that is with the network; false when there is none. */
  join(visit: Visit): Promise<boolean>;
  /** Drops both records, from the memory tier at once and from the disk behind the answer. */
  drop(broken: Broken): Promise<unknown>;
  /** Sends the clone past the browser's own HTTP cache, and stores what comes. */
  replay(visit: Visit): Promise<Response>;
  tell(event: Omit<HealEvent, 'type' | 'id' | 'at'>): void;
}

/** Heals: the RULE above. */
export async function heal(
  visit: Visit,
  broken: Broken,
  healer: Healer,
): Promise<Step> {
  if (await healer.join(visit)) return { is: 'lookup' };
  const found = performance.now();
  visit.dropped = healer.drop(broken);
  visit.background.push(visit.dropped);
  visit.status = { fwd: 'miss', detail: `healed-${broken.fault}` };
  const tell = (outcome: Outcome, status?: number): void =>
    healer.tell({
      url: visit.request.url,
      fault: broken.fault,
      path: broken.path,
      phase: phaseOf(broken.fault),
      outcome,
      status,
      durationMs: performance.now() - found,
    });
  try {
    const response = await healer.replay(visit);
    tell('replayed', response.status);
    return done(response);
  } catch (error) {
    tell('network-error');
    throw error;
  }
}

/** A 304 is judged when the origin has answered; everything else is found before it is asked. */
const phaseOf = (fault: Fault): Phase =>
  fault === 'unusable-304' ? 'validate' : 'lookup';

/** How often a URL may heal within the window before it is no longer stored. */
const HEALS = 3;
/** The window, and how long it then stays unstored, in milliseconds. */
const WINDOW = 5 * 60_000;
/** Most URLs remembered. */
const REMEMBERED = 1_000;

/** Remembers URLs that keep failing, so that healing is bounded. */
export class Relapses {
  readonly #heals = new Map<string, number[]>();

  /** Notes a healing. */
  note(base: string, now: number): void {
    const recent = this.#recent(base, now);
    recent.push(now);
    this.#heals.delete(base);
    this.#heals.set(base, recent);
    const [oldest] = this.#heals.keys();
    if (this.#heals.size > REMEMBERED && oldest !== undefined)
      this.#heals.delete(oldest);
  }

  /** Whether this URL has healed so often of late that storing it is no use. */
  isHopeless(base: string, now: number): boolean {
    return this.#heals.has(base) && this.#recent(base, now).length > HEALS;
  }

  #recent(base: string, now: number): number[] {
    const heals = this.#heals.get(base) ?? [];
    return heals.filter((at) => now - at < WINDOW);
  }
}

/** Makes the event that is told from what is known of it. */
export function healEvent(
  facts: Omit<HealEvent, 'type' | 'id' | 'at'>,
  at: number,
): HealEvent {
  return { type: 'heal', ...facts, at, id: randomId() };
}

/** The faults that a whole store can have, told once per change of state. */
export function storeEvent(name: string, fault: Fault, at: number): HealEvent {
  return healEvent(
    {
      url: name,
      fault,
      phase: 'lookup',
      outcome: 'passed-through',
      durationMs: 0,
    },
    at,
  );
}
