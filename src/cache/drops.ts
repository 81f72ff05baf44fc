/**
 * What may not answer any more: a URL that an unsafe request has made invalid, a group, or whatever a purge names. From the
 * call on nothing of it is served, and nothing that is on its way is stored, however long the store takes; a drop that
 * fails is owed until it succeeds.
 */
import { isInGroup } from '../http/index.js';
import { baseOf } from '../store/variant.js';
import type { Core } from './core.js';
import { EVERY, type Accepts } from './flight.js';
import { baseKey, urlOfKey } from './key.js';

/** Most drops that are owed at a time. */
const OWED = 100;

/** Drops from one cache what is outdated, not broken. */
export class Drops {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Drops every variant of a URL and lets no lookup see it meanwhile. */
  invalidate(base: string): Promise<boolean> {
    const { flights, memory, store } = this.#core;
    const forget = (): void => {
      memory.forgetAll(base);
      this.#core.changed(base);
    };
    forget();
    flights.outdate((other) => other === base);
    const dropped = this.#owing(
      (key) => baseOf(key) === base,
      store.drop(base),
    );
    flights.hold(base, dropped);
    // What others have read in the meantime, and read-ahead.
    void dropped.then(forget);
    return dropped;
  }

  /**
   * Drops the responses of a URL with and without credentials, in every form that this cache may have stored it, and those
   * that would answer for it; resolves to whether the store could.
   */
  async invalidateUrl(url: string, partition: string | null): Promise<boolean> {
    const { flights, network, search } = this.#core;
    network.note(url);
    const own = this.#core.asKeyed(url);
    const dropped = [true, false].map((credentialed) => {
      const base = baseKey(own, credentialed, partition);
      const others = search
        .equivalents(base)
        .then((bases) => this.#invalidateAll(bases));
      flights.hold(base, others);
      return Promise.all([this.invalidate(base), others]);
    });
    return (await Promise.all(dropped)).flat().every(Boolean);
  }

  async #invalidateAll(bases: readonly string[]): Promise<boolean> {
    const dropped = bases.map((base) => this.invalidate(base));
    return (await Promise.all(dropped)).every(Boolean);
  }

  /**
   * Whether what is stored of a URL was to be dropped and may be there still: then it is as good as gone. A drop that
   * failed is tried again, one that takes its time is not.
   */
  owes(base: string): boolean {
    for (const [accepts, hasFailed] of this.#core.flights.owed)
      if (accepts(base)) {
        if (hasFailed) this.#core.flights.hold(base, this.purge(accepts));
        return true;
      }
    return false;
  }

  /** Drops every entry whose key is accepted, and what is on its way to be one; resolves to how many there were. */
  async purge(accepts: Accepts): Promise<number> {
    const { memory, network, store } = this.#core;
    this.#outdate(accepts);
    const purged: string[] = [];
    const isDone = await this.#owing(accepts, store.purge(accepts, purged));
    // What was read in the meantime.
    memory.forgetWhere(accepts);
    this.#core.changed();
    for (const key of purged) network.note(urlOfKey(key), 'dropped');
    return isDone ? purged.length : 0;
  }

  /** Drops the accepted URLs of which a response is of one of these groups (RFC 9875); lookups wait, or miss. */
  purgeGroups(groups: readonly string[], accepts: Accepts): Promise<number> {
    this.#outdate(accepts);
    const purged = this.#purgeRead(groups, accepts);
    this.#core.flights.hold(EVERY, purged);
    void this.#owing(
      accepts,
      purged.then(() => true),
    );
    return purged;
  }

  async #purgeRead(
    groups: readonly string[],
    accepts: Accepts,
  ): Promise<number> {
    const read = new Set<string>();
    const bases = new Set<string>();
    for await (const policy of this.#core.policies()) {
      const { key } = policy.record;
      read.add(key);
      if (isInGroup(policy, groups)) bases.add(baseOf(key));
    }
    // What could not be read, as another release wrote it, may be of one as well.
    return this.purge(
      (key) => accepts(key) && (!read.has(key) || bases.has(baseOf(key))),
    );
  }

  /** Keeps what is in memory, and what is on its way, from being used. */
  #outdate(accepts: Accepts): void {
    this.#core.memory.forgetWhere(accepts);
    this.#core.flights.outdate(accepts);
    this.#core.changed();
  }

  /** Notes a drop until it is done; one that failed resolves to false. */
  async #owing(accepts: Accepts, dropped: Promise<boolean>): Promise<boolean> {
    const { owed } = this.#core.flights;
    owed.set(accepts, false);
    const done = await dropped;
    if (done) owed.delete(accepts);
    else owed.set(accepts, true);
    if (done || owed.size <= OWED) return done;
    // Where so much failed, everything stored is as good as gone.
    owed.clear();
    owed.set(() => true, true);
    return done;
  }
}
