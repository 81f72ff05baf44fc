/** The section that tells of every healing, with a filter and a copy as JSON. */
import type { HealEvent } from '../fault.js';
import { button, make, section } from './element.js';
import { clock, milliseconds, nameOf } from './format.js';

/** Events that are kept. */
const KEPT = 500;

const textOf = (event: HealEvent): string =>
  [nameOf(event.url), event.fault, event.path, event.phase, event.outcome]
    .join(' ')
    .toLowerCase();

function rowOf(event: HealEvent): HTMLElement {
  const { url, fault, path, phase, outcome, status, durationMs, at } = event;
  const facts = [phase, path, outcome, status, milliseconds(durationMs)];
  return make(
    'li',
    { 'data-url': url, 'data-fault': fault, 'data-outcome': outcome },
    make('time', { datetime: new Date(at).toISOString() }, clock.format(at)),
    make('b', {}, fault),
    make('code', { title: url }, nameOf(url)),
    make(
      'span',
      { class: 'quiet' },
      facts.filter((fact) => fact !== undefined).join(' · '),
    ),
  );
}

/** The section. */
export class Log {
  readonly root: HTMLElement;
  readonly #rows: { readonly event: HealEvent; readonly row: HTMLElement }[] =
    [];
  readonly #list = make('ol');
  readonly #filter = make('input', {
    type: 'search',
    placeholder: 'Filter',
    'aria-label': 'Filter the heal log by URL, fault, phase or outcome',
  });
  readonly #note = make('p', { class: 'quiet' });
  readonly #say: (text: string) => void;

  constructor(say: (text: string) => void) {
    this.#say = say;
    this.#filter.addEventListener('input', () => this.#sift());
    const copy = button('Copy as JSON', () => void this.#copy());
    const clear = button('Clear', () => {
      this.#rows.length = 0;
      this.#list.replaceChildren();
      this.#sift();
    });
    const live = make(
      'div',
      {
        class: 'scroll',
        role: 'log',
        'aria-live': 'polite',
        'aria-labelledby': 'log',
        tabindex: '0',
      },
      this.#list,
    );
    const beside = [this.#filter, copy, clear];
    this.root = section('log', 'Heal log', beside, live, this.#note);
    this.#sift();
  }

  get #query(): string {
    return this.#filter.value.trim().toLowerCase();
  }

  /** Adds an event on top. */
  add(event: HealEvent): void {
    const row = rowOf(event);
    this.#rows.push({ event, row });
    if (this.#rows.length > KEPT) this.#rows.shift()?.row.remove();
    this.#list.prepend(row);
    this.#sift();
  }

  #sift(): void {
    for (const { event, row } of this.#rows)
      row.hidden = !textOf(event).includes(this.#query);
    const shown = this.#shown.length;
    this.#note.textContent =
      this.#rows.length === 0
        ? 'Nothing was healed since this was opened or cleared.'
        : `${shown} of ${this.#rows.length} shown.`;
    this.#note.hidden = shown === this.#rows.length && shown > 0;
  }

  get #shown(): HealEvent[] {
    return this.#rows.flatMap(({ event, row }) => (row.hidden ? [] : [event]));
  }

  async #copy(): Promise<void> {
    const events = this.#shown;
    try {
      await navigator.clipboard.writeText(JSON.stringify(events, null, 2));
      this.#say(`${events.length} events copied.`);
    } catch {
      this.#say('The browser does not let this page copy.');
    }
  }
}
