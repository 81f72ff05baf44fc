/** The row of buttons that act on the cache as a whole. */
import type { VerifyReport } from '../report.js';
import type { StorageFault } from '../testing/index.js';
import { forget, purge, verify } from '../window/index.js';
import { button, choice, make } from './element.js';
import { bytes, nameOf } from './format.js';

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

/** Breaks the database itself in one of several ways. */
function breaker(run: Run): HTMLElement {
  const how = choice('How to break the store', FAULTS);
  const deed = async (): Promise<string> => {
    // Only who breaks something needs what it takes.
    const { breakStorage } = await import('../testing/index.js');
    await breakStorage(how.value as StorageFault);
    return 'The store is broken: the next requests must be answered all the same.';
  };
  const press = button('Break the store', () => run('Break the store', deed));
  return make('span', { class: 'pair' }, how, press);
}

/** The toolbar. */
export class Tools {
  readonly root: HTMLElement;
  readonly #offline: HTMLButtonElement;
  #goOffline: Offline | undefined;

  constructor(run: Run) {
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
      breaker(run),
      this.#offline,
    );
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
