/**
 * Read-ahead: what the first navigation of the last worker's life was followed by is loaded and verified when a navigation
 * wakes this one, while the page is still being parsed. A worker that something else wakes has no time in which to read
 * ahead: the requests are here already.
 *
 * Bounded in entries and bytes; it stops as soon as the memory tier is emptied, and waits for nobody.
 */
import type { Core } from './core.js';

/** For how long after the navigation a worker notes what is asked for, in milliseconds. */
const NOTED_MS = 3_000;

/** How long nothing new must have been asked for before that is over as well: a worker may be stopped at any time. */
const PAUSE_MS = 500;

/** Most URLs that are read ahead; small bodies only, so this bounds the bytes as well. */
const MOST = 64;

/** How many are read at a time: a request that is here waits for no more of them. */
const LANES = 8;

/** Notes the requests behind a worker's first navigation, and reads those of the last worker. */
export class Ahead {
  readonly #core: Core;
  readonly #noted = new Set<string>();
  readonly #pending = new Map<string, Promise<void>>();
  #known = '';
  #isNoting = false;
  #isStopped = false;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Notes that a URL was asked for; the first navigation begins it all. */
  note(base: string, mode: RequestMode): void {
    if (mode === 'navigate' && this.#noted.size === 0) this.#begin();
    if (!this.#isNoting) return;
    this.#noted.add(base);
    if (this.#noted.size >= MOST) this.#isNoting = false;
  }

  #begin(): void {
    const { memoryBytes } = this.#core.settings;
    if (memoryBytes === 0) return;
    this.#isNoting = true;
    void this.#start();
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

  /** Reads what the last worker's navigation was followed by. */
  async #start(): Promise<void> {
    const bases = await this.#core.store.ahead();
    this.#known = bases.join('\n');
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
    const bases = [...this.#noted];
    if (bases.join('\n') !== this.#known)
      await this.#core.store.saveAhead(bases);
  }
}
