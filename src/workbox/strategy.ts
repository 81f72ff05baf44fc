/** mendbox as a Workbox strategy. */
import { WorkboxError } from 'workbox-core/_private/WorkboxError.js';
import type { WorkboxPlugin } from 'workbox-core/types.js';
import { Strategy, type StrategyHandler } from 'workbox-strategies';
import { checkOptions } from '../cache/check.js';
import { askForRoom, makeRoom } from '../cache/quota.js';
import { HealingCache, type HealingCacheOptions } from '../index.js';
import { hooksOf, type Plugin, refuseExpiration } from './plugins.js';

/** HealingCache's options and Workbox's plugins; the network is the plugins' affair, so there is no option `fetch`. */
export interface HealingStrategyOptions extends Omit<
  HealingCacheOptions,
  'fetch'
> {
  /** Workbox's plugins, called in this order. */
  plugins?: Plugin[];
}

/**
 * A Workbox strategy whose store verifies and heals. Workbox runs its twelve plugin callbacks in its order;
 * `cacheWillUpdate` may forbid or replace what is stored, never allow what RFC 9111 forbids.
 */
export class HealingStrategy extends Strategy {
  /** The cache below, for what Workbox has no name for: stats(), purge(), verify(). */
  readonly cache: HealingCache;

  /**
   * Throws a TypeError for a wrong option, and for ExpirationPlugin: the options maxEntries, maxAgeSeconds and maxBytes
   * take its place.
   */
  constructor(options: HealingStrategyOptions = {}) {
    const { plugins = [], onQuotaError, ...rest } = options;
    if ('fetch' in rest)
      throw new TypeError(
        'mendbox: HealingStrategy has no option "fetch"; a plugin with requestWillFetch sees every request.',
      );
    checkOptions('new HealingStrategy()', options);
    refuseExpiration(plugins);
    const { cacheName = 'mendbox', fetchOptions, matchOptions } = rest;
    super({
      cacheName,
      plugins: plugins as WorkboxPlugin[],
      ...(fetchOptions && { fetchOptions }),
      ...(matchOptions && { matchOptions }),
    });
    this.cache = new HealingCache({
      ...rest,
      onQuotaError: () => {
        void askForRoom();
        onQuotaError?.();
      },
    });
    if (rest.purgeOnQuotaError) makeRoom(this.cache);
  }

  protected override async _handle(
    request: Request,
    handler: StrategyHandler,
  ): Promise<Response> {
    const { cacheName, matchOptions } = this;
    const told = { cacheName, matchOptions };
    const hooks = await hooksOf(handler, request, told);
    const { event } = handler;
    const [response, done] = this.cache.handleAll({ event, request, hooks });
    void handler.waitUntil(done);
    try {
      return await response;
    } catch (error) {
      // What Workbox's own strategies throw, so that handlers and reports that know it go on working.
      throw new WorkboxError('no-response', { url: request.url, error });
    }
  }
}
