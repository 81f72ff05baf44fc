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
import { localAnswer } from '../http/index.js';
import { randomId, type Broken } from '../store/records.js';
import { gatewayTimeout } from './answer.js';
import type { Core } from './core.js';
import { Recent } from './recent.js';
import { done, type Step, type Visit } from './visit.js';

/** What is known of a healing when it is told. */
export type Facts = Omit<HealEvent, 'type' | 'id' | 'at'>;

/** Heals: the RULE above. `replay` sends the clone past the browser's own HTTP cache, and stores what comes. */
export async function heal(
  core: Core,
  visit: Visit,
  broken: Broken,
  replay: () => Promise<Response>,
): Promise<Step> {
  if (await core.join(visit, 'miss')) return { is: 'lookup' };
  const foundAt = performance.now();
  // From the memory tier at once, and from the disk behind the answer.
  visit.dropped = core.drop(broken);
  visit.background.push(visit.dropped);
  visit.status = { fwd: 'miss', detail: `healed-${broken.fault}` };
  const { url } = visit.request;
  const phase = phaseOf(broken.fault);
  const tell = (outcome: Outcome, status?: number): void =>
    core.tell(broken, foundAt, { url, phase, outcome, status });
  try {
    const response = await replay();
    tell('replayed', response.status);
    return done(response);
  } catch (error) {
    tell('network-error');
    if (localAnswer(visit.view) === 'gateway-timeout')
      return done(gatewayTimeout(visit.status));
    throw error;
  }
}

/** A 304 is judged when the origin has answered; everything else is found before it is asked. */
const phaseOf = (fault: Fault): Phase =>
  fault === 'unusable-304' ? 'validate' : 'lookup';

/** How often a URL may heal within the window before it is no longer stored. */
const HEALS = 3;
/** The window, and how long it then stays unstored, in milliseconds. */
const WINDOW_MS = 5 * 60_000;
/** Most URLs remembered. */
const REMEMBERED = 1_000;

/** Remembers URLs that keep failing, so that healing is bounded. */
export class Relapses {
  readonly #heals = new Recent<number[]>(REMEMBERED);

  /** Notes a healing. */
  note(base: string): void {
    this.#heals.set(base, [...this.#recent(base), performance.now()]);
  }

  /** Whether this URL has healed so often of late that storing it is no use. */
  isHopeless(base: string): boolean {
    return this.#recent(base).length > HEALS;
  }

  /** Forgets them all. */
  clear(): void {
    this.#heals.clear();
  }

  /** By performance.now(): a clock that is set back must not make a URL hopeless for long. */
  #recent(base: string): number[] {
    const since = performance.now() - WINDOW_MS;
    return (this.#heals.get(base) ?? []).filter((at) => at > since);
  }
}

/** Makes the event that is told from what is known of it. */
export const healEvent = (facts: Facts, at: number): HealEvent => ({
  type: 'heal',
  ...facts,
  at,
  id: randomId(),
});
