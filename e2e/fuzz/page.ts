/* oxlint-disable unicorn/consistent-function-scoping, max-lines-per-function, complexity, promise/no-multiple-resolved -- only the text of installFuzz() reaches the page, so everything is inside it */
import type { Pair } from '../page.js';
import type {
  Ask,
  Container,
  ForeignKey,
  Mutation,
  Op,
  Value,
} from './mutations.js';

/** What the page saw of one answer. */
export interface Got {
  readonly status: number;
  readonly sha256: string;
  readonly etag: string;
  readonly type: string;
  readonly range: string;
  readonly cacheStatus: string;
  readonly error?: string;
}

/** What the page offers to the fuzzer as `window.fuzz`. */
export interface Fuzz {
  /** Keeps the pairs of these URLs as they are stored; gives the URLs of which nothing is. */
  keep(urls: string[]): Promise<string[]>;
  /** Writes a damaged pair for each URL; gives the number of changes that structured clone refused. */
  damage(urls: string[], mutations: readonly Mutation[]): Promise<number>;
  /** Fetches each URL in its own way, all at once. */
  fetch(urls: string[], asks: readonly Ask[]): Promise<Got[]>;
}

declare global {
  interface Window {
    fuzz: Fuzz;
  }
}

/** Runs in the page; it stands alone, because only its text gets there. */
export function installFuzz(): void {
  const kept = new Map<string, Pair>();
  let cryptoKey: CryptoKey | undefined;

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
    'circular array'() {
      const array: unknown[] = [];
      array.push(array, [array]);
      return array;
    },
    'lone surrogate': () => '\ud800',
    'long text': long,
    megabytes: (size) => new Uint8Array(size * 20),
    wide(size) {
      const value: Record<string, number> = {};
      for (let n = 0; n < size % 5_000; n++) value[`field${n}`] = n;
      return value;
    },
    null: () => null,
    __proto__: () => JSON.parse('{"__proto__": {"id": "x", "schema": "y"}}'),
    'prototype names': () => ({
      constructor: 1,
      hasOwnProperty: 2,
      toString: 3,
      valueOf: 4,
    }),
    DOMRect: (size) => new DOMRect(0, 0, size, size),
    DOMMatrix: () => new DOMMatrix(),
    CryptoKey: () => cryptoKey,
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
    'resizable ArrayBuffer'(content) {
      const { length } = content;
      // TypeScript's es2022 does not know the second argument.
      const buffer: ArrayBuffer = Reflect.construct(ArrayBuffer, [
        length,
        { maxByteLength: length + 8 },
      ]);
      new Uint8Array(buffer).set(content);
      return buffer;
    },
    Uint8Array: (content) => content.slice(),
    Uint8ClampedArray: (content) => new Uint8ClampedArray(content),
    Float64Array: (content) => new Float64Array(content),
    BigInt64Array: (content) => BigInt64Array.from(content, BigInt),
    'part of a larger buffer'(content) {
      const larger = new Uint8Array(content.length + 16);
      larger.set(content, 8);
      return larger.subarray(8, 8 + content.length);
    },
    DataView: (content) => new DataView(content.slice().buffer),
    Blob: (content) => new Blob([content]),
    'typed Blob': (content) => new Blob([content], { type: 'text/html' }),
    File: (content) => new File([content], 'a-file'),
    ImageData: (content) => new ImageData(Math.max(1, content.length % 99), 1),
  };

  const foreign: Record<ForeignKey, (n: number) => IDBValidKey> = {
    number: (n) => n - 5,
    Date: (n) => new Date(n),
    binary: (n) => new Uint8Array([n]).buffer,
    array: (n) => [`${location.origin}/fuzz/${n}`, n],
    empty: () => '',
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
        if (value.as === 'Error')
          return Object.assign(new RangeError('with a cause'), {
            cause: items[0],
          });
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
    readonly extra: Map<IDBValidKey, Partial<Pair>>;
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
      case 'entangle':
        assign(fields(pair, 'policy'), op.field, pair.payload);
        return assign(fields(pair, 'payload'), 'body', pair.policy);
      case 'foreign': {
        const at = foreign[op.key](op.n);
        return void target.extra.set(at, { [op.half]: pair[op.half] });
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
  const put = (
    store: IDBObjectStore,
    value: unknown,
    at: IDBValidKey,
  ): void => {
    try {
      if (value === undefined) store.delete(at);
      else store.put(value, at);
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
          for (const [at, other] of extra) put(stores[half], other[half], at);
        }
        if (totals) put(tx.objectStore('meta'), totals.value, 'totals');
      }
      tx.addEventListener('complete', () => resolve());
      tx.addEventListener('abort', () => reject(tx.error));
    });

  const inits: Record<Ask, RequestInit> = {
    plain: {},
    'no-cache': { cache: 'no-cache' },
    'force-cache': { cache: 'force-cache' },
    range: { headers: { range: 'bytes=10-49' } },
    head: { method: 'HEAD' },
  };
  const fetched = async (url: string, ask: Ask): Promise<Got> => {
    const none = { sha256: '', etag: '', type: '', range: '', cacheStatus: '' };
    try {
      const { status, headers, ...rest } = await fetch(url, inits[ask]).then(
        async (response) => ({
          status: response.status,
          headers: response.headers,
          body: await response.arrayBuffer(),
        }),
      );
      const of = (name: string): string => headers.get(name) ?? '';
      return {
        status,
        sha256: await window.bench.sha256(rest.body),
        etag: of('etag'),
        type: of('content-type'),
        range: of('content-range'),
        cacheStatus: of('cache-status'),
      };
    } catch (error) {
      return { ...none, status: 0, error: String(error) };
    }
  };

  window.fuzz = {
    fetch: (urls, asks) =>
      Promise.all(urls.map((url, n) => fetched(url, asks[n] ?? 'plain'))),
    async keep(urls) {
      cryptoKey ??= await crypto.subtle.generateKey(
        { name: 'AES-GCM', length: 128 },
        true,
        ['encrypt'],
      );
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
        for (const op of mutations[n]?.ops ?? [])
          await apply(target, op).catch(() => refused++);
        targets.push(target);
      }
      await write(db, targets);
      db.close();
      return refused;
    },
  };
}
