/**
 * Read-ahead: what was asked for in the first moments of the last worker's life is loaded and verified as this one starts,
 * in the one transaction that its first lookups share, while the page that woke it is still being parsed.
 *
 * Bounded in entries and bytes; it stops as soon as the memory tier is emptied, and waits for nobody.
 */
import type { Core } from './core.js';

/** How long after the first request a worker notes what is asked for, in milliseconds. */
const NOTED_MS = 3_000;

/** Most URLs that are read ahead; small bodies only, so this bounds the bytes as well. */
const MOST = 64;

/** Notes the first requests of a worker's life, and reads those of the last one. */
export class Ahead {
  readonly #core: Core;
  readonly #noted = new Set<string>();
  readonly #pending = new Map<string, Promise<void>>();
  #known = '';
  #isNoting = true;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Notes that a URL was asked for. */
  note(base: string): void {
    if (!this.#isNoting) return;
    if (this.#noted.size === 0) setTimeout(() => void this.#save(), NOTED_MS);
    this.#noted.add(base);
    if (this.#noted.size >= MOST) this.#isNoting = false;
  }

  /** Resolves when a URL that is being read ahead is in memory; undefined when it is not being read. */
  reading(base: string): Promise<void> | undefined {
    return this.#pending.get(base);
  }

  /** Reads what the last worker was asked for first. */
  async start(): Promise<void> {
    const bases = await this.#core.store.ahead();
    this.#known = bases.join('\n');
    for (const base of bases.slice(0, MOST)) {
      const read = this.#read(base).finally(() => this.#pending.delete(base));
      this.#pending.set(base, read);
    }
  }

  /** Forgets what is being read of a URL, or of all: it has changed meanwhile. */
  cancel(base?: string): void {
    if (base === undefined) this.#pending.clear();
    else this.#pending.delete(base);
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
