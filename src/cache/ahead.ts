/**
 * Read-ahead: what the last worker was asked for when it was young is loaded and verified while nobody asks yet. A worker
 * that a navigation wakes has that time, for the page's HTML must come and be parsed first; one that a single request
 * wakes has none, and reads nothing but what is asked for.
 *
 * Bounded in entries and bytes; it stops as soon as the memory tier is emptied, and waits for nobody.
 */
import type { Core } from './core.js';
import { isServiceWorker } from './tell.js';

/** How long a new worker must have been left alone, in milliseconds: what woke it by asking comes sooner. */
const ALONE_MS = 3;

/** For how long after its first request a worker notes what is asked for, in milliseconds. */
const NOTED_MS = 3_000;

/** How long nothing new must have been asked for before that is over as well: a worker may be stopped at any time. */
const PAUSE_MS = 500;

/** Most URLs that are read ahead; small bodies only, so this bounds the bytes as well. */
const MOST = 64;

/**
 * So many requests at once are those of a page, even where the cache does not see the navigation; fewer do not replace
 * the list of the last page.
 */
const PAGE = 8;

/** How many are read at a time: a request that is here waits for no more of them. */
const LANES = 8;

/** Notes the first requests of a worker's life, and reads those of the last worker. */
export class Ahead {
  readonly #core: Core;
  readonly #noted = new Set<string>();
  readonly #pending = new Map<string, Promise<void>>();
  /** The fewest URLs that are worth saving: all of a page's, once it is known to be one. */
  #least = PAGE;
  #isNoting = false;
  #isStopped = false;

  constructor(core: Core) {
    this.#core = core;
    if (core.settings.memoryBytes > 0 && isServiceWorker())
      setTimeout(() => void this.#start(), ALONE_MS);
  }

  /** Notes that a URL was asked for: behind the first request of a worker's life, and behind the first navigation. */
  note(base: string, mode: RequestMode): void {
    const isPage = mode === 'navigate' && this.#least === PAGE;
    if (isPage) this.#least = 1;
    if (isPage || this.#noted.size === 0) this.#begin();
    if (this.#isNoting && this.#noted.size < MOST) this.#noted.add(base);
  }

  #begin(): void {
    if (this.#isNoting || this.#core.settings.memoryBytes === 0) return;
    this.#isNoting = true;
    this.#noted.clear();
    this.#wait(NOTED_MS);
  }

  /** Saves what was noted when a pause has brought nothing new, or the time is over. */
  #wait(leftMs: number): void {
    const { size } = this.#noted;
    setTimeout(() => {
      const isOver = size === this.#noted.size || leftMs <= PAUSE_MS;
      if (isOver) void this.#save();
      else this.#wait(leftMs - PAUSE_MS);
    }, PAUSE_MS);
  }

  /** Resolves when a URL that is being read ahead is in memory; undefined when it is not being read. */
  reading(base: string): Promise<void> | undefined {
    return this.#pending.get(base);
  }

  /** Whether somebody asks already who is not at the start of a page. */
  get #isLate(): boolean {
    return this.#noted.size > 0 && this.#least === PAGE;
  }

  async #start(): Promise<void> {
    if (this.#isLate) return;
    const bases = await this.#core.store.ahead();
    if (this.#isLate) return;
    const left = bases.slice(0, MOST).values();
    await Promise.all(Array.from({ length: LANES }, () => this.#lane(left)));
  }

  async #lane(left: Iterable<string>): Promise<void> {
    for (const base of left) {
      // Who asks for it reads it.
      if (this.#isStopped || this.#noted.has(base)) continue;
      const read = this.#read(base).finally(() => this.#pending.delete(base));
      this.#pending.set(base, read);
      await read;
    }
  }

  /** Forgets what is being read of a URL, or of all: it has changed meanwhile. */
  cancel(base?: string): void {
    if (base !== undefined) return void this.#pending.delete(base);
    this.#isStopped = true;
    this.#pending.clear();
  }

  async #read(base: string): Promise<void> {
    const { memory, store } = this.#core;
    const found = await store.find(base, ([only, ...others]) =>
      others.length === 0 && only?.record.form === 'buffer' ? only : undefined,
    );
    // What is broken is met, and healed, by the request that needs it.
    if (found.is !== 'entry' || !this.#pending.has(base)) return;
    if (memory.entries(base).length === 0) memory.remember(found.entry);
  }

  async #save(): Promise<void> {
    this.#isNoting = false;
    const bases = this.#noted;
    if (bases.size < this.#least) return;
    const { store } = this.#core;
    const known = await store.ahead();
    if (bases.size !== known.length || !known.every((base) => bases.has(base)))
      await store.saveAhead([...bases]);
  }
}
