/** The section that shows where responses are stored, and how full that is. */
import type { CacheStats } from '../report.js';
import { make, section } from './element.js';
import { bytes, seconds } from './format.js';

const STORAGE: Readonly<Record<CacheStats['storage'], string>> = {
  indexeddb: 'IndexedDB',
  bucket: 'a storage bucket, after the database failed',
  'pass-through': 'pass-through: the network answers',
};

/** What the breaker of the store does. */
function breakerOf({ state, storage, retryMs }: CacheStats): string {
  if (retryMs > 0) return `open, next try in ${seconds(retryMs / 1_000)}`;
  return state === 'ready' && storage !== 'pass-through'
    ? 'closed'
    : 'trying again';
}

function ratioOf({ hits, misses }: CacheStats): string {
  const all = hits + misses;
  return all === 0
    ? '–'
    : `${Math.round((100 * hits) / all)} %, ${hits} of ${all} requests`;
}

/** One budget: a bar and its figures. */
class Budget {
  readonly root: HTMLElement;
  readonly #bar = make('i');
  readonly #text = make('span');
  readonly #meter: HTMLElement;

  constructor(label: string) {
    this.#meter = make(
      'div',
      { role: 'meter', class: 'bar', 'aria-label': label },
      this.#bar,
    );
    const head = make('p', {}, make('b', {}, label), this.#text);
    this.root = make('div', { class: 'budget' }, head, this.#meter);
  }

  show(used: number, most: number, print: (count: number) => string): void {
    const share = most > 0 ? Math.min(1, used / most) : 0;
    const text = `${print(used)} of ${print(most)}`;
    this.#text.textContent = text;
    this.#bar.style.inlineSize = `${share * 100}%`;
    this.#bar.className = share > 0.9 ? 'full' : '';
    this.#meter.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    this.#meter.setAttribute('aria-valuetext', text);
  }
}

const FACTS = {
  storage: 'Stored in',
  breaker: 'Breaker',
  memory: 'In memory',
  ratio: 'Hit ratio',
  heals: 'Heals',
  version: 'Version',
} as const;

type Fact = keyof typeof FACTS;

/** The section. */
export class State {
  readonly root: HTMLElement;
  readonly #bytes = new Budget('Bytes');
  readonly #entries = new Budget('Entries');
  readonly #facts = new Map<Fact, HTMLElement>();

  constructor() {
    const list = make('dl');
    for (const [name, label] of Object.entries(FACTS)) {
      const value = make('dd', { 'data-fact': name }, '–');
      this.#facts.set(name as Fact, value);
      list.append(make('div', {}, make('dt', {}, label), value));
    }
    const budgets = [this.#bytes.root, this.#entries.root];
    this.root = section('state', 'Storage', [], ...budgets, list);
  }

  /** Shows what the worker has told. */
  show(stats: CacheStats): void {
    const { storage, memory, heals, version, schema } = stats;
    this.#bytes.show(stats.bytes, stats.maxBytes, bytes);
    this.#entries.show(stats.entries, stats.maxEntries, (count) =>
      count.toLocaleString('en'),
    );
    const facts: Readonly<Record<Fact, string>> = {
      storage: STORAGE[storage],
      breaker: breakerOf(stats),
      memory: `${bytes(memory.bytes)}, entries: ${memory.entries}`,
      ratio: ratioOf(stats),
      heals: String(heals),
      version: `${version}, schema ${schema.slice(0, 8)}`,
    };
    for (const [name, element] of this.#facts)
      element.textContent = facts[name];
    this.root.dataset['storage'] = storage;
  }
}
