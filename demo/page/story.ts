/** The story of one response in three scenes: as it was fetched, as it lies there damaged, and as it was fetched again. */
import type { HealEvent } from '../../src/fault.js';
import { pathOf, type Resource } from '../resources.js';
import type { RecordBreak, StorageBreak } from './damage.js';
import { find, make } from './dom.js';
import { sha256, short } from './format.js';
import { bodyOf, type Halves } from './halves.js';
import { expectedDigest, type Failure, type Reading } from './measure.js';
import type { Met } from './pair.js';
import { preview, untouched } from './preview.js';
import { Scene } from './scene.js';
import { FAULTS, OUTCOMES, SOURCES } from './words.js';

/** What is known of a resource when its story begins. */
export interface Known {
  readonly resource: Resource;
  readonly answer: Reading | Failure | undefined;
  readonly stored: Halves | undefined;
}

const GONE = { policy: undefined, payload: undefined };

const isStored = (halves: Halves | undefined): halves is Halves =>
  halves?.policy !== undefined || halves?.payload !== undefined;

/** The story of the page; it follows one resource at a time. */
export class Story {
  readonly #root = find('#story');
  readonly #scenes = [...this.#root.querySelectorAll<HTMLElement>('li')].map(
    (root) => new Scene(root),
  );
  #resource: Resource | undefined;
  #at = 0;
  /** What was healed since the damage, and what was answered. */
  #heal: HealEvent | undefined;
  #again: Reading | Failure | undefined;
  #isAnswered = false;

  #scene(at: number): Scene {
    const scene = this.#scenes[at];
    if (!scene) throw new TypeError(`the story has no scene ${at}`);
    return scene;
  }

  #turnTo(at: number): void {
    this.#at = at;
    for (const [each, scene] of this.#scenes.entries())
      scene.current(each === at);
  }

  /** Begins anew, with what is known already. */
  begin({ resource, answer, stored }: Known): void {
    this.#resource = resource;
    find('#story-title').textContent = resource.title;
    find('#story-path').textContent = pathOf(resource);
    for (const scene of this.#scenes) scene.clear();
    this.#heal = undefined;
    this.#again = undefined;
    this.#isAnswered = false;
    this.#turnTo(0);
    const first = this.#scene(0);
    if (answer) this.answered(answer);
    // The picture of the page's first sight is the image.
    else if (resource.name !== 'image') first.picture(untouched(resource));
    if (isStored(stored)) this.kept(resource, stored, 'seen');
  }

  /** Follows another resource, if it is another. */
  follow(known: Known): void {
    if (known.resource !== this.#resource) this.begin(known);
  }

  /** Brings it into view where it is not. */
  reveal(): void {
    this.#root.scrollIntoView({ block: 'nearest' });
  }

  /** Shows an answer: of the first fetch, or of the one after the damage. */
  answered(result: Reading | Failure): void {
    if (result.resource !== this.#resource) return;
    this.#isAnswered = true;
    if (this.#at === 0) {
      this.#first(result);
      return;
    }
    this.#again = result;
    this.#turnTo(2);
    this.#scene(2).show(result);
    this.#tell();
  }

  #first(result: Reading | Failure): void {
    const scene = this.#scene(0);
    scene.show(result);
    scene.say('error' in result ? result.error : SOURCES[result.source]);
  }

  /** Shows what an answer left in the store. */
  kept(resource: Resource, halves: Halves, met: Met): void {
    if (resource !== this.#resource || this.#at === 1) return;
    const scene = this.#scene(this.#at);
    scene.records(halves, met);
    if (this.#isAnswered || !isStored(halves)) return;
    scene.from('hit', 'stored');
    scene.say('Kept since an earlier visit of this page.');
  }

  #damage(title: string, does: string): Scene {
    this.#heal = undefined;
    this.#again = undefined;
    this.#turnTo(1);
    this.#scene(2).clear();
    const scene = this.#scene(1);
    scene.from('failed', title);
    scene.say(does);
    return scene;
  }

  /** Shows records as they lie there now that they are damaged. */
  async broken(
    resource: Resource,
    { label, harms, done }: RecordBreak,
    halves: Halves,
  ): Promise<void> {
    if (resource !== this.#resource) return;
    const scene = this.#damage(label, `What is stored for it ${done}.`);
    scene.records(halves, harms);
    const body = await bodyOf(halves);
    scene.picture(body ? preview(resource, body) : nothing());
    const digest = body && (await sha256(body));
    if (digest === undefined) scene.prove('none');
    else if (digest === (await expectedDigest(resource)))
      scene.prove('unknown', 'The bytes themselves are whole');
    else scene.prove('different', `WRONG bytes, ${short(digest)}…`);
  }

  /** Shows that the database itself is damaged, and what can still be read of it. */
  brokenStorage(
    { label, done }: StorageBreak,
    halves: Halves | undefined,
  ): void {
    const scene = this.#damage('database', done);
    scene.picture(nothing(label));
    if (isStored(halves)) scene.records(halves, 'seen');
    else scene.records(GONE, ['policy', 'payload']);
    scene.prove('none');
  }

  /** Tells of a heal event, and whether a request of a card met it: without one there is nothing to show of the answer. */
  healed(event: HealEvent, isAsked: boolean): void {
    const url =
      this.#resource && new URL(pathOf(this.#resource), location.href);
    if (this.#at === 0 || (URL.canParse(event.url) && event.url !== url?.href))
      return;
    this.#heal = event;
    if (!isAsked && this.#at === 1) {
      this.#turnTo(2);
      const label = event.outcome === 'dropped' ? 'dropped' : 'healed';
      this.#scene(2).from('healed', label);
      this.#scene(2).say(...wordsOf(event), ' No card of this page asked.');
    }
    this.#tell();
  }

  /** The words of the last scene, of which the event and the answer come in any order. */
  #tell(): void {
    const scene = this.#scene(2);
    const result = this.#again;
    if (!result) return;
    if ('error' in result) {
      scene.say(result.error);
      return;
    }
    if (!this.#heal) {
      scene.say(SOURCES[result.source]);
      return;
    }
    // A body that is mended in mid-stream has begun as a hit.
    if (this.#heal.outcome.endsWith('-spliced'))
      scene.from('healed', 'healed', result.ms);
    scene.say(...wordsOf(this.#heal));
  }
}

const wordsOf = ({ fault, outcome }: HealEvent): (Node | string)[] => [
  make('b', { class: 'fault' }, fault),
  ` ${FAULTS[fault]} ${OUTCOMES[outcome]}`,
];

const nothing = (what = 'There are no bytes'): HTMLElement =>
  make('p', { class: 'nothing' }, what);
