/** Runs the callbacks of Workbox's plugins where Workbox would, with its parameters. */
import type {
  CachedResponseWillBeUsedCallbackParam as UseParam,
  CacheDidUpdateCallbackParam as UpdateParam,
  WorkboxPlugin,
} from 'workbox-core/types.js';
import type { StrategyHandler as Handler } from 'workbox-strategies';
import type { Hooks } from '../cache/hooks.js';

/** A Workbox plugin; unlike Workbox's own type it takes Workbox's own plugins under exactOptionalPropertyTypes. */
export type Plugin = {
  [Name in keyof WorkboxPlugin]?: WorkboxPlugin[Name] | undefined;
};

/** What a callback is told of the strategy beside the request. */
export interface Told {
  readonly cacheName: string;
  readonly matchOptions: CacheQueryOptions | undefined;
}

/** Throws a TypeError for a plugin that keeps books of its own about Cache Storage, which holds nothing of ours. */
export function refuseExpiration(plugins: readonly Plugin[]): void {
  // By shape: a class name does not survive a minifier.
  if (plugins.some((plugin) => 'deleteCacheAndMetadata' in plugin))
    throw new TypeError(
      'mendbox: ExpirationPlugin cannot expire what HealingStrategy stores. Give the strategy its own options maxEntries, maxAgeSeconds and maxBytes, and purgeOnQuotaError, instead.',
    );
}

/** A plugin that throws fails no request that the network can answer. */
async function orElse<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    reportError(error);
    return otherwise;
  }
}

/** The plugins of one request. */
class Callbacks {
  readonly #handler: Handler;
  readonly #request: Request;
  readonly #told: Told;
  readonly #key: Request;

  constructor(handler: Handler, request: Request, told: Told, key: Request) {
    this.#handler = handler;
    this.#request = request;
    this.#told = told;
    this.#key = key;
  }

  async willUse(stored: Response | undefined): Promise<Response | undefined> {
    const { event } = this.#handler;
    const fixed = { ...this.#told, request: this.#key, event };
    let answer = stored;
    const calls = this.#handler.iterateCallbacks('cachedResponseWillBeUsed');
    for (const call of calls) {
      // On a miss it is called with undefined, which its type forgets.
      const facts = { ...fixed, cachedResponse: answer };
      answer = (await call(facts as UseParam)) ?? undefined;
    }
    return answer;
  }

  async willStore(copy: Response): Promise<Response | undefined> {
    const { event } = this.#handler;
    // Workbox answers first and then, in another task, stores.
    await new Promise((resolve) => setTimeout(resolve));
    await keyOf(this.#handler, this.#request, 'write');
    const request = this.#request;
    let response: Response | undefined = copy;
    for (const call of this.#handler.iterateCallbacks('cacheWillUpdate')) {
      response = (await call({ request, response, event })) ?? undefined;
      if (!response) break;
    }
    return response;
  }

  async didStore(old: Response | undefined, stored: Response): Promise<void> {
    const { event } = this.#handler;
    const { cacheName } = this.#told;
    const request = await keyOf(this.#handler, this.#request, 'write');
    for (const call of this.#handler.iterateCallbacks('cacheDidUpdate')) {
      const newResponse = stored.clone();
      // Undefined says that there was none, which its type forgets.
      const facts = { newResponse, oldResponse: old, request, event };
      await call({ cacheName, ...facts } as UpdateParam);
    }
  }
}

/** The Request whose URL is the key; a handler asks its plugins for each once. */
const keyOf = (
  handler: Handler,
  request: Request,
  mode: 'read' | 'write',
): Promise<Request> => orElse(handler.getCacheKey(request, mode), request);

/** The URLs of both keys of a request. */
async function urlsOf(handler: Handler, request: Request): Promise<string[]> {
  const keys = await Promise.all([
    keyOf(handler, request, 'read'),
    keyOf(handler, request, 'write'),
  ]);
  return keys.map(({ url }) => url);
}

/** The hooks that run one request's plugins; those that no plugin listens to are left out. */
export async function hooksOf(
  handler: Handler,
  request: Request,
  told: Told,
): Promise<Hooks> {
  const has = (...names: (keyof WorkboxPlugin)[]): boolean =>
    names.some((name) => handler.hasCallback(name));
  const key = await keyOf(handler, request, 'read');
  const callbacks = new Callbacks(handler, request, told, key);
  return {
    ...(key !== request && { url: key.url }),
    ...(has('cacheKeyWillBeUsed') && {
      urlToStore: async () => (await keyOf(handler, request, 'write')).url,
      urlsOf: (url: string) => urlsOf(handler, new Request(url)),
    }),
    ...(has('requestWillFetch', 'fetchDidSucceed', 'fetchDidFail') && {
      fetch: (outgoing) => handler.fetch(outgoing),
    }),
    ...(has('cachedResponseWillBeUsed') && {
      willUse: (stored) => orElse(callbacks.willUse(stored), undefined),
    }),
    ...(has('cacheKeyWillBeUsed', 'cacheWillUpdate') && {
      willStore: (copy) => orElse(callbacks.willStore(copy), undefined),
    }),
    ...(has('cacheDidUpdate') && {
      didStore: (old, stored) =>
        orElse(callbacks.didStore(old, stored), undefined),
    }),
  };
}
