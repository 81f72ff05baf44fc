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

/** A response with its rule; nothing where it has none. */
function ruled(base: string, { headers }: ResponseView): Ruled[] {
  const rule = headers.get(FIELD);
  return rule === null ? [] : [{ base, rule, form: formOf(base, rule) }];
}

/** The rules of stored responses by path. */
export class Search {
  readonly #store: Store;
  readonly #paths = new Recent<readonly Ruled[]>(PATHS);
  /** Paths of which the store was read, or is. */
  readonly #reads = new Recent<Promise<void>>(PATHS);

  constructor(store: Store) {
    this.#store = store;
  }

  /** Notes a response that is being stored. One without a rule leaves what is known: isEquivalent() refuses it. */
  note(base: string, response: ResponseView): void {
    const path = pathOf(base);
    const [own] = ruled(base, response);
    if (!own) return;
    const others = this.#ruledOf(path).filter(
      (each) => each.base !== base || each.rule !== own.rule,
    );
    this.#keep(path, [own, ...others]);
  }

  /** The keys, other than its own, of the stored responses that may answer for a URL, the latest first. */
  async equivalents(base: string): Promise<string[]> {
    const path = pathOf(base);
    if (path !== base) {
      const read = this.#reads.get(path) ?? this.#readStored(path);
      this.#reads.set(path, read);
      await read;
    }
    const found = this.#ruledOf(path).filter(
      (each) => each.base !== base && each.form === formOf(base, each.rule),
    );
    return [...new Set(found.map((each) => each.base))];
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
    const stored = policies.flatMap((policy) =>
      ruled(baseOf(policy.record.key), policy),
    );
    this.#keep(path, [...this.#ruledOf(path), ...stored]);
  }

  #ruledOf(path: string): readonly Ruled[] {
    return this.#paths.get(path) ?? [];
  }

  #keep(path: string, all: readonly Ruled[]): void {
    if (all.length > 0) this.#paths.set(path, all.slice(0, RESPONSES));
  }
}
