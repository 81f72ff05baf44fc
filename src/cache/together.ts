/** Several caches of one worker, asked as if they were one. */
import type {
  CacheStats,
  EntryInfo,
  PurgeFilter,
  VerifyOptions,
  VerifyReport,
  WarmReport,
} from '../report.js';
import type { Asked } from './reply.js';

type Named = CacheStats & { readonly name: string };

const sum = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((total, each) => total + of(each), 0);

/** The worse comes first. */
const PLACES = ['pass-through', 'bucket', 'indexeddb'] as const;

/** What several caches have counted; those of one name share their store, so that is counted once. */
function summed(first: CacheStats, told: readonly Named[]): CacheStats {
  const stores = [...new Map(told.map((each) => [each.name, each])).values()];
  const isReady = told.every(({ state }) => state === 'ready');
  const places = new Set(told.map(({ storage }) => storage));
  return {
    state: isReady ? 'ready' : 'unavailable',
    storage: PLACES.find((each) => places.has(each)) ?? first.storage,
    retryMs: Math.max(...told.map(({ retryMs }) => retryMs)),
    entries: sum(stores, ({ entries }) => entries),
    bytes: sum(stores, ({ bytes }) => bytes),
    maxEntries: sum(stores, ({ maxEntries }) => maxEntries),
    maxBytes: sum(stores, ({ maxBytes }) => maxBytes),
    memory: {
      entries: sum(told, ({ memory }) => memory.entries),
      bytes: sum(told, ({ memory }) => memory.bytes),
    },
    hits: sum(told, ({ hits }) => hits),
    misses: sum(told, ({ misses }) => misses),
    heals: sum(told, ({ heals }) => heals),
    version: first.version,
    schema: first.schema,
  };
}

/** Where a walk over several stores goes on: in which one, and where there. */
const position = (name: string, next: string): string =>
  JSON.stringify([name, next]);

function positionOf(from: string | undefined): readonly unknown[] {
  try {
    return Object(JSON.parse(from ?? '[]')) as unknown[];
  } catch {
    // It was given by a worker with one cache: the walk begins anew.
    return [];
  }
}

/** All caches of a worker. */
export class Together implements Asked {
  readonly #caches: ReadonlyMap<Asked, string>;
  readonly #preferred: Asked | undefined;

  /** `caches` are given with the names of their stores; `preferred` is the one that warms. */
  constructor(
    caches: ReadonlyMap<Asked, string>,
    preferred: Asked | undefined,
  ) {
    this.#caches = caches;
    this.#preferred = preferred;
  }

  /** One cache for each store. */
  get #stores(): Map<string, Asked> {
    const stores = new Map<string, Asked>();
    for (const [cache, name] of this.#caches)
      if (!stores.has(name)) stores.set(name, cache);
    return stores;
  }

  /** Sums over all caches; `ready` when every one is. */
  async stats(): Promise<CacheStats> {
    const told = await Promise.all(
      Array.from(this.#caches, async ([cache, name]) => ({
        ...(await cache.stats()),
        name,
      })),
    );
    const [first] = told;
    if (!first) throw new Error('every cache of this worker is closed');
    return summed(first, told);
  }

  /** The entries of one store after the other. */
  async *entries(): AsyncIterable<EntryInfo> {
    for (const cache of this.#stores.values()) yield* cache.entries();
  }

  /** Empties the memory tier of every cache. */
  forget(): void {
    for (const cache of this.#caches.keys()) cache.forget();
  }

  /** Drops what the filter names from every store. */
  async purge(filter: PurgeFilter): Promise<number> {
    // By each of the caches over one store: a drop that fails is owed by the cache that was asked.
    const counts = await Promise.all(
      Array.from(this.#caches.keys(), (cache) => cache.purge(filter)),
    );
    return sum(counts, (count) => count);
  }

  /** Checks one store after the other. */
  async verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { budgetMs = Infinity, from } = options;
    const until = performance.now() + budgetMs;
    const [at, key] = positionOf(from);
    const stores = [...this.#stores];
    const begin = stores.findIndex(([name]) => name === at);
    const reports: VerifyReport[] = [];
    for (const [name, cache] of stores.slice(Math.max(0, begin))) {
      const report = await cache.verify({
        ...options,
        budgetMs: Math.max(0, until - performance.now()),
        from: name === at ? String(key) : undefined,
      });
      reports.push(report);
      const { next, readable } = report;
      // One that cannot be read keeps none of the others from being checked.
      if (next !== undefined && readable)
        return { ...oneReport(reports), next: position(name, next) };
    }
    return oneReport(reports);
  }

  /** Fetches and stores by the cache that install() made, or where all share one store by the first. */
  async warm(
    urls: Iterable<string>,
    onProgress?: (done: number) => void,
  ): Promise<WarmReport> {
    const [only, ...others] = this.#stores.values();
    const cache = this.#preferred ?? (others.length === 0 ? only : undefined);
    if (!cache)
      throw new Error(
        `this worker has caches of several names; give { cacheName } as one of ${[...this.#stores.keys()].join(', ')}`,
      );
    return cache.warm(urls, onProgress);
  }
}

/** One report of several; `drift` is that of the stores whose end was reached in this part of the walk. */
function oneReport(reports: readonly VerifyReport[]): VerifyReport {
  const drifts = reports.flatMap(({ drift }) => drift ?? []);
  return {
    checked: sum(reports, ({ checked }) => checked),
    bytes: sum(reports, ({ bytes }) => bytes),
    broken: reports.flatMap(({ broken }) => broken),
    expired: sum(reports, ({ expired }) => expired),
    readable: reports.every(({ readable }) => readable),
    drift: {
      bytes: sum(drifts, ({ bytes }) => bytes),
      entries: sum(drifts, ({ entries }) => entries),
    },
  };
}
