/**
 * No-Vary-Search: a response may say that parts of the query make no difference (draft-ietf-httpbis-no-vary-search).
 *
 * Every response is stored under its own URL. Beside them the rules that responses gave are remembered by path, so that a
 * URL of which nothing is stored finds the ones that it is equivalent to. The memory of a path is read from the store when
 * one of its URLs with a query is first missed; a URL without a query costs nothing.
 */
import { noVarySearchKey, type ResponseView } from '../http/index.js';
import type { Policy } from '../store/records.js';
import type { Store } from '../store/store.js';
import { baseOf } from '../store/variant.js';
import { urlOfKey } from './key.js';
import { Recent } from './recent.js';

/** Most paths remembered. */
const PATHS = 1_024;

/** Most stored responses remembered, and read, of one path. */
const RESPONSES = 64;

/** A stored response with a rule. */
interface Ruled {
  readonly base: string;
  readonly rule: string;
  /** The form of its URL that all equivalent ones share. */
  readonly form: string;
}

const FIELD = 'no-vary-search';

/** A key, or a URL, without the query. */
function pathOf(base: string): string {
  const at = base.indexOf('?');
  return at < 0 ? base : base.slice(0, at);
}

/** Whether a stored response says that a URL, named by its key, is as good as its own. */
export function isEquivalent(
  { headers, record }: Policy,
  base: string,
): boolean {
  const rule = headers.get(FIELD);
  return formOf(record.key, rule) === formOf(base, rule);
}

const formOf = (key: string, rule: string | null): string =>
  noVarySearchKey(urlOfKey(key), rule);

/** The rules of stored responses by path. */
export class Search {
  readonly #store: Store;
  readonly #paths = new Recent<readonly Ruled[]>(PATHS);
  /** Paths of which the store was read, or is. */
  readonly #reads = new Recent<Promise<void>>(PATHS);

  constructor(store: Store) {
    this.#store = store;
  }

  /** Notes a response that is being stored. */
  note(base: string, { headers }: ResponseView): void {
    const rule = headers.get(FIELD);
    // Without one nothing is to be remembered, and isEquivalent() refuses what an older response of the URL said.
    if (rule === null) return;
    const path = pathOf(base);
    const form = formOf(base, rule);
    this.#keep(path, [{ base, rule, form }, ...(this.#paths.get(path) ?? [])]);
  }

  /** The keys, other than its own, of the stored responses that may answer for a URL, the latest first. */
  async equivalents(base: string): Promise<string[]> {
    const path = pathOf(base);
    if (path !== base) {
      const read = this.#reads.get(path) ?? this.#readStored(path);
      this.#reads.set(path, read);
      await read;
    }
    const found = (this.#paths.get(path) ?? []).filter(
      (ruled) => ruled.base !== base && ruled.form === formOf(base, ruled.rule),
    );
    return [...new Set(found.map((ruled) => ruled.base))];
  }

  /** Reads the store once more for the path of a URL, or for all, when it is asked for next: another cache changed it. */
  forget(base?: string): void {
    if (base) this.#reads.delete(pathOf(base));
    else this.#reads.clear();
  }

  async #readStored(path: string): Promise<void> {
    // The last character before the question mark with which the queries begin.
    const keys = await this.#store.keys(`${path}>`, RESPONSES);
    if (!keys) {
      // A store that failed is asked again.
      this.#reads.delete(path);
      return;
    }
    const own = keys.filter((key) => key.startsWith(`${path}?`));
    const policies = await this.#store.policies([path, ...own]);
    const ruled = policies.flatMap(({ headers, record }) => {
      const rule = headers.get(FIELD);
      if (rule === null) return [];
      const form = formOf(record.key, rule);
      return [{ base: baseOf(record.key), rule, form }];
    });
    if (ruled.length > 0)
      this.#keep(path, [...(this.#paths.get(path) ?? []), ...ruled]);
  }

  #keep(path: string, ruled: readonly Ruled[]): void {
    this.#paths.set(path, ruled.slice(0, RESPONSES));
  }
}
