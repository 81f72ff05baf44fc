/** The section that lists what is stored; the bars of freshness count down by themselves. */
import type { EntryInfo } from '../report.js';
import type { How } from '../testing/index.js';
import { button, choice, make, section } from './element.js';
import { ago, bytes, nameOf, seconds } from './format.js';

/** Rows that are made; a list of thousands helps nobody. */
const SHOWN = 200;

/** What a row's buttons do. */
export interface EntryActions {
  readonly breakEntry: (url: string, how: How) => void;
  readonly purge: (url: string) => void;
}

const HOWS: Readonly<Record<How, string>> = {
  'flip-bit': 'flip one bit',
  truncate: 'cut the body in half',
  extend: 'add a byte',
  'drop-policy': 'drop the policy record',
  'drop-payload': 'drop the payload record',
  'wrong-type': 'a status of another type',
  'wrong-body': 'a body of another type',
  'unknown-schema': 'the schema of another build',
  'garble-policy': 'garble the times',
  swap: 'swap bodies with another',
  'break-pair': 'unmatch the two records',
  'wrong-key': 'the key of another URL',
};

type Column = 'url' | 'variant' | 'bytes' | 'used' | 'ttl';

const COLUMNS: Readonly<Record<Column, string>> = {
  url: 'URL',
  variant: 'Variant',
  bytes: 'Size',
  used: 'Last used',
  ttl: 'Fresh for',
};

/** What the key says beside the URL: a partition, `omit` for requests without credentials, the number of a variant. */
const variantOf = ({ key, url }: EntryInfo): string =>
  key.replace(url, '').replaceAll(/\s+/g, ' ').trim();

const valueOf = (entry: EntryInfo, column: Column): string | number =>
  column === 'variant' ? variantOf(entry) : entry[column];

/** One stored response. */
class Row {
  readonly root: HTMLTableRowElement;
  readonly #bar = make('i');
  readonly #meter: HTMLElement;
  readonly #left = make('span');
  readonly #size = make('td', { class: 'number' });
  readonly #used = make('td');
  #entry: EntryInfo;
  #readAt = 0;

  constructor(entry: EntryInfo, actions: readonly HTMLButtonElement[]) {
    this.#entry = entry;
    const name = nameOf(entry.url);
    this.#meter = make(
      'div',
      { role: 'meter', class: 'bar', 'aria-label': `Freshness of ${name}` },
      this.#bar,
    );
    const code = make('code', { title: entry.url }, name);
    this.root = make(
      'tr',
      { 'data-url': entry.url },
      make('th', { scope: 'row' }, code),
      make('td', {}, variantOf(entry) || '–'),
      this.#size,
      this.#used,
      make('td', { class: 'freshness' }, this.#left, this.#meter),
      make('td', { class: 'actions' }, ...actions),
    );
  }

  get entry(): EntryInfo {
    return this.#entry;
  }

  show(entry: EntryInfo): void {
    this.#entry = entry;
    this.#readAt = Date.now();
    this.#size.textContent = bytes(entry.bytes);
    this.#size.title = `${entry.bytes} bytes of ${entry.type || 'no type'}, status ${entry.status}`;
    this.tick();
  }

  /** Counts down. */
  tick(): void {
    const now = Date.now();
    const { ttl, age, used } = this.#entry;
    const left = ttl - (now - this.#readAt) / 1_000;
    const share = left <= 0 ? 0 : Math.min(1, left / (ttl + age));
    const text =
      left > 0 ? `${seconds(left)} left` : `stale for ${seconds(-left)}`;
    this.#used.textContent = ago(used, now);
    this.#left.textContent = text;
    this.#bar.style.inlineSize = `${share * 100}%`;
    this.root.dataset['fresh'] = String(left > 0);
    this.#meter.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    this.#meter.setAttribute('aria-valuetext', text);
  }
}

/** The section. */
export class Entries {
  readonly root: HTMLElement;
  readonly #actions: EntryActions;
  readonly #rows = new Map<string, Row>();
  readonly #body = make('tbody');
  readonly #heads = new Map<Column, HTMLElement>();
  readonly #note = make('p', { class: 'quiet' }, 'Nothing is stored yet.');
  readonly #how = choice('How to break', HOWS);
  #column: Column = 'url';
  #down = false;

  constructor(actions: EntryActions) {
    this.#actions = actions;
    const head = make('tr');
    for (const [name, label] of Object.entries(COLUMNS)) {
      const column = name as Column;
      const sort = button(label, () => this.#sortBy(column));
      const cell = make('th', { scope: 'col' }, sort);
      this.#heads.set(column, cell);
      head.append(cell);
    }
    const last = make('span', { class: 'unseen' }, 'Actions');
    head.append(make('th', { scope: 'col' }, last));
    const table = make('table', {}, make('thead', {}, head), this.#body);
    const scroll = make(
      'div',
      { class: 'scroll', role: 'region', tabindex: '0' },
      table,
    );
    scroll.setAttribute('aria-label', 'Stored responses');
    const how = make('label', { class: 'quiet' }, 'Break by: ', this.#how);
    this.root = section('entries', 'Entries', [how], scroll, this.#note);
    this.#order();
  }

  #sortBy(column: Column): void {
    this.#down = this.#column === column && !this.#down;
    this.#column = column;
    this.#order();
  }

  #order(): void {
    for (const [column, cell] of this.#heads)
      if (column !== this.#column) cell.removeAttribute('aria-sort');
      else
        cell.setAttribute('aria-sort', this.#down ? 'descending' : 'ascending');
    const turn = this.#down ? -1 : 1;
    const rows = [...this.#rows.values()].sort((a, b) => {
      const [one, other] = [a, b].map((row) =>
        valueOf(row.entry, this.#column),
      );
      return (one ?? '') < (other ?? '') ? -turn : turn;
    });
    // A row that is moved loses the keyboard's focus, so only those that must move do.
    for (const [at, { root }] of rows.entries()) {
      const there = this.#body.children[at];
      if (there !== root) this.#body.insertBefore(root, there ?? null);
    }
  }

  /** Shows what the worker has listed. */
  show(entries: readonly EntryInfo[]): void {
    const shown = entries.slice(0, SHOWN);
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, { root }] of this.#rows)
      if (!keys.has(key)) {
        root.remove();
        this.#rows.delete(key);
      }
    for (const entry of shown) this.#rowOf(entry).show(entry);
    const more = entries.length - shown.length;
    this.#note.textContent =
      more > 0 ? `And ${more} more.` : 'Nothing is stored yet.';
    this.#note.hidden = more <= 0 && entries.length > 0;
    this.#order();
  }

  #rowOf(entry: EntryInfo): Row {
    const { key, url } = entry;
    const known = this.#rows.get(key);
    if (known) return known;
    const { breakEntry, purge } = this.#actions;
    const name = nameOf(url);
    const harm = button(
      'Break',
      () => breakEntry(url, this.#how.value as How),
      { 'aria-label': `Break ${name}` },
    );
    const drop = button('Purge', () => purge(url), {
      'aria-label': `Purge ${name}`,
    });
    const row = new Row(entry, [harm, drop]);
    this.#rows.set(key, row);
    return row;
  }

  /** Counts every bar down. */
  tick(): void {
    for (const row of this.#rows.values()) row.tick();
  }
}
