/** Told the key of the URL that changed, or nothing when everything may have. */
type Forget = (base?: string) => void;

/** Other caches over the same store, here or in another worker or page: what one of them changes, the others forget. */
export class Peers {
  readonly #near: Set<Forget>;
  readonly #forget: Forget;
  #channel: BroadcastChannel | undefined;

  /** `near` are the caches over the same store in this worker or page. */
  constructor(name: string, near: Set<Forget>, forget: Forget) {
    this.#near = near.add(forget);
    this.#forget = forget;
    try {
      this.#channel = new BroadcastChannel(`mendbox-store:${name}`);
      this.#channel.addEventListener('message', ({ data }) => forget(data));
    } catch {
      // The engine has none, or refuses it with the rest of storage (Firefox).
    }
  }

  /** Tells the others that a URL's records changed; without a key, that any may have. */
  tell(base?: string): void {
    // A message comes too late for who asks a neighbour next.
    for (const forget of this.#near) if (forget !== this.#forget) forget(base);
    this.#channel?.postMessage(base);
  }

  /** Tells and hears nothing any more. */
  close(): void {
    this.#near.delete(this.#forget);
    this.#channel?.close();
    this.#channel = undefined;
  }
}
