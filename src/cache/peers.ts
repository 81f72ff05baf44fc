/** Other caches over the same store, in another worker or page: what one of them changes, the others forget. */
export class Peers {
  readonly #channel: BroadcastChannel | undefined;

  /** `forget` is called with the key of the URL that changed, or with nothing when everything may have. */
  constructor(name: string, forget: (base?: string) => void) {
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(`mendbox-store:${name}`);
    this.#channel.addEventListener('message', ({ data }) =>
      forget(typeof data === 'string' ? data : undefined),
    );
  }

  /** Tells the others that a URL's records changed; without a key, that any may have. */
  tell(base?: string): void {
    this.#channel?.postMessage(base);
  }

  /** Tells and hears nothing any more. */
  close(): void {
    this.#channel?.close();
  }
}
