/**
 * Single flight: while one request of a URL is with the network, others of the same URL wait for what it brings, and
 * while its response is being stored, lookups wait for the store.
 */

/** One request of a URL that is with the network, or whose response is being stored. */
export class Flight {
  readonly #onEnd: (flight: Flight) => void;
  #released: () => void = () => undefined;
  /** Resolves when those who wait may go on. */
  readonly free = new Promise<void>((resolve) => {
    this.#released = resolve;
  });
  /** Whether the response is here and being stored. */
  isStoring = false;
  /** Whether the URL was invalidated in the meantime: what comes of it must not be stored. */
  isOutdated = false;
  /** Whether lookups need not wait: the body is large and on its way. */
  isReleased = false;

  /** `onEnd` is told when the response is stored, or will not be. */
  constructor(onEnd: (flight: Flight) => void) {
    this.#onEnd = onEnd;
  }

  /** Holds lookups back until the promise settles: the response is being stored. */
  store(work: Promise<unknown>): void {
    const end = () => this.end();
    this.isStoring = true;
    work.then(end, end);
  }

  /** Lets those who wait go on, while the body is still being stored. */
  release(): void {
    this.isReleased = true;
    this.#released();
  }

  /** Says that nothing more comes of it. */
  end(): void {
    this.release();
    this.#onEnd(this);
  }
}

/** Under this key lookups of every URL are held back. */
export const EVERY = '';

const known = new Map<string, Flights>();

/** The flights over one store: caches of the same name in one worker share them. */
export function flightsOf(name: string): Flights {
  const flights = known.get(name) ?? new Flights();
  known.set(name, flights);
  return flights;
}

/** Says of a key whether it is meant. */
export type Accepts = (key: string) => boolean;

/** The flights of every URL. */
export class Flights {
  /** Drops that are not done: false, they are under way; true, they failed and are to be tried again. */
  readonly owed = new Map<Accepts, boolean>();
  /** How each cache that shares them is told to forget a URL, or everything. */
  readonly near = new Set<(base?: string) => void>();
  readonly #flights = new Map<string, Set<Flight>>();

  /** Begins a flight; it is forgotten when it ends. */
  begin(base: string): Flight {
    const flights = this.#flights.get(base) ?? new Set();
    const flight = new Flight((ended) => {
      flights.delete(ended);
      if (flights.size === 0 && this.#flights.get(base) === flights)
        this.#flights.delete(base);
    });
    this.#flights.set(base, flights.add(flight));
    return flight;
  }

  /** Says that nothing that is on its way for these URLs may be stored any more. */
  outdate(accepts: Accepts): void {
    for (const [base, flights] of this.#flights)
      if (accepts(base)) for (const flight of flights) flight.isOutdated = true;
  }

  /** Holds lookups of a URL back until the promise settles: a drop or a write is under way. */
  hold(base: string, work: Promise<unknown>): void {
    this.begin(base).store(work);
  }

  /** Lets lookups of a URL go on, whatever is still being stored. */
  release(base: string): void {
    for (const flight of this.#holding(base)) flight.release();
  }

  /** A request of this URL that is with the network now. */
  asking(base: string): Flight | undefined {
    for (const flight of this.#flights.get(base) ?? [])
      if (!flight.isStoring && !flight.isReleased) return flight;
    return undefined;
  }

  /**
   * Resolves when all that is being stored of this URL is, and what holds every URL back is over; undefined when
   * nothing is.
   */
  storing(base: string): Promise<unknown> | undefined {
    // Every hit asks.
    if (this.#flights.size === 0) return undefined;
    const waits = this.#holding(base);
    return waits.length > 0
      ? Promise.all(waits.map((flight) => flight.free))
      : undefined;
  }

  /** What holds lookups of a URL back now. */
  #holding(base: string): Flight[] {
    return [base, EVERY]
      .flatMap((key) => Array.from(this.#flights.get(key) ?? []))
      .filter((flight) => flight.isStoring && !flight.isReleased);
  }
}
