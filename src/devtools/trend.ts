/** The section that shows hit ratio and latency over time. */
import type { CacheStats } from '../report.js';
import type { Chart } from './chart.js';
import { make, section } from './element.js';
import { clock, milliseconds } from './format.js';

/** How many samples are kept. */
const KEPT = 150;

/** What happened between two askings; `null` is nothing. */
export interface Sample {
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  /** Hits of all requests, in per cent. */
  readonly ratio: number | null;
  /** The median time of a hit, as the page saw it, in milliseconds. */
  readonly hitMs: number | null;
  /** The median time of what the network answered, in milliseconds. */
  readonly networkMs: number | null;
}

const printTime = (at: number): string => clock.format(at);

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}

const tell = (ms: number | null): string =>
  ms === null ? 'none seen' : milliseconds(ms);

/** What a counter grew by; a worker that was started anew counts from 0. */
const growth = (now: number, before: number): number =>
  now < before ? now : now - before;

/** Times the page's own requests that went through a worker. */
class Stopwatch {
  /** Whether this browser has kept the time of a hit to itself. */
  isBlind = false;
  #hits: number[] = [];
  #others: number[] = [];
  readonly #observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      this.#note(entry as PerformanceResourceTiming);
  });

  start(): void {
    this.#observer.observe({ type: 'resource' });
  }

  stop(): void {
    this.#observer.disconnect();
  }

  #note({ workerStart, serverTiming, duration }: PerformanceResourceTiming) {
    const isHit = serverTiming.some(
      ({ name, description }) => name === 'mendbox' && description === 'hit',
    );
    // Firefox 153 gives neither workerStart nor the times of what a worker fetched.
    if (duration === 0) this.isBlind ||= isHit;
    else if (isHit) this.#hits.push(duration);
    else if (workerStart > 0) this.#others.push(duration);
  }

  /** The medians since it was asked last. */
  read(): Pick<Sample, 'hitMs' | 'networkMs'> {
    const read = {
      hitMs: median(this.#hits),
      networkMs: median(this.#others),
    };
    this.#hits = [];
    this.#others = [];
    return read;
  }
}

/** The section. */
export class Trend {
  readonly root: HTMLElement;
  readonly #stopwatch = new Stopwatch();
  readonly #samples: Sample[] = [];
  readonly #ratio = make('div', { class: 'plot', role: 'img' });
  readonly #latency = make('div', { class: 'plot', role: 'img' });
  readonly #blind = make(
    'p',
    { class: 'quiet', hidden: '' },
    'This browser does not tell how long the answers of a worker take.',
  );
  #before: CacheStats | undefined;
  #charts: readonly Chart[] = [];

  constructor() {
    const key = make(
      'span',
      { class: 'key' },
      make('span', { class: 'hit' }, 'hit'),
      make('span', { class: 'network' }, 'network'),
    );
    this.root = section(
      'trend',
      'Over time',
      [],
      make(
        'p',
        {},
        make('b', {}, 'Hit ratio'),
        make('span', { class: 'key' }, 'of the requests of each 2 s'),
      ),
      this.#ratio,
      make('p', {}, make('b', {}, 'Latency, median'), key),
      this.#latency,
      this.#blind,
    );
  }

  /** Begins to time requests, and draws when the chart library is there; without it the figures are still told. */
  start(): void {
    this.#stopwatch.start();
    import('./chart.js').then(
      ({ draw }) => {
        if (!this.root.isConnected) return;
        this.#charts = [
          draw(this.#ratio, {
            lines: [{ of: ({ ratio }) => ratio, colour: '--hit' }],
            print: (per) => `${per} %`,
            printTime,
            range: [0, 100],
          }),
          draw(this.#latency, {
            lines: [
              { of: ({ hitMs }) => hitMs, colour: '--hit' },
              { of: ({ networkMs }) => networkMs, colour: '--network' },
            ],
            print: (ms) => (ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`),
            printTime,
          }),
        ];
        this.#show();
      },
      () => undefined,
    );
  }

  /** Ends both. */
  stop(): void {
    this.#stopwatch.stop();
    for (const chart of this.#charts) chart.end();
    this.#charts = [];
  }

  /** Notes what the worker has told. */
  note(stats: CacheStats): void {
    const before = this.#before ?? stats;
    this.#before = stats;
    const hits = growth(stats.hits, before.hits);
    const all = hits + growth(stats.misses, before.misses);
    this.#samples.push({
      at: Date.now(),
      ratio: all === 0 ? null : (100 * hits) / all,
      ...this.#stopwatch.read(),
    });
    if (this.#samples.length > KEPT) this.#samples.shift();
    this.#show();
  }

  #show(): void {
    this.#blind.hidden = !this.#stopwatch.isBlind;
    const last = (of: (sample: Sample) => number | null) =>
      this.#samples.map(of).reduce((kept, value) => value ?? kept, null);
    const ratio = last((sample) => sample.ratio);
    const hit = last((sample) => sample.hitMs);
    const network = last((sample) => sample.networkMs);
    const told = ratio === null ? 'no requests yet' : `${Math.round(ratio)} %`;
    this.#ratio.setAttribute('aria-label', `Hit ratio: last ${told}`);
    this.#latency.setAttribute(
      'aria-label',
      `Latency: last hit ${tell(hit)}, last from the network ${tell(network)}`,
    );
    for (const chart of this.#charts) chart.show(this.#samples);
  }
}
