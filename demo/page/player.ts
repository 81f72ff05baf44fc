/** A large picture drawn as its bytes arrive, and the bar of its slices: a click breaks one that is stored. */
import type { HealEvent } from '../../src/fault.js';
import { sliceAt, startOf } from '../../src/store/slices.js';
import { corrupt, peek } from '../../src/testing/index.js';
import { PICTURE, pathOf } from '../resources.js';
import { find, findOf, make, messageOf } from './dom.js';
import { bytes, sha256, short } from './format.js';
import { expectedDigest } from './measure.js';

/** How long the page takes over one slice, in milliseconds. */
const PACE_MS = 175;

/** Pixels of a row; four bytes each. */
const WIDTH = 2048;

/** Bytes of the picture. */
const LENGTH = 12 * 1024 * 1024;

const SLICES = sliceAt(LENGTH - 1) + 1;

/** Where a slice of the picture ends. */
const endOf = (slice: number): number => Math.min(startOf(slice + 1), LENGTH);

type State = 'none' | 'stored' | 'broken' | 'drawn' | 'mended';

const url = new URL(pathOf(PICTURE), location.href).href;

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** The section of the page. */
export class Player {
  readonly #play = findOf(HTMLButtonElement, '[data-testid=player-play]');
  readonly #says = find('[data-testid=player-outcome]');
  readonly #canvas = findOf(HTMLCanvasElement, '#player-picture');
  readonly #bar: readonly HTMLButtonElement[];
  /** Broken slices that no event has told of yet. */
  readonly #broken = new Set<number>();
  #refetched = 0;
  #isPlaying = false;

  constructor() {
    this.#bar = Array.from({ length: SLICES }, (_, slice) => {
      const button = make('button', {
        type: 'button',
        'data-testid': `slice-${slice}`,
      });
      button.addEventListener('click', () => void this.#break(slice));
      return button;
    });
    find('#player-slices').append(...this.#bar);
    for (const slice of this.#bar.keys()) this.#mark(slice, 'none');
    this.#play.addEventListener('click', () => void this.play());
  }

  /** Shows whether the picture is stored. */
  async lookAtStore(): Promise<void> {
    const isStored = (await peek(url)).length > 0;
    for (const slice of this.#bar.keys())
      if (!this.#broken.has(slice))
        this.#mark(slice, isStored ? 'stored' : 'none');
  }

  #mark(slice: number, state: State): void {
    const button = this.#bar[slice];
    if (!button) return;
    button.dataset['state'] = state;
    button.disabled = state === 'none' || this.#isPlaying;
    button.setAttribute(
      'aria-label',
      `Break slice ${slice + 1} of ${SLICES}: ${state === 'none' ? 'not stored' : state}`,
    );
  }

  #stateOf(slice: number): State {
    return this.#broken.has(slice) ? 'broken' : 'stored';
  }

  #say(text: string, proof?: 'equal' | 'different'): void {
    this.#says.textContent = text;
    if (proof) this.#says.dataset['proof'] = proof;
    else delete this.#says.dataset['proof'];
  }

  async #break(slice: number): Promise<void> {
    try {
      await corrupt(url, 'flip-bit', {
        at: (startOf(slice) + endOf(slice)) >> 1,
      });
      this.#broken.add(slice);
      this.#mark(slice, 'broken');
      this.#say(
        `A bit of slice ${slice + 1} is flipped where it is stored. Play it.`,
      );
    } catch (error) {
      this.#say(`That did not work: ${messageOf(error)}`);
    }
  }

  /** Fetches the picture and draws it at its own pace. */
  async play(): Promise<void> {
    this.#isPlaying = true;
    this.#play.disabled = true;
    this.#refetched = 0;
    this.#say('Playing…');
    for (const [slice, { dataset }] of this.#bar.entries())
      this.#mark(
        slice,
        dataset['state'] === 'none' ? 'none' : this.#stateOf(slice),
      );
    this.#canvas.getContext('2d')?.clearRect(0, 0, WIDTH, this.#canvas.height);
    try {
      const answer = await fetch(url);
      const picture = await this.#draw(answer);
      await this.#prove(answer, picture);
    } catch (error) {
      this.#say(`The stream broke off: ${messageOf(error)}`);
    }
    this.#isPlaying = false;
    this.#play.disabled = false;
    for (const button of this.#bar) button.disabled = false;
  }

  async #draw({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
    const picture = new Uint8Array(LENGTH);
    const context = this.#canvas.getContext('2d');
    const reader = body?.getReader();
    let read = 0;
    for (let drawn = 0; ;) {
      const { value } = (await reader?.read()) ?? {};
      if (!value) return picture.subarray(0, read);
      picture.set(value, read);
      read += value.length;
      for (; drawn < SLICES && endOf(drawn) <= read; drawn++) {
        const rows = picture.slice(startOf(drawn), endOf(drawn));
        const pixels = new ImageData(new Uint8ClampedArray(rows.buffer), WIDTH);
        context?.putImageData(pixels, 0, startOf(drawn) / (4 * WIDTH));
        const isMended = this.#bar[drawn]?.dataset['state'] === 'mended';
        if (!isMended && !this.#broken.has(drawn)) this.#mark(drawn, 'drawn');
        await wait(PACE_MS);
      }
    }
  }

  async #prove(answer: Response, picture: Uint8Array<ArrayBuffer>) {
    const [actual, expected] = await Promise.all([
      sha256(picture.buffer),
      expectedDigest(PICTURE),
    ]);
    const isRight = actual !== undefined && actual === expected;
    const status = answer.headers.get('Cache-Status') ?? 'the network';
    const again =
      this.#refetched > 0
        ? ` ${bytes(this.#refetched)} came again from the server.`
        : '';
    this.#say(
      `${isRight ? `The server’s bytes: SHA-256 ${short(actual)}…` : 'WRONG bytes.'}${again} (${status})`,
      isRight ? 'equal' : 'different',
    );
  }

  /** Tells of a heal event; the first broken slice is the one that was mended. */
  healed({ url: of, outcome, bytes: refetched = 0 }: HealEvent): void {
    if (of !== url) return;
    const [first] = [...this.#broken].sort((a, b) => a - b);
    this.#refetched += refetched;
    if (outcome === 'replayed') this.#broken.clear();
    if (first === undefined || !outcome.endsWith('-spliced')) return;
    // Neighbours are mended by one request.
    for (let slice = first; this.#broken.delete(slice); slice++)
      this.#mark(slice, 'mended');
  }
}
