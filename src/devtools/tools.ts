/** The row of buttons that act on the cache as a whole. */
import type { VerifyReport } from '../report.js';
import type { StorageFault } from '../testing/index.js';
import { forget, purge, verify } from '../window/index.js';
import { button, choice, make } from './element.js';
import { bytes, CACHE_NAME, nameOf } from './format.js';

/** Says what came of a deed; what it gives is shown to the user. */
export type Run = (did: string, deed: () => Promise<string>) => void;

/** Makes the network fail for the worker, or lets it work again. */
export type Offline = (isOffline: boolean) => void | Promise<void>;

const FAULTS: Readonly<Record<StorageFault, string>> = {
  'delete-database': 'delete the database',
  'drop-stores': 'drop its object stores',
  'higher-version': 'raise its version',
  hold: 'lock it for 4 s',
};

function reportOf({ checked, bytes: read, broken }: VerifyReport): string {
  const found = broken.map(
    ({ url, fault, repaired }) =>
      `${nameOf(url)}: ${fault}${repaired === 'no' ? '' : `, ${repaired}`}`,
  );
  const result = found.length === 0 ? 'all whole' : found.join('; ');
  return `${checked} entries, ${bytes(read)} read: ${result}.`;
}

const DEEDS: Readonly<Record<string, () => Promise<string>>> = {
  Verify: async () => reportOf(await verify()),
  'Verify and mend': async () => reportOf(await verify({ repair: 'refetch' })),
  'Forget memory': async () => {
    await forget();
    return 'The memory tier is empty: the next answers are read from storage and verified again.';
  },
  'Purge all': async () => `${await purge({ all: true })} entries dropped.`,
};

/** Breaks the database of a cache itself, in one of several ways. */
function breaker(run: Run, which: HTMLSelectElement): HTMLElement {
  const how = choice('How to break the store', FAULTS);
  const deed = async (): Promise<string> => {
    // Only who breaks something needs what it takes.
    const { breakStorage } = await import('../testing/index.js');
    const cacheName = which.value;
    await breakStorage(how.value as StorageFault, { cacheName });
    return 'The store is broken: the next requests must be answered all the same.';
  };
  const press = button('Break the store', () => run('Break the store', deed));
  return make('span', { class: 'pair' }, which, how, press);
}

/** The toolbar. */
export class Tools {
  readonly root: HTMLElement;
  readonly #offline: HTMLButtonElement;
  readonly #which = choice('Which store to break', {});
  #goOffline: Offline | undefined;

  constructor(run: Run) {
    this.showCaches([CACHE_NAME]);
    this.#offline = button('Offline', () => this.#toggle(run), {
      'aria-pressed': 'false',
      hidden: '',
    });
    const deeds = Object.entries(DEEDS).map(([label, deed]) =>
      button(label, () => run(label, deed)),
    );
    this.root = make(
      'div',
      { class: 'tools', role: 'group', 'aria-label': 'The whole cache' },
      ...deeds,
      breaker(run, this.#which),
      this.#offline,
    );
  }

  /** Offers the stores of these caches to be broken, where there is a choice. */
  showCaches(names: readonly string[]): void {
    const told = [...new Set(names)];
    const { value } = this.#which;
    const shown = told.length > 0 ? told : [CACHE_NAME];
    this.#which.replaceChildren(
      ...shown.map((name) => make('option', { value: name }, name)),
    );
    if (shown.includes(value)) this.#which.value = value;
    this.#which.hidden = shown.length === 1;
  }

  /** What the offline button does; without it there is no such button, for a page cannot cut its worker off. */
  set offline(goOffline: Offline | undefined) {
    this.#goOffline = goOffline;
    this.#offline.hidden = goOffline === undefined;
  }

  get offline(): Offline | undefined {
    return this.#goOffline;
  }

  #toggle(run: Run): void {
    const isOffline = this.#offline.ariaPressed !== 'true';
    run('Offline', async () => {
      await this.#goOffline?.(isOffline);
      this.#offline.ariaPressed = String(isOffline);
      return isOffline ? 'The network is cut off.' : 'The network is back.';
    });
  }
}
