/** One resource: what it is, where its last answer came from, and what is stored for it. */
import { pathOf, type Resource } from '../resources.js';
import { find, findOf, make } from './dom.js';
import { bytes, lifetime, milliseconds, short } from './format.js';
import type { Half } from './damage.js';
import type { Halves } from './halves.js';
import type { Failure, Proof, Reading } from './measure.js';
import { preview } from './preview.js';

/** What a card's buttons do. */
export interface CardActions {
  fetch(resource: Resource): void;
  aim(resource: Resource): void;
}

type Joint = 'none' | 'whole' | 'cracked' | 'mended';

const PROOFS: Readonly<Record<Proof, (reading: Reading) => string>> = {
  equal: ({ sha256 }) =>
    `Bytes are right: SHA-256 ${short(sha256)}… is the origin’s`,
  different: ({ sha256, expected }) =>
    `Bytes are WRONG: ${short(sha256)}…, the origin has ${short(expected)}…`,
  unknown: ({ status }) =>
    `No proof: status ${status}, or the origin did not say`,
};

const HISTORY = 18;

const PARTS = [
  ...['preview', 'source', 'ms', 'bytes', 'ttl', 'proof'],
  ...['halves', 'policy', 'payload', 'raw', 'history', 'aim', 'fetch'],
] as const;

/** A card of the page. */
export class Card {
  readonly root: HTMLElement;
  readonly resource: Resource;
  /** What was seen last of the stored records. */
  stored: Halves | undefined;
  readonly #parts: ReadonlyMap<string, HTMLElement>;
  #joint: Joint = 'none';

  constructor(resource: Resource, actions: CardActions) {
    this.resource = resource;
    const template = findOf(HTMLTemplateElement, '#card');
    const copy = template.content.cloneNode(true) as DocumentFragment;
    this.root = find('article', copy);
    this.#parts = new Map(
      PARTS.map((name) => [name, find(`[data-part=${name}]`, this.root)]),
    );
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
    this.#say('proof', PROOFS[proof](reading));
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

  /** Shows what is stored; `how` says what became of the pair. */
  showStored(halves: Halves, how: 'seen' | 'mended' | readonly Half[]): void {
    this.stored = halves;
    for (const half of ['policy', 'payload'] as const)
      this.#showHalf(
        half,
        halves[half],
        typeof how !== 'string' && how.includes(half),
      );
    const isWhole = halves.policy !== undefined && halves.payload !== undefined;
    this.#joint = this.#nextJoint(isWhole, how);
    this.#part('halves').dataset['joint'] = this.#joint;
  }

  #nextJoint(
    isWhole: boolean,
    how: 'seen' | 'mended' | readonly Half[],
  ): Joint {
    if (typeof how !== 'string') return 'cracked';
    if (!isWhole) return 'none';
    // The seam stays: it is part of the history of the thing.
    return how === 'mended' || this.#joint === 'mended' ? 'mended' : 'whole';
  }

  #showHalf(half: Half, text: string | undefined, isHarmed: boolean): void {
    const element = this.#part(half);
    const { name } = this.resource;
    const absent = name === 'nostore' ? 'must not be stored' : 'not stored';
    find('span', element).textContent = text ?? (isHarmed ? 'gone' : absent);
    const state = text === undefined ? 'absent' : 'stored';
    element.dataset['half'] = isHarmed ? 'damaged' : state;
  }

  /** Marks the card as the one that the break buttons harm. */
  aimAt(isTarget: boolean): void {
    this.root.classList.toggle('is-target', isTarget);
  }
}
