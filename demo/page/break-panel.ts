/** The panel whose buttons damage what is stored. */
import { RESOURCES, type Resource } from '../resources.js';
import { GROUPS, type RecordBreak, type StorageBreak } from './damage.js';
import { find, findOf, make } from './dom.js';

/** What the panel asks the page to do. */
export interface BreakActions {
  breakRecords(what: RecordBreak, target: Resource): void;
  breakStorage(what: StorageBreak): void;
  aimed(target: Resource): void;
  fetch(target: Resource): void;
}

const BREAKABLE = RESOURCES.filter(({ name }) => name !== 'nostore');

/** The panel of the page. */
export class BreakPanel {
  readonly #actions: BreakActions;
  readonly #outcome = find('#outcome');
  readonly #fetch = findOf(HTMLButtonElement, '#fetch-target');
  readonly #targets = new Map<Resource, HTMLInputElement>();
  #target: Resource;

  constructor(actions: BreakActions) {
    const [first] = BREAKABLE;
    if (!first) throw new TypeError('there is nothing to break');
    this.#actions = actions;
    this.#target = first;
    this.#makeTargets();
    find('#breaks').append(...GROUPS.map((group) => this.#makeGroup(group)));
    this.#fetch.addEventListener('click', () => actions.fetch(this.#target));
    this.aim(first);
  }

  #makeTargets(): void {
    for (const resource of BREAKABLE) {
      const { name, title } = resource;
      const input = make('input', {
        type: 'radio',
        name: 'target',
        value: name,
        'data-testid': `target-${name}`,
      });
      input.addEventListener('change', () => this.aim(resource));
      this.#targets.set(resource, input);
      find('#targets').append(
        make('label', {}, input, make('span', {}, title)),
      );
    }
  }

  #makeGroup({ title, breaks }: (typeof GROUPS)[number]): HTMLElement {
    const buttons = breaks.map((what) => {
      const button = make('button', {
        type: 'button',
        'data-testid': `break-${what.how}`,
      });
      button.textContent = what.label;
      button.addEventListener('click', () =>
        what.is === 'record'
          ? this.#actions.breakRecords(what, this.#target)
          : this.#actions.breakStorage(what),
      );
      return button;
    });
    const row = make('div', { class: 'break-row' }, ...buttons);
    const group = make(
      'div',
      { class: 'break-group', role: 'group', 'aria-label': title },
      make('h3', {}, title),
      row,
    );
    return group;
  }

  /** What the buttons harm. */
  get target(): Resource {
    return this.#target;
  }

  /** Chooses what the buttons harm. */
  aim(target: Resource): void {
    this.#target = target;
    const input = this.#targets.get(target);
    if (input) input.checked = true;
    this.#fetch.textContent = `Fetch: ${target.title}`;
    this.#actions.aimed(target);
  }

  /** Moves the keyboard to the choice, and the bench into view. */
  focus(): void {
    this.#targets.get(this.#target)?.focus({ preventScroll: true });
    find('#bench').scrollIntoView();
  }

  /** Says what was done, or why it could not be. */
  say(text: string, state: 'broken' | 'mended' | 'refused' | 'busy'): void {
    this.#outcome.textContent = text;
    this.#outcome.dataset['state'] = state;
    // After a damage there is one thing to do.
    this.#fetch.classList.toggle('primary', state === 'broken');
  }

  /** Without a worker there is nothing to break. */
  disable(why: string): void {
    const controls = document.querySelectorAll<
      HTMLButtonElement | HTMLFieldSetElement
    >('.breaks button, .targets, .card [data-part=aim]');
    for (const control of controls) control.disabled = true;
    this.say(why, 'refused');
  }
}
