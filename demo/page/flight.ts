/** The flight of one request: a normal hit and a healing, step by step, on one scale. */
import { corrupt, peek, type How } from '../../src/testing/index.js';
import {
  FLIGHT_CACHE,
  FLIGHT_CHANNEL,
  pathOf,
  RESOURCES,
  type Flight,
  type Span,
  type Step,
} from '../resources.js';
import { find, findOf, make, messageOf } from './dom.js';
import { openFrame, type Frame } from './frame.js';

/** The steps in the order of the story. */
const STEPS: Readonly<Record<Step, string>> = {
  clone: 'the request is copied, before anything may use it up',
  lookup: 'one transaction reads both records',
  validate: 'shape, key, length, digest',
  drop: 'both broken records go',
  replay: 'the copy is sent; first byte',
  store: 'a new pair, in one transaction',
};

const tenths = (ms: number): string =>
  ms < 0.05 ? '< 0.1 ms' : `${ms.toFixed(1)} ms`;

/** A place on the scale, in per cent. */
const place = (ms: number, scale: number): string =>
  `${Math.max(0, Math.min(100, (100 * ms) / scale))}%`;

function barOf({ start, end }: Span, scale: number): HTMLElement {
  const bar = make('i');
  bar.style.insetInlineStart = place(start, scale);
  bar.style.inlineSize = place(end - start, scale);
  return bar;
}

function rowOf(step: Step, flight: Flight, scale: number): HTMLElement {
  const spans = flight.spans.filter((span) => span.step === step);
  const line = make('b');
  line.style.insetInlineStart = place(flight.answeredAt, scale);
  const track = make(
    'div',
    { class: 'lane-track', 'aria-hidden': 'true' },
    line,
    ...spans.map((span) => barOf(span, scale)),
  );
  const spent = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  const [first] = spans;
  const time = first
    ? `${tenths(spent)}, at ${tenths(first.start)}`
    : 'not needed';
  return make(
    'tr',
    { 'data-step': step, 'data-taken': String(first !== undefined) },
    make('th', { scope: 'row' }, step),
    make('td', { class: 'lane-cell' }, track),
    make('td', { class: 'lane-time' }, time),
    make('td', { class: 'lane-why' }, STEPS[step]),
  );
}

function laneOf(title: string, flight: Flight, scale: number): HTMLElement {
  const rows = Object.keys(STEPS).map((step) =>
    rowOf(step as Step, flight, scale),
  );
  const answered = make('b', {}, tenths(flight.answeredAt));
  const table = make(
    'table',
    {},
    make(
      'caption',
      {},
      make(
        'span',
        { class: 'lane-head' },
        make('strong', {}, title),
        make('span', {}, 'answered after ', answered),
        make('code', {}, flight.status),
      ),
    ),
    make('tbody', {}, ...rows),
  );
  return make('div', { class: 'lane' }, table);
}

/** The chapter of the page. */
export class FlightRecorder {
  readonly #run = findOf(HTMLButtonElement, '[data-testid=flight-run]');
  readonly #how = findOf(HTMLSelectElement, '#flight-how');
  readonly #lanes = find('[data-testid=flight-lanes]');
  readonly #says = find('[data-testid=flight-outcome]');
  #frame: Promise<Frame> | undefined;

  /** Waits for its button. */
  wire(): void {
    const steps = Object.entries(STEPS).map(([step, why]) =>
      make('div', {}, make('dt', {}, step), make('dd', {}, why)),
    );
    this.#lanes.append(make('dl', { class: 'lane-steps' }, ...steps));
    this.#run.addEventListener('click', () => void this.#press());
  }

  async #press(): Promise<void> {
    this.#run.disabled = true;
    this.#says.textContent = 'Recording…';
    try {
      await this.#record();
      this.#says.textContent =
        'The upright line is where the page had its answer; what is behind it cost the page nothing.';
    } catch (error) {
      this.#says.textContent = `That did not work: ${messageOf(error)}`;
    }
    this.#run.disabled = false;
  }

  async #record(): Promise<void> {
    const resource = RESOURCES.find(({ name }) => name === 'image');
    if (!resource) throw new TypeError('there is no image');
    this.#frame ??= openFrame('/flight/');
    const frame = await this.#frame;
    const url = new URL(pathOf(resource), location.href).href;
    const options = { cacheName: FLIGHT_CACHE };
    if ((await peek(url, options)).length === 0) await fly(frame, url);
    // The first one after a start warms the engine's code up.
    await fly(frame, url);
    const hit = await fly(frame, url);
    await corrupt(url, this.#how.value as How, options);
    const healed = await fly(frame, url);
    const scale = Math.max(hit.doneAt, healed.doneAt);
    this.#lanes.replaceChildren(
      laneOf('A normal hit', hit, scale),
      laneOf('A healing', healed, scale),
    );
  }
}

/** Fetches once, and waits for what the worker recorded. */
async function fly(frame: Frame, url: string): Promise<Flight> {
  const channel = new BroadcastChannel(FLIGHT_CHANNEL);
  const recorded = new Promise<Flight>((resolve) => {
    channel.addEventListener(
      'message',
      ({ data }: MessageEvent<Flight>) => resolve(data),
      { once: true },
    );
  });
  const answer = await frame.fetch(url);
  await answer.arrayBuffer();
  const flight = await recorded;
  channel.close();
  return flight;
}
