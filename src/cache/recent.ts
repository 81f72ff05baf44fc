/** A map of bounded size: of more than `most` keys, the one that was set longest ago is forgotten. */
export class Recent<V> extends Map<string, V> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: string, value: V): this {
    this.delete(key);
    super.set(key, value);
    const [oldest = key] = this.keys();
    if (this.size > this.#most) this.delete(oldest);
    return this;
  }
}
