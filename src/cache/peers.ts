/** Caches over one store, in one worker or page and in several: what one of them changes, the others forget. */
import type { Flights } from './flight.js';

/** Told the key of the URL that changed, or nothing when everything may have. */
type Forget = (base?: string) => void;

/** What is told to other workers and pages. */
interface Change {
  readonly base?: string;
  /** The worker or page that tells it. */
  readonly from: number;
}

/** Names this worker or page: its own caches hear one another on their channels too, but they share their flights. */
const HERE = Math.random();

/** The other caches over the same store, as one of them sees them. */
export class Peers {
  readonly #near: Set<Forget>;
  readonly #forget: Forget;
  #channel: BroadcastChannel | undefined;

  /** `flights` are those of the caches over the same store in this worker or page. */
  constructor(name: string, flights: Flights, forget: Forget) {
    this.#near = flights.near.add(forget);
    this.#forget = forget;
    try {
      this.#channel = new BroadcastChannel(`mendbox-store:${name}`);
      this.#channel.addEventListener('message', ({ data }) => {
        const { base, from } = Object(data) as Change;
        // What is on its way here may be older, or have been dropped there for good.
        if (from !== HERE)
          flights.outdate((other) => base === undefined || other === base);
        forget(base);
      });
    } catch {
      // The engine has none, or refuses it with the rest of storage (Firefox).
    }
  }

  /** Tells the others that a URL's records changed; without a key, that any may have. */
  tell(base?: string): void {
    // A message comes too late for who asks a neighbour next.
    for (const forget of this.#near) if (forget !== this.#forget) forget(base);
    this.#channel?.postMessage({ base, from: HERE });
  }

  /** Tells and hears nothing any more. */
  close(): void {
    this.#near.delete(this.#forget);
    this.#channel?.close();
    this.#channel = undefined;
  }
}
