/** The two records of a stored response as one bar: whole, damaged, torn apart, or mended with a seam. */
import { find, findOf } from './dom.js';
import type { Half } from './damage.js';
import type { Halves } from './halves.js';

/** How a pair is met: as it lies there, after it was mended, or with these records damaged. */
export type Met = 'seen' | 'mended' | readonly Half[];

type Joint = 'none' | 'whole' | 'cracked' | 'mended';

const harmed = (met: Met): readonly Half[] =>
  typeof met === 'string' ? [] : met;

/** One bar. */
export class Pair {
  readonly root: HTMLElement;
  readonly #absent: string;
  #joint: Joint = 'none';

  /** `absent` is said of a record that is not there, and that nobody has taken away. */
  constructor(absent = 'not stored') {
    const template = findOf(HTMLTemplateElement, '#pair');
    const copy = template.content.cloneNode(true) as DocumentFragment;
    this.root = find('.halves', copy);
    this.#absent = absent;
    this.show({ policy: undefined, payload: undefined }, 'seen');
  }

  /** Shows both records. */
  show(halves: Pick<Halves, Half>, met: Met): void {
    const isWhole = halves.policy !== undefined && halves.payload !== undefined;
    for (const half of ['policy', 'payload'] as const)
      this.#showHalf(half, halves[half], harmed(met).includes(half));
    this.#joint = this.#nextJoint(isWhole, met);
    this.root.dataset['joint'] = this.#joint;
  }

  #nextJoint(isWhole: boolean, met: Met): Joint {
    if (typeof met !== 'string') return 'cracked';
    if (!isWhole) return 'none';
    // The seam stays: it is part of the history of the thing.
    return met === 'mended' || this.#joint === 'mended' ? 'mended' : 'whole';
  }

  #showHalf(half: Half, text: string | undefined, isHarmed: boolean): void {
    const element = find(`[data-record=${half}]`, this.root);
    const absent = isHarmed ? 'gone' : this.#absent;
    find('span', element).textContent = text ?? absent;
    const state = text === undefined ? 'absent' : 'stored';
    element.dataset['half'] = isHarmed ? 'damaged' : state;
  }
}
