/** The requests of the cards, so that a heal event is proven by the one that met it, and by no other. */
import type { HealEvent } from '../../src/fault.js';
import type { Failure, Reading } from './measure.js';

/** How long after its answer a request may still be told of, in milliseconds. */
const GRACE_MS = 1_000;

type Result = Reading | Failure;

interface Flight {
  readonly answer: Promise<Result>;
  /** Both in milliseconds since the epoch. */
  readonly start: number;
  end: number;
}

/** The last request of each URL; the newest is last. */
export class Flights {
  readonly #flights = new Map<string, Flight>();

  /** Remembers a request that has just begun. */
  begin(url: string, answer: Promise<Result>): void {
    const flight: Flight = { answer, start: Date.now(), end: Infinity };
    this.#flights.delete(url);
    this.#flights.set(url, flight);
    void answer.then(() => {
      flight.end = Date.now();
    });
  }

  /** Forgets the request of a URL: what is damaged after it was met by none. */
  forget(url: string): void {
    this.#flights.delete(url);
  }

  /** The request that met the fault of an event; undefined when it was another page's, or nobody's. */
  of({ url, phase, at }: HealEvent): Promise<Result> | undefined {
    if (phase === 'verify' || phase === 'write') return undefined;
    // A fault of the whole store is met by whoever asks first.
    const flight = URL.canParse(url)
      ? this.#flights.get(url)
      : [...this.#flights.values()].at(-1);
    const isOwn = flight && flight.start <= at && at <= flight.end + GRACE_MS;
    return isOwn ? flight.answer : undefined;
  }
}
