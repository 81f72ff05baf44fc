/** The live log: each heal event with its proof. */
import type { HealEvent } from '../../src/fault.js';
import { find, make } from './dom.js';
import { milliseconds, short } from './format.js';
import type { Failure, Reading } from './measure.js';
import { FAULTS, OUTCOMES } from './words.js';

/** What is known about the request that met a fault. */
export interface Proving {
  /** The answer that the page got; `undefined` when no request of this page was waiting. */
  readonly flight: Promise<Reading | Failure> | undefined;
  /** The SHA-256 of the bytes that lay in the store, broken. */
  readonly stored: string | undefined;
}

const ROWS = 200;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hour12: false,
});

/** A URL without what every URL of this page begins with. */
function nameOf(url: string): string {
  if (!URL.canParse(url)) return `database ${url}`;
  const { origin, pathname, search } = new URL(url);
  return origin === location.origin ? pathname + search : url;
}

/** What is to be said of the bytes that lay in the store. */
function ofStored(stored: string | undefined, { sha256 }: Reading): string {
  if (stored === undefined) return '';
  // A policy can be broken while the bytes are whole.
  return stored === sha256
    ? '; the stored ones were whole'
    : `; the stored ones were ${short(stored)}…`;
}

function proofText(result: Reading | Failure, stored?: string): string {
  if ('error' in result) return `No answer: ${result.error}`;
  const { proof, sha256, expected } = result;
  switch (proof) {
    case 'equal':
      return `The server’s bytes: SHA-256 ${short(sha256)}…${ofStored(stored, result)}`;
    case 'different':
      return `WRONG bytes: ${short(sha256)}…, the server has ${short(expected)}…`;
    case 'unknown':
      return 'No proof: the server could not be asked.';
  }
}

/** The log of the page. */
export class HealLog {
  readonly #list = find('#log');
  readonly #empty = find('#log-empty');
  readonly #events: HealEvent[] = [];

  constructor() {
    find('#clear-log').addEventListener('click', () => this.#clear());
    const copy = find('#copy-log');
    copy.addEventListener('click', () => {
      const text = JSON.stringify(this.#events, null, 2);
      navigator.clipboard.writeText(text).then(
        () => (copy.textContent = 'Copied'),
        () => (copy.textContent = 'Not allowed'),
      );
    });
  }

  /** How many heals the log has told of. */
  get count(): number {
    return this.#events.length;
  }

  #clear(): void {
    this.#events.length = 0;
    this.#list.replaceChildren();
    this.#empty.hidden = false;
  }

  /** Adds an event on top; its proof follows when the answer has been read. */
  add(event: HealEvent, { flight, stored }: Proving): void {
    this.#events.push(event);
    this.#empty.hidden = true;
    const proof = make('p', { class: 'row-proof', 'data-proof': 'pending' });
    proof.textContent = flight
      ? 'Comparing the bytes with the server’s…'
      : 'No card of this page was waiting for it.';
    this.#list.prepend(this.#makeRow(event, proof));
    while (this.#list.childElementCount > ROWS) this.#list.lastChild?.remove();
    void this.#prove(proof, flight, stored);
  }

  async #prove(
    element: HTMLElement,
    flight: Promise<Reading | Failure> | undefined,
    stored: string | undefined,
  ): Promise<void> {
    const result = await flight;
    const proof = result && 'proof' in result ? result.proof : 'unknown';
    if (result) element.textContent = proofText(result, stored);
    element.dataset['proof'] = result ? proof : 'none';
  }

  #makeRow(event: HealEvent, proof: HTMLElement): HTMLElement {
    const { url, fault, path, phase, outcome, status, durationMs, at } = event;
    const facts = [path, phase, outcome, status];
    return make(
      'li',
      {
        'data-testid': 'heal-row',
        'data-fault': fault,
        'data-phase': phase,
        'data-outcome': outcome,
        'data-url': url,
      },
      make(
        'p',
        { class: 'row-top' },
        make('b', { class: 'row-fault' }, fault),
        make(
          'time',
          { datetime: new Date(at).toISOString() },
          clock.format(at),
        ),
        make('code', {}, nameOf(url)),
        make('span', {}, milliseconds(durationMs)),
      ),
      make(
        'p',
        { class: 'row-words' },
        `${FAULTS[fault]} ${OUTCOMES[outcome]}`,
      ),
      make(
        'p',
        { class: 'row-facts' },
        ...facts
          .filter((fact) => fact !== undefined)
          .map((fact) => make('code', {}, String(fact))),
      ),
      proof,
    );
  }
}
