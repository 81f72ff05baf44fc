/** One resource: what it is, where its last answer came from, and what is stored for it. */
import { pathOf, type Resource } from '../resources.js';
import { find, findOf, make } from './dom.js';
import { bytes, lifetime, milliseconds } from './format.js';
import type { Halves } from './halves.js';
import type { Failure, Reading } from './measure.js';
import { Pair, type Met } from './pair.js';
import { preview, untouched } from './preview.js';
import { proofOf } from './words.js';

/** What a card's buttons do. */
export interface CardActions {
  fetch(resource: Resource): void;
  aim(resource: Resource): void;
}

const HISTORY = 18;

const PARTS = [
  ...['preview', 'source', 'ms', 'bytes', 'ttl', 'proof'],
  ...['pair', 'raw', 'history', 'aim', 'fetch'],
] as const;

/** A card of the page. */
export class Card {
  readonly root: HTMLElement;
  readonly resource: Resource;
  /** What was seen last of the stored records. */
  stored: Halves | undefined;
  /** What was answered last. */
  answer: Reading | Failure | undefined;
  readonly #parts: ReadonlyMap<string, HTMLElement>;
  readonly #pair: Pair;

  constructor(resource: Resource, actions: CardActions) {
    this.resource = resource;
    const template = findOf(HTMLTemplateElement, '#card');
    const copy = template.content.cloneNode(true) as DocumentFragment;
    this.root = find('article', copy);
    this.#parts = new Map(
      PARTS.map((name) => [name, find(`[data-part=${name}]`, this.root)]),
    );
    this.#pair = new Pair(
      resource.name === 'nostore' ? 'must not be stored' : 'not stored',
    );
    this.#part('pair').replaceWith(this.#pair.root);
    this.#part('preview').append(untouched(resource));
    this.#label(actions);
  }

  #label(actions: CardActions): void {
    const { name, title, about } = this.resource;
    this.root.dataset['testid'] = `resource-${name}`;
    for (const part of ['fetch', 'source', 'ms', 'proof', 'aim'])
      this.#part(part).dataset['testid'] = `${part}-${name}`;
    const heading = find('h3', this.root);
    heading.textContent = title;
    heading.id = `title-${name}`;
    this.root.setAttribute('aria-labelledby', heading.id);
    find('.card-path', this.root).textContent = pathOf(this.resource);
    find('.card-about', this.root).textContent = about;
    this.#part('fetch').setAttribute('aria-label', `Fetch: ${title}`);
    this.#part('aim').setAttribute('aria-label', `Break this: ${title}`);
    this.#part('aim').hidden = name === 'nostore';
    this.#part('fetch').addEventListener('click', () =>
      actions.fetch(this.resource),
    );
    this.#part('aim').addEventListener('click', () =>
      actions.aim(this.resource),
    );
  }

  #part(name: string): HTMLElement {
    const part = this.#parts.get(name);
    if (!part) throw new TypeError(`a card has no part ${name}`);
    return part;
  }

  #say(name: string, text: string): void {
    this.#part(name).textContent = text;
  }

  /** Shows that an answer is awaited. */
  busy(isBusy: boolean): void {
    this.root.setAttribute('aria-busy', String(isBusy));
  }

  /** Shows an answer, or that there was none. */
  show(result: Reading | Failure): void {
    this.busy(false);
    this.answer = result;
    if ('error' in result) this.#showFailure(result);
    else this.#showReading(result);
  }

  #showReading(reading: Reading): void {
    const { source, ms, body, ttl, proof, raw } = reading;
    this.setSource(source);
    this.#say('ms', milliseconds(ms));
    this.#say('bytes', bytes(body.byteLength));
    this.#say('ttl', lifetime(ttl));
    this.#say(
      'raw',
      `Cache-Status: ${raw || 'none, straight from the network'}`,
    );
    this.#say('proof', proofOf(reading));
    this.#part('proof').dataset['proof'] = proof;
    this.#part('preview').replaceChildren(preview(this.resource, body));
    this.#remember(source, ms);
  }

  #showFailure({ error }: Failure): void {
    this.setSource('failed');
    for (const name of ['ms', 'bytes', 'ttl']) this.#say(name, '–');
    this.#say('raw', error);
    this.#say('proof', 'No answer, so nothing to prove');
    this.#part('proof').dataset['proof'] = 'none';
  }

  /** Shows where the answer came from; a body mended in mid-stream is known only after its head. */
  setSource(source: string): void {
    this.#say('source', source);
    this.#part('source').dataset['source'] = source;
  }

  #remember(source: string, ms: number): void {
    const bar = make('i', { 'data-source': source });
    // One millisecond is a sliver, two seconds fill the height.
    const share = Math.log10(1 + ms) / Math.log10(2000);
    bar.style.blockSize = `${Math.min(100, Math.max(10, share * 100))}%`;
    const history = this.#part('history');
    history.append(bar);
    while (history.childElementCount > HISTORY) history.firstChild?.remove();
  }

  /** Shows what is stored, and how it was met. */
  showStored(halves: Halves, met: Met): void {
    this.stored = halves;
    this.#pair.show(halves, met);
  }

  /** Marks the card as the one that the break buttons harm. */
  aimAt(isTarget: boolean): void {
    this.root.classList.toggle('is-target', isTarget);
  }
}
