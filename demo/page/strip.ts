/** The strip at the top: the worker's state and the cache's totals. */
import { stats, type CacheStats } from '../../src/window/index.js';
import { find } from './dom.js';
import { bytes } from './format.js';

const EVERY_MS = 5000;
const PATIENCE_MS = 3000;

function say(name: string, text: string, title = ''): void {
  const element = find(`[data-testid=state-${name}]`);
  element.textContent = text;
  element.title = title;
}

function sayWorker(text: string, state: string): void {
  say('worker', text);
  find('[data-testid=state-worker]').dataset['state'] = state;
}

function hitsOf({ hits, misses }: CacheStats): string {
  const all = hits + misses;
  return all === 0 ? '–' : `${hits} of ${all}`;
}

function show(found: CacheStats, heals: number): void {
  const { entries, maxEntries, memory } = found;
  const isReady = found.state === 'ready';
  sayWorker(
    isReady ? 'in control' : 'in control, storage down',
    isReady ? 'ready' : 'down',
  );
  say('version', found.version, `schema ${found.schema}`);
  say(
    'entries',
    String(entries),
    `of ${maxEntries} at most; ${memory.entries} in memory too`,
  );
  say('bytes', bytes(found.bytes), `of ${bytes(found.maxBytes)} at most`);
  say(
    'hits',
    hitsOf(found),
    'Requests that the cache answered, of all since the worker was started; the page’s own scripts count too',
  );
  // The worker counts since it was started, and browsers stop it when it is idle.
  say('heals', String(Math.max(found.heals, heals)));
}

/** The strip of the page. */
export class Strip {
  readonly #heals: () => number;
  #isAsking = false;
  #isAlive = false;

  constructor(heals: () => number) {
    this.#heals = heals;
  }

  /** A worker is there: asks it now, and every few seconds while the page is seen. */
  start(): void {
    this.#isAlive = true;
    setInterval(() => {
      if (!document.hidden) this.refresh();
    }, EVERY_MS);
    this.refresh();
  }

  /** There is none. */
  without(): void {
    sayWorker('none: not cached', 'none');
  }

  /** Asks the worker again, unless an answer is on its way. */
  refresh(): void {
    if (!this.#isAlive || this.#isAsking) return;
    this.#isAsking = true;
    stats({ timeoutMs: PATIENCE_MS })
      .then(
        (found) => show(found, this.#heals()),
        () => sayWorker('does not answer', 'down'),
      )
      .finally(() => {
        this.#isAsking = false;
      });
  }
}
