/** The same damage to two caches: mendbox, and Workbox's CacheFirst with a worker of its own. */
import { corrupt, peek, type How } from '../../src/testing/index.js';
import {
  BESIDE_CACHE,
  pathOf,
  RESOURCES,
  type Resource,
} from '../resources.js';
import { find, findOf, make, messageOf } from './dom.js';
import { milliseconds, sha256, short } from './format.js';
import { openFrame, type Frame } from './frame.js';
import { expectedDigest } from './measure.js';
import { preview } from './preview.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** A damage, and what it is to a body in Cache Storage, which has no records that a page could tear. */
interface Damage {
  readonly how: How;
  readonly label: string;
  readonly harm: (body: Bytes) => Bytes;
}

function flipped(body: Bytes): Bytes {
  const middle = body.length >> 1;
  body[middle] = (body[middle] ?? 0) ^ 1;
  return body;
}

const DAMAGES: readonly Damage[] = [
  {
    how: 'truncate',
    label: 'Cut the body in half',
    harm: (body) => body.slice(0, body.length >> 1),
  },
  { how: 'flip-bit', label: 'Flip one bit', harm: flipped },
  {
    how: 'drop-payload',
    label: 'Lose the body',
    harm: () => new Uint8Array(),
  },
];

const NAMES: ReadonlySet<string> = new Set([
  'image',
  'json',
  'script',
  'style',
]);
const CHOICES = RESOURCES.filter(({ name }) => NAMES.has(name));

type Side = 'mendbox' | 'workbox';

/** What one side answered. */
interface Told {
  readonly body: ArrayBuffer;
  readonly ms: number;
  readonly isRight: boolean;
  readonly text: string;
}

async function ask(
  fetcher: Frame['fetch'],
  resource: Resource,
): Promise<Told | Error> {
  const start = performance.now();
  try {
    const answer = await fetcher(pathOf(resource));
    const body = await answer.arrayBuffer();
    const ms = performance.now() - start;
    const [actual = '', expected] = await Promise.all([
      sha256(body),
      expectedDigest(resource),
    ]);
    const isRight = actual === expected;
    const text = isRight
      ? `The server’s bytes, ${short(actual)}…`
      : `WRONG bytes, ${short(actual)}…; the server has ${short(expected)}…`;
    return { body, ms, isRight, text };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Replaces the body that Cache Storage holds by a damaged one, under the fields it had. */
async function harmCacheStorage(
  resource: Resource,
  { harm }: Damage,
): Promise<void> {
  const cache = await caches.open(BESIDE_CACHE);
  const kept = await cache.match(pathOf(resource));
  if (!kept) throw new Error('Workbox has stored nothing');
  const { headers, status, statusText } = kept;
  const body = harm(new Uint8Array(await kept.arrayBuffer()));
  const harmed = new Response(body, { headers, status, statusText });
  await cache.put(pathOf(resource), harmed);
}

/** Waits until something is stored, for both caches write behind their answer. */
async function stored(isThere: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 50 && !(await isThere()); tries++)
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
}

/** The chapter of the page. */
export class Beside {
  readonly #how = findOf(HTMLSelectElement, '#beside-how');
  readonly #what = findOf(HTMLSelectElement, '#beside-what');
  readonly #run = findOf(HTMLButtonElement, '[data-testid=beside-run]');
  readonly #says = find('[data-testid=beside-outcome]');
  #frame: Promise<Frame> | undefined;

  /** Waits for its button. */
  wire(): void {
    for (const { how, label } of DAMAGES)
      this.#how.append(make('option', { value: how }, label));
    for (const { name, title } of CHOICES)
      this.#what.append(make('option', { value: name }, title));
    this.#what.value = 'image';
    this.#run.addEventListener('click', () => void this.#press());
  }

  async #press(): Promise<void> {
    this.#run.disabled = true;
    this.#says.textContent = 'Storing, breaking, asking again…';
    try {
      this.#says.textContent = await this.#compare();
    } catch (error) {
      this.#says.textContent = `That did not work: ${messageOf(error)}`;
    }
    this.#run.disabled = false;
  }

  async #compare(): Promise<string> {
    const damage = DAMAGES.find(({ how }) => how === this.#how.value);
    const resource = CHOICES.find(({ name }) => name === this.#what.value);
    if (!damage || !resource) throw new TypeError('nothing is chosen');
    this.#frame ??= openFrame('/beside/');
    const frame = await this.#frame;
    const ours = (url: string): Promise<Response> => fetch(url);
    const theirs = (url: string): Promise<Response> => frame.fetch(url);

    await this.#store(resource, ours, theirs);
    await corrupt(new URL(pathOf(resource), location.href).href, damage.how);
    await harmCacheStorage(resource, damage);
    const first = {
      mendbox: await ask(ours, resource),
      workbox: await ask(theirs, resource),
    };
    for (const side of ['mendbox', 'workbox'] as const)
      this.#show(side, resource, first[side]);
    this.#showNext('mendbox', await ask(ours, resource));
    this.#showNext('workbox', await ask(theirs, resource));
    return `${resource.title}, “${damage.label.toLowerCase()}”: both caches had the same bytes and the same damage.`;
  }

  async #store(
    resource: Resource,
    ours: Frame['fetch'],
    theirs: Frame['fetch'],
  ): Promise<void> {
    // What an earlier run broke must not be what this one begins with.
    await caches.delete(BESIDE_CACHE);
    await Promise.all([ask(ours, resource), ask(theirs, resource)]);
    const url = new URL(pathOf(resource), location.href).href;
    await stored(async () => (await peek(url)).length > 0);
    await stored(async () => {
      const cache = await caches.open(BESIDE_CACHE);
      return (await cache.match(url)) !== undefined;
    });
  }

  #part(side: Side, name: string): HTMLElement {
    return find(`[data-testid=beside-${side}] [data-part=${name}]`);
  }

  #show(side: Side, resource: Resource, told: Told | Error): void {
    const proof = this.#part(side, 'proof');
    if (told instanceof Error) {
      proof.textContent = `No answer: ${told.message}`;
      proof.dataset['proof'] = 'different';
      this.#part(side, 'preview').replaceChildren();
      return;
    }
    proof.textContent = told.text;
    proof.dataset['proof'] = told.isRight ? 'equal' : 'different';
    this.#part(side, 'ms').textContent = milliseconds(told.ms);
    this.#part(side, 'preview').replaceChildren(preview(resource, told.body));
  }

  #showNext(side: Side, told: Told | Error): void {
    const next = this.#part(side, 'next');
    const isRight = !(told instanceof Error) && told.isRight;
    next.textContent = isRight
      ? 'right, from the cache'
      : 'still wrong: what is stored stays';
    next.dataset['proof'] = isRight ? 'equal' : 'different';
  }
}
