/** What the page does: fetch, break, and tell what was healed. */
import type { HealEvent } from '../../src/fault.js';
import { breakStorage, corrupt } from '../../src/testing/index.js';
import { pathOf, RESOURCES, type Resource } from '../resources.js';
import { Asking } from './asking.js';
import { BreakPanel } from './break-panel.js';
import { Card } from './card.js';
import { CUT, type RecordBreak, type StorageBreak } from './damage.js';
import { find, messageOf } from './dom.js';
import { Flights } from './flights.js';
import { awaitWritten, readHalves, storedDigest } from './halves.js';
import { HealLog } from './heal-log.js';
import { measure, type Failure, type Reading } from './measure.js';
import { Story, type Known } from './story.js';
import { Strip } from './strip.js';

type Result = Reading | Failure;

/** How long the story rests at each step, in milliseconds. */
const PAUSE_MS = 900;

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const urlOf = (resource: Resource): string =>
  new URL(pathOf(resource), location.href).href;

/** The page's state and its deeds. */
export class Bench {
  readonly log = new HealLog();
  readonly strip = new Strip(() => this.log.count);
  readonly story = new Story();
  readonly asking = new Asking();
  readonly panel: BreakPanel;
  readonly #cards: ReadonlyMap<Resource, Card>;
  readonly #flights = new Flights();
  /** The SHA-256 of the broken bytes, by URL. */
  readonly #brokenBytes = new Map<string, string>();
  readonly #whenControlled: Promise<boolean>;

  constructor(whenControlled: Promise<boolean>) {
    this.#whenControlled = whenControlled;
    const fetch = (resource: Resource) => void this.fetch(resource);
    const aim = (resource: Resource) => {
      this.panel.aim(resource);
      this.panel.focus();
    };
    this.#cards = new Map(
      RESOURCES.map((each) => [each, new Card(each, { fetch, aim })]),
    );
    this.panel = new BreakPanel({
      fetch: (target) => {
        this.#follow(target);
        void this.fetch(target).then(() => this.story.reveal());
      },
      aimed: (target) => this.#aimed(target),
      breakRecords: (what, target) => void this.#breakRecords(what, target),
      breakStorage: (what) => void this.#breakStorage(what),
    });
    const cards = [...this.#cards.values()].map(({ root }) => root);
    find('#cards').append(...cards, this.asking.root);
    // The first sight is the picture, which is what the page breaks by itself.
    this.story.begin(this.#knownOf(this.#image));
  }

  #card(resource: Resource): Card {
    const card = this.#cards.get(resource);
    if (!card) throw new TypeError(`there is no card for ${resource.name}`);
    return card;
  }

