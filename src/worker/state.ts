/** The state page: what a worker knows of itself as plain text, for a phone on which there are no developer tools. */
import type { HealingCache } from '../cache/cache.js';
import { list } from '../cache/reply.js';
import type { Told } from '../cache/tell.js';

declare const self: ServiceWorkerGlobalScope;

/** Most events that are remembered for the page. */
const REMEMBERED = 50;

/** What the state page shows beside the cache's own counts. */
export class State {
  /** The latest events of this worker's life, the oldest first. */
  readonly #events: Told[] = [];

  /** Remembers an event. */
  note(event: Told): void {
    if (this.#events.push(event) > REMEMBERED) this.#events.shift();
  }

  /** Whether a request asks for the page: `__mendbox` in the worker's scope. */
  isFor({ url }: Request): boolean {
    return url === `${self.registration.scope}__mendbox`;
  }

  /** The counts, the events and every stored response as indented JSON: URLs, but no fields and no bodies. */
  async page(cache: HealingCache): Promise<Response> {
    const stats = await cache.stats();
    const state = { ...stats, events: this.#events, stored: await list(cache) };
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    };
    return new Response(JSON.stringify(state, null, 1), { headers });
  }
}
