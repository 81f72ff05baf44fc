/** mendbox as a Workbox strategy. */
import { Strategy, type StrategyHandler } from 'workbox-strategies';
import { HealingCache, type HealingCacheOptions } from '../index.js';

/** A Workbox strategy whose store verifies and heals; for code that asks for the nominal type. */
export class HealingStrategy extends Strategy {
  readonly #cache: HealingCache;

  /** Takes the options of HealingCache; throws a TypeError for a wrong one. */
  constructor(options: HealingCacheOptions = {}) {
    super(options.cacheName === undefined ? {} : options);
    this.#cache = new HealingCache(options);
  }

  protected override async _handle(
    request: Request,
    handler: StrategyHandler,
  ): Promise<Response> {
    const { event } = handler;
    const [response, done] = this.#cache.handleAll({ event, request });
    void handler.waitUntil(done);
    return response;
  }
}