  get #image(): Resource {
    const image = RESOURCES.find(({ name }) => name === 'image');
    if (!image) throw new TypeError('there is no image');
    return image;
  }

  #knownOf(resource: Resource): Known {
    const { answer, stored } = this.#card(resource);
    return { resource, answer, stored };
  }

  #follow(target: Resource): void {
    this.story.follow(this.#knownOf(target));
  }

  #aimed(target: Resource): void {
    for (const [resource, card] of this.#cards) card.aimAt(resource === target);
    this.#follow(target);
  }

  /** Fetches a resource and shows the answer; resolves when what it left in the store is shown too. */
  async fetch(resource: Resource): Promise<Result> {
    const card = this.#card(resource);
    card.busy(true);
    const isControlled = await this.#whenControlled;
    const flight = measure(resource, this.asking.mode);
    const url = urlOf(resource);
    this.#flights.begin(url, flight);
    const result = await flight;
    card.show(result);
    this.story.answered(result);
    this.strip.refresh();
    if (!('error' in result) && result.source === 'healed')
      this.panel.say(`${resource.title} is mended.`, 'mended');
    if (isControlled && !('error' in result))
      await this.#showWritten(card, result);
    return result;
  }

  async #showWritten(card: Card, { source, status }: Reading): Promise<void> {
    const { resource } = card;
    const isWritten =
      (source === 'network' || source === 'healed') &&
      status === 200 &&
      resource.name !== 'nostore' &&
      this.asking.mode !== 'no-store';
    const halves = isWritten
      ? await awaitWritten(resource, card.stored)
      : await readHalves(resource);
    const met = source === 'healed' ? 'mended' : 'seen';
    card.showStored(halves, met);
    this.story.kept(resource, halves, met);
    this.strip.refresh();
  }

  /** Fetches everything at once, as a page does. */
  async fetchAll(): Promise<void> {
    await Promise.all(RESOURCES.map((resource) => this.fetch(resource)));
  }

  /** Reads what is stored for every resource. */
  async lookAtStore(): Promise<void> {
    await Promise.all(
      [...this.#cards.values()].map(async (card) => {
        const halves = await readHalves(card.resource);
        card.showStored(halves, 'seen');
        this.story.kept(card.resource, halves, 'seen');
      }),
    );
  }

  async #ensureStored(resource: Resource): Promise<void> {
    const { policy, payload } = await readHalves(resource);
    if (policy === undefined && payload === undefined)
      await this.fetch(resource);
  }

  async #breakRecords(what: RecordBreak, target: Resource): Promise<void> {
    const isSwap = what.how === 'swap';
    const other = isSwap ? this.#partnerOf(target) : undefined;
    const harmed = other ? [target, other] : [target];
    try {
      this.#follow(target);
      this.panel.say('Breaking…', 'busy');
      for (const each of harmed) await this.#ensureStored(each);
      await corrupt(
        urlOf(target),
        what.how,
        other ? { other: urlOf(other) } : {},
      );
      const done = other ? `${what.done} ${other.title}` : what.done;
      for (const each of harmed)
        await this.#showBroken(each, { ...what, done });
      this.panel.say(
        `${target.title} ${done}. Fetch it: the bytes must still be right.`,
        'broken',
      );
    } catch (error) {
      this.panel.say(`That did not work: ${messageOf(error)}`, 'refused');
    }
  }

  /** The next resource of the list that may be stored. */
  #partnerOf(target: Resource): Resource | undefined {
    const others = RESOURCES.filter(({ name }) => name !== 'nostore');
    return others[(others.indexOf(target) + 1) % others.length];
  }

  async #showBroken(resource: Resource, what: RecordBreak): Promise<void> {
    this.#flights.forget(urlOf(resource));
    const halves = await readHalves(resource);
    this.#card(resource).showStored(halves, what.harms);
    void this.story.broken(resource, what, halves);
    const digest = await storedDigest(halves);
    if (digest === undefined) this.#brokenBytes.delete(urlOf(resource));
    else this.#brokenBytes.set(urlOf(resource), digest);
  }

  async #breakStorage(what: StorageBreak): Promise<void> {
    try {
      this.panel.say('Breaking…', 'busy');
      await breakStorage(what.how);
      this.#brokenBytes.clear();
      const { target } = this.panel;
      this.#follow(target);
      this.panel.say(`${what.done} Fetching ${target.title}…`, 'broken');
      // What is locked cannot be looked at.
      const isLocked = what.how === 'hold';
      const { stored } = this.#card(target);
      this.story.brokenStorage(
        what,
        isLocked ? stored : await readHalves(target),
      );
      if (!isLocked) await this.lookAtStore();
      // Nobody is told of a broken store before somebody asks for something.
      await this.#fetchPast(what);
    } catch (error) {
      this.panel.say(`That did not work: ${messageOf(error)}`, 'refused');
    }
    this.strip.refresh();
  }

  /** Fetches what is chosen past a store that was broken, and says what came of it. */
  async #fetchPast({ done }: StorageBreak): Promise<void> {
    const { target } = this.panel;
    const result = await this.fetch(target);
    if ('error' in result)
      this.panel.say(`${done} ${target.title}: ${result.error}`, 'refused');
    else
      this.panel.say(
        `${done} ${target.title} came all the same (${result.source}).`,
        'mended',
      );
  }

  /** Plays the story by itself: a picture is fetched twice, cut in half where it is stored, and fetched again. */
  async show(): Promise<void> {
    const image = this.#image;
    this.panel.aim(image);
    this.story.begin(this.#knownOf(image));
    this.story.reveal();
    await this.fetch(image);
    await wait(PAUSE_MS);
    await this.fetch(image);
    await wait(PAUSE_MS);
    await this.#breakRecords(CUT, image);
    await wait(2 * PAUSE_MS);
    await this.fetch(image);
    this.story.reveal();
  }

  /** Shows what another page's request, or nobody's, has left in the store. */
  async #healedElsewhere(resource: Resource): Promise<void> {
    const card = this.#card(resource);
    const halves = await awaitWritten(resource, card.stored);
    card.showStored(halves, 'mended');
    this.story.kept(resource, halves, 'mended');
    if (this.panel.target === resource && halves.policy !== undefined)
      this.panel.say(
        `${resource.title} was mended without this page.`,
        'mended',
      );
  }

  /** Tells of a heal event, with the proof of the fetch that met it. */
  healed(event: HealEvent): void {
    const resource = RESOURCES.find((each) => urlOf(each) === event.url);
    const flight = this.#flights.of(event);
    const stored = this.#brokenBytes.get(event.url);
    this.log.add(event, { flight, stored });
    this.story.healed(event, flight !== undefined);
    if (resource && !flight) void this.#healedElsewhere(resource);
    this.#brokenBytes.delete(event.url);
    this.strip.refresh();
    if (resource && flight && event.outcome.endsWith('-spliced'))
      void flight.then(() => this.#spliced(resource));
  }

  /** Shows that an answer which began as a hit was mended in mid-stream. */
  async #spliced(resource: Resource): Promise<void> {
    const card = this.#card(resource);
    card.setSource('healed');
    this.panel.say(`${resource.title} is mended.`, 'mended');
    const halves = await readHalves(resource);
    card.showStored(halves, 'mended');
    this.story.kept(resource, halves, 'mended');
  }
}
