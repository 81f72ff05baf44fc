/** The row of buttons that look after the cache as a whole. */
import { forget, purge, verify } from '../../src/window/index.js';
import type { Bench } from './bench.js';
import { find, messageOf } from './dom.js';
import { bytes } from './format.js';

type Deed = () => Promise<string>;

const DEEDS: Readonly<Record<'verify' | 'forget' | 'purge', Deed>> = {
  async verify() {
    const {
      checked,
      bytes: read,
      broken,
    } = await verify({ repair: 'refetch' });
    const found = broken.map(
      ({ url, fault }) => `${new URL(url).pathname}: ${fault}`,
    );
    const result =
      found.length === 0 ? 'all whole' : `mended ${found.join(', ')}`;
    return `${checked} entries, ${bytes(read)} read: ${result}.`;
  },
  async forget() {
    await forget();
    return 'The memory tier is empty: the next answers are read from IndexedDB and verified again.';
  },
  async purge() {
    return `${await purge({ all: true })} entries dropped.`;
  },
};

/** Wires the row. */
export function wireHousekeeping(bench: Bench): void {
  const outcome = find('[data-testid=keep-outcome]');
  for (const [name, deed] of Object.entries(DEEDS)) {
    find(`[data-testid=keep-${name}]`).addEventListener('click', () => {
      outcome.textContent = 'Working…';
      deed()
        .catch((error: unknown) => `That did not work: ${messageOf(error)}`)
        .then(async (text) => {
          outcome.textContent = text;
          bench.strip.refresh();
          await bench.lookAtStore();
        })
        .catch(() => undefined);
    });
  }
}

/** Without a worker there is nothing to look after. */
export function disableHousekeeping(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>(
    '.keeping button',
  ))
    button.disabled = true;
}
