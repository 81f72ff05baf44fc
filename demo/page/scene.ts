/** One scene of the story: a picture of some bytes, the two records they came from, and what is to be said of them. */
import type { Half } from './damage.js';
import { find } from './dom.js';
import { milliseconds } from './format.js';
import type { Halves } from './halves.js';
import type { Failure, Proof, Reading } from './measure.js';
import { Pair, type Met } from './pair.js';
import { preview, untouched } from './preview.js';
import { proofOf } from './words.js';

const NOTHING: Pick<Halves, Half> = { policy: undefined, payload: undefined };

/** One of the three. */
export class Scene {
  readonly #root: HTMLElement;
  readonly #pair = new Pair();
  /** What the page's author wrote into it, by part. */
  readonly #written: ReadonlyMap<string, readonly Node[]>;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#part('preview').after(this.#pair.root);
    const parts = ['preview', 'source', 'says', 'proof'];
    this.#written = new Map(
      parts.map((name) => [name, [...this.#part(name).childNodes]]),
    );
  }

  #part(name: string): HTMLElement {
    return find(`[data-part=${name}]`, this.#root);
  }

  /** Makes it as it was when the page was opened. */
  clear(): void {
    this.from('none', '');
    this.prove('none');
    this.records(NOTHING, 'seen');
    for (const [name, nodes] of this.#written)
      this.#part(name).replaceChildren(...nodes);
  }

  /** Marks it as the scene that is played, or no more. */
  current(isCurrent: boolean): void {
    if (isCurrent) this.#root.setAttribute('aria-current', 'step');
    else this.#root.removeAttribute('aria-current');
  }

  /** Shows an answer, or that there was none. */
  show(result: Reading | Failure): void {
    const { resource } = result;
    if ('error' in result) {
      this.from('failed', 'failed');
      this.picture(untouched(resource));
      this.prove('none');
      return;
    }
    this.from(result.source, result.source, result.ms);
    this.picture(preview(resource, result.body));
    this.prove(result.proof, proofOf(result));
  }

  /** Shows a picture. */
  picture(element: HTMLElement): void {
    this.#part('preview').replaceChildren(element);
  }

  /** Shows the two records. */
  records(halves: Pick<Halves, Half>, met: Met): void {
    this.#pair.show(halves, met);
  }

  /** Says where the bytes came from, and after how many milliseconds. */
  from(source: string, label: string, ms?: number): void {
    const part = this.#part('source');
    part.dataset['source'] = source;
    part.textContent = label;
    this.#part('ms').textContent = ms === undefined ? '' : milliseconds(ms);
  }

  /** Says what happened. */
  say(...words: readonly (Node | string)[]): void {
    this.#part('says').replaceChildren(...words);
  }

  /** Says whether the bytes are right. */
  prove(proof: Proof | 'none', text = 'No bytes to prove'): void {
    const part = this.#part('proof');
    part.dataset['proof'] = proof;
    part.textContent = text;
  }
}
