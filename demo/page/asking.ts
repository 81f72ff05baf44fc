/** How the page asks: the cache mode of its fetches (Fetch section 2.2.5), and what each means. */
import { find, findOf, make } from './dom.js';

const MODES: Readonly<Record<RequestCache, string>> = {
  default: 'What is fresh is taken from the storage, and the rest asked for.',
  'no-cache':
    'The server is asked each time whether what is stored still holds.',
  reload: 'The server is asked for everything, and its answer is stored.',
  'force-cache': 'What is stored is taken, however old; the rest is asked for.',
  'only-if-cached': 'What is stored is taken, and the server is never asked.',
  'no-store': 'The server is asked for everything, and nothing is stored.',
};

const isMode = (text: string): text is RequestCache => text in MODES;

/** The choice among the cards. */
export class Asking {
  readonly root: HTMLElement;
  readonly #select: HTMLSelectElement;

  constructor() {
    const template = findOf(HTMLTemplateElement, '#asking');
    const copy = template.content.cloneNode(true) as DocumentFragment;
    this.root = find('.asking', copy);
    this.#select = findOf(HTMLSelectElement, '#mode', copy);
    this.#select.append(
      ...Object.keys(MODES).map((mode) => make('option', {}, mode)),
    );
    const means = find('#mode-means', copy);
    const tell = (): void => {
      means.textContent = MODES[this.mode];
    };
    this.#select.addEventListener('change', tell);
    tell();
  }

  /** What is chosen. */
  get mode(): RequestCache {
    const { value } = this.#select;
    return isMode(value) ? value : 'default';
  }
}
