/* oxlint-disable unicorn/consistent-function-scoping -- only the text of installBench() reaches the page, so everything is inside it */
import type { HealEvent } from '../src/fault.js';

/** What a fetch() in the page came to. */
export interface Fetched {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly type: ResponseType;
  readonly redirected: boolean;
  readonly url: string;
  readonly length: number;
  /** Of the body, in hexadecimal. */
  readonly sha256: string;
  readonly text: string;
  /** From the call to the end of the body, in milliseconds. */
  readonly ms: number;
  /** `name: message` of what fetch() or the body's stream rejected with; then the body's fields are empty. */
  readonly error?: string;
}

/**
 * Both halves of a stored response, as IndexedDB hands them out. A test may make anything of them, a half that is
 * `undefined` is not stored.
 */
export interface Pair {
  policy: Record<string, unknown>;
  payload: Record<string, unknown>;
}

/** A stored pair in a form that leaves the page. */
export interface PairShape {
  readonly policy: Readonly<Record<string, unknown>> | undefined;
  readonly payload:
    | {
        readonly schema: unknown;
        readonly id: unknown;
        readonly body: { form: string; length: number; sha256: string };
      }
    | undefined;
}

/** What every test page has as `window.bench`. */
export interface Bench {
  /** Events from BroadcastChannel('mendbox'). */
  readonly heals: HealEvent[];
  /** Events from the worker to this client. */
  readonly told: HealEvent[];
  control(script: string): Promise<void>;
  fetch(url: string, init?: RequestInit): Promise<Fetched>;
  read(key: string, database: string): Promise<Partial<Pair>>;
  write(key: string, database: string, pair: Partial<Pair>): Promise<void>;
  shape(key: string, database: string): Promise<PairShape>;
  keys(database: string): Promise<string[]>;
  ask(message: unknown): Promise<unknown>;
  /** In hexadecimal. */
  sha256(bytes: BufferSource): Promise<string>;
}

declare global {
  interface Window {
    bench: Bench;
  }
}

/** Runs in every page before its own scripts; it stands alone, because only its text gets there. */
export function installBench(): void {
  const heals: HealEvent[] = [];
  const told: HealEvent[] = [];
  new BroadcastChannel('mendbox').addEventListener('message', ({ data }) => {
    if (data?.type === 'heal') heals.push(data);
  });
  const { serviceWorker } = navigator;
  serviceWorker?.addEventListener('message', ({ data }) => {
    if (data?.type === 'heal') told.push(data);
  });
  serviceWorker?.startMessages();

  const sha256 = async (bytes: BufferSource): Promise<string> => {
    const hash = await crypto.subtle.digest('SHA-256', bytes);
    return Array.from(new Uint8Array(hash), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('');
  };
  const failed = (error: unknown): string =>
    error instanceof Error || error instanceof DOMException
      ? `${error.name}: ${error.message}`
      : String(error);

  // Opens what is there and never creates: an empty database made by a test would be a fault of its own.
  const open = (name: string): Promise<IDBDatabase | undefined> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      let isNew = false;
      request.addEventListener('upgradeneeded', () => {
        isNew = true;
        request.transaction?.abort();
      });
      request.addEventListener('success', () => resolve(request.result));
      request.addEventListener('error', (event) => {
        event.preventDefault();
        if (isNew) resolve(undefined);
        else reject(new Error(String(request.error)));
      });
    });

  type Work<T> = (tx: IDBTransaction, done: (value: T) => void) => void;
  const transact = async <T>(
    name: string,
    mode: IDBTransactionMode,
    none: T,
    work: Work<T>,
  ): Promise<T> => {
    const db = await open(name);
    if (!db) return none;
    try {
      if (
        !['policies', 'payloads'].every((s) => db.objectStoreNames.contains(s))
      )
        return none;
      return await new Promise<T>((resolve, reject) => {
        const tx = db.transaction(['policies', 'payloads'], mode);
        let value = none;
        tx.addEventListener('complete', () => resolve(value));
        tx.addEventListener('abort', () => reject(new Error(String(tx.error))));
        work(tx, (result) => {
          value = result;
        });
      });
    } finally {
      db.close();
    }
  };

  const read = (key: string, name: string): Promise<Partial<Pair>> =>
    transact<Partial<Pair>>(name, 'readonly', {}, (tx, done) => {
      const policy = tx.objectStore('policies').get(key);
      const payload = tx.objectStore('payloads').get(key);
      payload.addEventListener('success', () =>
        done({ policy: policy.result, payload: payload.result }),
      );
    });

  const write = (
    key: string,
    name: string,
    pair: Partial<Pair>,
  ): Promise<void> =>
    transact(name, 'readwrite', undefined, (tx) => {
      const keep = (store: string, value: unknown): void => {
        if (value === undefined) tx.objectStore(store).delete(key);
        else tx.objectStore(store).put(value, key);
      };
      keep('policies', pair.policy);
      keep('payloads', pair.payload);
    });

  const shapeOfBody = async (
    body: unknown,
  ): Promise<{ form: string; length: number; sha256: string }> => {
    if (body === null) return { form: 'none', length: 0, sha256: '' };
    const isBlob = body instanceof Blob;
    const buffer = isBlob ? await body.arrayBuffer() : body;
    if (!(buffer instanceof ArrayBuffer))
      return { form: typeof body, length: 0, sha256: '' };
    return {
      form: isBlob ? 'blob' : 'buffer',
      length: buffer.byteLength,
      sha256: await sha256(buffer),
    };
  };

  window.bench = {
    heals,
    told,
    read,
    write,
    sha256,
    async shape(key, name) {
      const { policy, payload } = await read(key, name);
      return {
        policy,
        payload: payload && {
          schema: payload['schema'],
          id: payload['id'],
          body: await shapeOfBody(payload['body']),
        },
      };
    },
    keys: (name) =>
      transact<string[]>(name, 'readonly', [], (tx, done) => {
        const request = tx.objectStore('policies').getAllKeys();
        request.addEventListener('success', () =>
          done(request.result.map(String)),
        );
      }),
    async control(script) {
      const controlled = new Promise((resolve) => {
        serviceWorker.addEventListener('controllerchange', resolve, {
          once: true,
        });
      });
      await serviceWorker.register(script, {
        scope: '/',
        updateViaCache: 'none',
      });
      if (serviceWorker.controller === null) await controlled;
    },
    async fetch(url, init) {
      const start = performance.now();
      let response: Response | undefined;
      let body = new ArrayBuffer(0);
      let error: string | undefined;
      try {
        response = await fetch(url, init);
        body = await response.arrayBuffer();
      } catch (reason) {
        error = failed(reason);
      }
      const isText = body.byteLength <= 4096;
      const {
        status,
        headers,
        type,
        redirected,
        url: final,
      } = response ?? Response.error();
      return {
        status,
        headers: Object.fromEntries(headers),
        type,
        redirected,
        url: final,
        length: body.byteLength,
        ms: performance.now() - start,
        sha256: error === undefined ? await sha256(body) : '',
        text: isText ? new TextDecoder().decode(body) : '',
        ...(error !== undefined && { error }),
      };
    },
    ask: (message) =>
      new Promise((resolve, reject) => {
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', ({ data }) => {
          port1.close();
          if (data?.ok) resolve(data.value);
          else reject(new Error(`${JSON.stringify(message)}: ${data?.error}`));
        });
        port1.start();
        serviceWorker.controller?.postMessage(message, [port2]);
      }),
  };
}
