/* oxlint-disable unicorn/consistent-function-scoping, max-lines-per-function, complexity, promise/no-multiple-resolved -- only the text of installFuzz() reaches the page, so everything is inside it */
import type { Pair } from '../page.js';
import type { Container, Mutation, Op, Value } from './mutations.js';

/** What the page offers to the fuzzer as `window.fuzz`. */
export interface Fuzz {
  /** Keeps the pairs of these URLs as they are stored; gives the URLs of which nothing is. */
  keep(urls: string[]): Promise<string[]>;
  /** Writes a damaged pair for each URL; gives the number of changes that structured clone refused. */
  damage(urls: string[], mutations: readonly Mutation[]): Promise<number>;
}

declare global {
  interface Window {
    fuzz: Fuzz;
  }
}

/** Runs in the page; it stands alone, because only its text gets there. */
export function installFuzz(): void {
  const kept = new Map<string, Pair>();

  const long = (size: number): string => 'x'.repeat(size);
  const special: Record<string, (size: number) => unknown> = {
    undefined: () => undefined,
    NaN: () => NaN,
    '-0': () => -0,
    Infinity: () => Infinity,
    '-Infinity': () => -Infinity,
    '1e300': () => 1e300,
    '2**53': () => 2 ** 53,
    bigint: (size) => BigInt(size) ** 9n,
    Date: (size) => new Date(size),
    'invalid Date': () => new Date(NaN),
    RegExp: () => /(?:)/gu,
    Error: () => new RangeError('a stored error'),
    'Boolean object': () => Object(false),
    'Number object': (size) => Object(size),
    'String object': () => Object('text'),
    'sparse array': () => Object.assign([], { 9: 1 }),
    circular() {
      const map = new Map<string, unknown>();
      return map.set('self', map);
    },
    'lone surrogate': () => '\ud800',
    'long text': long,
    deep(size) {
      let value: unknown = 0;
      for (let n = 0; n < size % 200; n++) value = [value];
      return value;
    },
  };

  const houses: Record<
    Container,
    (content: Uint8Array<ArrayBuffer>) => unknown
  > = {
    ArrayBuffer: (content) => content.slice().buffer,
    Uint8Array: (content) => content.slice(),
    Float64Array: (content) => new Float64Array(content),
    DataView: (content) => new DataView(content.slice().buffer),
    Blob: (content) => new Blob([content]),
    File: (content) => new File([content], 'a-file'),
  };

  const valueOf = (value: Value): unknown => {
    switch (value.is) {
      case 'json':
        return value.value;
      case 'special':
        return special[value.name]?.(value.size);
      case 'bytes':
        return houses[value.as](Uint8Array.from(value.bytes));
      case 'list': {
        const items = value.items.map(valueOf);
        if (value.as === 'array') return items;
        if (value.as === 'Map') return new Map(items.map((each) => [each, 1]));
        if (value.as === 'Set') return new Set(items);
        return Object.assign({}, items);
      }
    }
  };

  const bytesOf = async (
    pair: Pair,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const body: unknown = pair.payload?.['body'];
    if (body instanceof Blob) return new Uint8Array(await body.arrayBuffer());
    return body instanceof ArrayBuffer
      ? new Uint8Array(body.slice(0))
      : undefined;
  };
  const rehoused = async (
    pair: Pair,
    change: (content: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
  ): Promise<void> => {
    const content = await bytesOf(pair);
    if (!content) return;
    const as = pair.payload['body'] instanceof Blob ? 'Blob' : 'ArrayBuffer';
    pair.payload['body'] = houses[as](change(content));
  };
  const fields = (pair: Pair, half: 'policy' | 'payload') => {
    const record: unknown = pair[half];
    return typeof record === 'object' && record !== null
      ? (record as Record<string, unknown>)
      : {};
  };
  // An assignment to __proto__ would change the prototype, which structured clone forgets.
  const assign = (record: object, field: string, value: unknown): void => {
    Object.defineProperty(record, field, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  };

  interface Target {
    readonly pair: Pair;
    readonly url: string;
    readonly extra: Map<string, Partial<Pair>>;
    totals?: { value: unknown };
  }

  const apply = async (target: Target, op: Op): Promise<void> => {
    const { pair } = target;
    switch (op.op) {
      case 'drop':
        return void Object.assign(pair, { [op.half]: undefined });
      case 'replace':
        return void Object.assign(pair, { [op.half]: valueOf(op.value) });
      case 'delete':
        return void Reflect.deleteProperty(fields(pair, op.half), op.field);
      case 'set':
        return assign(fields(pair, op.half), op.field, valueOf(op.value));
      case 'splice': {
        const record = fields(pair, op.half);
        const text = record[op.field];
        if (typeof text !== 'string') return;
        const at = op.at % (text.length + 1);
        record[op.field] =
          text.slice(0, at) + op.insert + text.slice(at + op.remove);
        return;
      }
      case 'nudge': {
        const record = fields(pair, 'policy');
        record[op.field] = Number(record[op.field]) + op.by;
        return;
      }
      case 'flip':
        return rehoused(pair, (content) => {
          for (const bit of op.bits) {
            const at = (bit >> 3) % Math.max(content.length, 1);
            content[at] = (content[at] ?? 0) ^ (1 << (bit & 7));
          }
          return content;
        });
      case 'resize':
        return rehoused(pair, (content) => {
          const at = op.at % (content.length + 1);
          return Uint8Array.from([
            ...content.subarray(0, at),
            ...op.insert,
            ...content.subarray(at + op.remove),
          ]);
        });
      case 'rehouse': {
        const content = await bytesOf(pair);
        if (content) pair.payload['body'] = houses[op.as](content);
        return;
      }
      case 'take': {
        const others = [...kept.values()];
        const other = others[op.from % others.length];
        return void Object.assign(pair, { [op.half]: other?.[op.half] });
      }
      case 'move': {
        const key = target.url + op.suffix;
        const there = target.extra.get(key) ?? {};
        target.extra.set(key, { ...there, [op.half]: pair[op.half] });
        return;
      }
      case 'swap-fields': {
        const record = fields(pair, 'policy');
        const one = record[op.one];
        record[op.one] = record[op.two];
        record[op.two] = one;
        return;
      }
      case 'self': {
        const record = fields(pair, op.half);
        return assign(record, op.field, record);
      }
      case 'totals':
        target.totals = { value: valueOf(op.value) };
    }
  };

  const open = (): Promise<IDBDatabase> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open('mendbox');
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', () => reject(request.error));
    });

  let refused = 0;
  const put = (store: IDBObjectStore, value: unknown, key: string): void => {
    try {
      if (value === undefined) store.delete(key);
      else store.put(value, key);
    } catch {
      refused++;
    }
  };

  const write = (db: IDBDatabase, targets: readonly Target[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const tx = db.transaction(['policies', 'payloads', 'meta'], 'readwrite');
      const stores = {
        policy: tx.objectStore('policies'),
        payload: tx.objectStore('payloads'),
      };
      for (const { url, pair, extra, totals } of targets) {
        for (const half of ['policy', 'payload'] as const) {
          stores[half].delete(IDBKeyRange.bound(url, `${url} \uffff`));
          put(stores[half], pair[half], url);
          for (const [key, other] of extra) put(stores[half], other[half], key);
        }
        if (totals) put(tx.objectStore('meta'), totals.value, 'totals');
      }
      tx.addEventListener('complete', () => resolve());
      tx.addEventListener('abort', () => reject(tx.error));
    });

  window.fuzz = {
    async keep(urls) {
      for (const url of urls) {
        if (kept.has(url)) continue;
        const { policy, payload } = await window.bench.read(url, 'mendbox');
        if (!policy || !payload) continue;
        // Firefox deletes a Blob's file with its record.
        const body: unknown = payload['body'];
        if (body instanceof Blob)
          payload['body'] = new Blob([await body.arrayBuffer()]);
        kept.set(url, { policy, payload });
      }
      return urls.filter((url) => !kept.has(url));
    },
    async damage(urls, mutations) {
      refused = 0;
      const db = await open();
      const targets: Target[] = [];
      for (const [n, url] of urls.entries()) {
        const { policy, payload } = kept.get(url) as Pair;
        // A Blob is immutable, an ArrayBuffer is copied before it is changed.
        const pair = { policy: { ...policy }, payload: { ...payload } };
        const target: Target = { pair, url, extra: new Map() };
        for (const op of mutations[n] ?? [])
          await apply(target, op).catch(() => refused++);
        targets.push(target);
      }
      await write(db, targets);
      db.close();
      return refused;
    },
  };
}
