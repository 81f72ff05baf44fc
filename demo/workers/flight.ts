/**
 * A worker that records each request's flight: a HealingCache as it is, and a watch on what it calls. The times are
 * those of the platform's own functions (Request.clone, fetch, IndexedDB's transactions), so the cache needs no trace.
 */
import { HealingCache } from '../../src/index.js';
import {
  FLIGHT_CACHE,
  FLIGHT_CHANNEL,
  ORIGIN_PATH,
  type Flight,
  type Span,
  type Step,
} from '../resources.js';

declare const self: ServiceWorkerGlobalScope;

/** What was seen of the request that is under way; the page sends one at a time. */
let spans: Span[] = [];
let startedAt = 0;

const now = (): number => performance.now() - startedAt;

function note(step: Step, start: number, end = now()): void {
  spans.push({ step, start, end });
}

// oxlint-disable typescript/unbound-method -- each is called with the `this` that it was called with
const clone = Request.prototype.clone;
Request.prototype.clone = function (this: Request) {
  const start = now();
  const copy = clone.call(this);
  note('clone', start);
  return copy;
};

/** What each transaction did to the two stores of records. */
const deeds = new WeakMap<IDBTransaction, Step>();
const { put, delete: remove } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
  if (this.name === 'payloads') deeds.set(this.transaction, 'store');
  return put.call(this, value, key);
};
IDBObjectStore.prototype.delete = function (key: IDBValidKey | IDBKeyRange) {
  const { transaction } = this;
  if (!deeds.has(transaction)) deeds.set(transaction, 'drop');
  return remove.call(this, key);
};

function watch(transaction: IDBTransaction): void {
  const start = now();
  if (transaction.mode === 'readonly') {
    const lookup = { step: 'lookup' as const, start, end: start };
    spans.push(lookup);
    // Success does not bubble, but it is captured: the last one is the last record that was read.
    transaction.addEventListener('success', () => (lookup.end = now()), true);
    return;
  }
  transaction.addEventListener('complete', () => {
    const deed = deeds.get(transaction);
    if (deed) note(deed, start);
  });
}

const begin = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (...given) {
  const transaction = begin.apply(this, given);
  watch(transaction);
  return transaction;
};

// oxlint-enable typescript/unbound-method

const cache = new HealingCache({
  cacheName: FLIGHT_CACHE,
  // Every hit is read from the disk, or there would be nothing to see.
  memoryBytes: 0,
  async fetch(input, init) {
    const start = now();
    try {
      return await fetch(input, init);
    } finally {
      note('replay', start);
    }
  },
});

/** From the last record that was read to what the verdict led to. */
function validation(answeredAt: number): Span[] {
  const lookup = spans.find(({ step }) => step === 'lookup');
  if (!lookup) return [];
  const next = spans
    .filter(({ step, start }) => step !== 'lookup' && start >= lookup.end)
    .map(({ start }) => start);
  const end = Math.min(answeredAt, ...next);
  return [{ step: 'validate', start: lookup.end, end }];
}

async function record(event: FetchEvent): Promise<Response> {
  spans = [];
  startedAt = performance.now();
  const { request } = event;
  const [answer, done] = cache.handleAll({ event, request });
  const response = await answer;
  const answeredAt = now();
  const tell = async (): Promise<void> => {
    await done;
    const flight: Flight = {
      status: response.headers.get('Cache-Status') ?? '',
      answeredAt,
      doneAt: now(),
      spans: [...spans, ...validation(answeredAt)],
    };
    const channel = new BroadcastChannel(FLIGHT_CHANNEL);
    channel.postMessage(flight);
    channel.close();
  };
  event.waitUntil(tell());
  return response;
}

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) =>
  event.waitUntil(self.clients.claim()),
);
self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname.startsWith(ORIGIN_PATH))
    event.respondWith(record(event));
});
