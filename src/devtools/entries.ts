/** The section that lists what is stored; the bars of freshness count down by themselves. */
import type { EntryInfo } from '../report.js';
import type { How } from '../testing/index.js';
import { button, choice, make, section } from './element.js';
import { ago, bytes, CACHE_NAME, nameOf, seconds } from './format.js';

/** Rows that are made; a list of thousands helps nobody. */
const SHOWN = 200;

/** Entries of several caches may have the same key. */
const rowKey = ({ cacheName, key }: EntryInfo): string => `${cacheName} ${key}`;

/** What a row's buttons do. */
export interface EntryActions {
  readonly breakEntry: (entry: EntryInfo, how: How) => void;
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

/**
 * What sets a response apart from others of its URL: its cache, its partition, that it was asked for without
 * credentials, and each request field that its Vary names, with the value it was sent with.
 */
function variantOf(entry: EntryInfo): readonly string[] {
  const { cacheName, key, vary, requestHeaders } = entry;
  const [, partition] = /^=(\S+) /.exec(key) ?? [];
  const sent = new Map(
    requestHeaders
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf(':')), line]),
  );
  for (const name of (vary ?? '').toLowerCase().split(/[\s,]+/))
    // Bodies are stored decoded, the same for every coding.
    if (name !== '' && name !== 'accept-encoding' && !sent.has(name))
      sent.set(name, name === '*' ? 'any request' : `${name}: not sent`);
  return [
    ...(cacheName === CACHE_NAME ? [] : [`cache: ${cacheName}`]),
    ...(partition ? [`partition: ${decodeURIComponent(partition)}`] : []),
    ...(/^(=\S+ )?omit /.test(key) ? ['without credentials'] : []),
    ...[...sent.values()].sort(),
  ];
}

const valueOf = (entry: EntryInfo, column: Column): string | number =>
  column === 'variant' ? variantOf(entry).join() : entry[column];

/** A cell; the role is said, since a narrow panel lays its rows out otherwise than a table. */
const cell = (
  name: string,
  ...content: readonly (Node | string)[]
): HTMLTableCellElement =>
  make('td', { role: 'cell', class: name }, ...content);

/** One stored response. */
class Row {
  readonly root: HTMLTableRowElement;
  readonly #bar = make('i');
  readonly #meter: HTMLElement;
  // The meter beside it says the same.
  readonly #left = make('span', { 'aria-hidden': 'true' });
  readonly #variant = cell('variant');
  readonly #size = cell('bytes');
  readonly #used = cell('used');
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
      { role: 'row', 'data-url': entry.url },
      make('th', { scope: 'row', role: 'rowheader', class: 'url' }, code),
      this.#variant,
      this.#size,
      this.#used,
      cell('freshness', this.#left, this.#meter),
      cell('actions', ...actions),
    );
  }

  get entry(): EntryInfo {
    return this.#entry;
  }

  show(entry: EntryInfo): void {
    this.#entry = entry;
    this.#readAt = Date.now();
    const lines = variantOf(entry).map((line) =>
      make('code', { title: line }, line),
    );
    this.#variant.replaceChildren(...(lines.length > 0 ? lines : ['–']));
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
  readonly #body = make('tbody', { role: 'rowgroup' });
  readonly #heads = new Map<Column, HTMLElement>();
  readonly #note = make('p', { class: 'quiet' }, 'Nothing is stored yet.');
  readonly #how = choice('How to break', HOWS);
  #column: Column = 'url';
  #down = false;

  constructor(actions: EntryActions) {
    this.#actions = actions;
    const head = make('tr', { role: 'row' });
    for (const [name, label] of Object.entries(COLUMNS)) {
      const column = name as Column;
      const sort = button(label, () => this.#sortBy(column));
      const title = make(
        'th',
        { scope: 'col', role: 'columnheader', class: column },
        sort,
      );
      this.#heads.set(column, title);
      head.append(title);
    }
    const last = make('span', { class: 'unseen' }, 'Actions');
    head.append(make('th', { scope: 'col', role: 'columnheader' }, last));
    const top = make('thead', { role: 'rowgroup' }, head);
    const table = make(
      'table',
      { role: 'table', 'aria-labelledby': 'entries' },
      top,
      this.#body,
    );
    const scroll = make(
      'div',
      { class: 'scroll', role: 'region', tabindex: '0' },
      table,
    );
    scroll.setAttribute('aria-label', 'Stored responses');
    const how = make('label', { class: 'quiet' }, 'How to break: ', this.#how);
    this.root = section('entries', 'Entries', [how], scroll, this.#note);
    this.#order();
  }

  #sortBy(column: Column): void {
    this.#down = this.#column === column && !this.#down;
    this.#column = column;
    this.#order();
  }

  #order(): void {
    for (const [column, title] of this.#heads)
      if (column !== this.#column) title.removeAttribute('aria-sort');
      else
        title.setAttribute(
          'aria-sort',
          this.#down ? 'descending' : 'ascending',
        );
    const turn = this.#down ? -1 : 1;
    const order: readonly Column[] = [this.#column, 'url', 'variant'];
    const rows = [...this.#rows.values()].sort((a, b) => {
      for (const column of order) {
        const [one, other] = [a, b].map(({ entry }) => valueOf(entry, column));
        if (one !== other) return (one ?? '') < (other ?? '') ? -turn : turn;
      }
      return 0;
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
    const keys = new Set(shown.map(rowKey));
    for (const [key, { root }] of this.#rows)
      if (!keys.has(key)) {
        root.remove();
        this.#rows.delete(key);
      }
    for (const entry of shown) this.#rowOf(entry).show(entry);
    // A column of dashes tells nobody anything.
    const hasVariants = shown.some((entry) => variantOf(entry).length > 0);
    this.#body.parentElement?.classList.toggle('plain', !hasVariants);
    const more = entries.length - shown.length;
    this.#note.textContent =
      more > 0 ? `And ${more} more.` : 'Nothing is stored yet.';
    this.#note.hidden = more <= 0 && entries.length > 0;
    this.#order();
  }

  #rowOf(entry: EntryInfo): Row {
    const { url } = entry;
    const key = rowKey(entry);
    const known = this.#rows.get(key);
    if (known) return known;
    const { breakEntry, purge } = this.#actions;
    const name = nameOf(url);
    const harm = button(
      'Break',
      () => breakEntry(entry, this.#how.value as How),
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
