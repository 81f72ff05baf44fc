/*
 * A worker for the tests only: IndexedDB and the clock go wrong as the script's query (`?shim=<JSON>`) or a later message
 * says, then the built worker runs on top, unchanged.
 *
 * Prototypes are patched, not wrapped in a Proxy: idb recognises its objects by instanceof.
 *
 *   { faults: [{ on, how, name, message, store, times }], clock: ms, missing: true }
 *
 * on      open, deleteDatabase, transaction, get, put (and add), delete, getAll, getAllKeys, openCursor, openKeyCursor
 * how     hang    no event ever comes (of a transaction: nor of any of its requests)
 *         hold    as hang, until a message { shim: { release: true } } lets go (open only)
 *         throw   the call itself throws name and message
 *         fail    an error event with name and message, and the transaction aborts
 *         abort   the request succeeds, then its transaction aborts with name and message
 * store   only calls on this object store
 * mode    only transactions of this mode
 * blobs   true: only puts of a value whose body is a Blob
 * bucket  false: only calls on the default storage bucket
 * times   so often, then never again (default: always)
 * mended  true: a put into the same object store ends it, as a rewritten record ends its own rot
 */
/* oxlint-disable unicorn/consistent-function-scoping -- the top level would be the global scope of the worker under test */
(() => {
  const ordinary = self.indexedDB;
  const hung = new WeakSet();
  const state = { faults: [], calls: {}, offset: 0, held: [] };

  const count = (call) => {
    state.calls[call] = (state.calls[call] ?? 0) + 1;
  };

  const fit = (call, target, given) => {
    count(call);
    // What may go wrong with one goes wrong with the other.
    const on = call === 'add' ? 'put' : call;
    if (given[1] === 'readwrite') count('readwrite');
    if (on === 'put') {
      state.faults = state.faults.filter(
        (each) => !each.mended || each.store !== target.name,
      );
    }
    const fault = state.faults.find(
      (each) =>
        each.on === on &&
        each.times !== 0 &&
        (each.store === undefined || each.store === target.name) &&
        (each.mode === undefined || each.mode === given[1]) &&
        (!each.blobs || given[0].body instanceof Blob) &&
        (each.bucket !== false || target === ordinary),
    );
    if (fault?.times !== undefined) fault.times--;
    return fault;
  };

  const errorOf = ({ name = 'UnknownError', message = '' }) =>
    new DOMException(message, name);

  const own = (target, property, value) =>
    Object.defineProperty(target, property, { configurable: true, value });

  // Events pass the connection before they reach the request or the transaction, whose listeners may be older than ours.
  const silent = new WeakSet();
  const guarded = new WeakSet();
  const guard = (connection) => {
    if (guarded.has(connection)) return;
    guarded.add(connection);
    const stop = (event) => {
      if (silent.has(event.target)) event.stopImmediatePropagation();
    };
    for (const type of ['success', 'error', 'complete', 'abort']) {
      connection.addEventListener(type, stop, { capture: true });
    }
  };
  const silence = (transaction, request) => {
    guard(transaction.db);
    silent.add(transaction);
    if (request) silent.add(request);
  };

  // The transaction's own machinery tells everybody; only the reason is replaced.
  const abortWith = (transaction, error, request) => {
    own(transaction, 'error', error);
    if (request) own(request, 'error', error);
    transaction.abort();
  };

  const strike = (fault, request) => {
    const error = errorOf(fault);
    switch (fault.how) {
      case 'hang':
        silence(request.transaction, request);
        break;
      case 'fail':
        request.addEventListener('success', (event) => {
          event.stopImmediatePropagation();
          own(request, 'error', error);
          const failure = new Event('error', {
            bubbles: true,
            cancelable: true,
          });
          if (request.dispatchEvent(failure)) {
            abortWith(request.transaction, error);
          }
        });
        break;
      case 'abort':
        request.addEventListener('success', () =>
          abortWith(request.transaction, error),
        );
        break;
      default:
        throw new Error(`shim: ${fault.on} cannot ${fault.how}`);
    }
    return request;
  };

  const patch = (prototype, name, struck) => {
    const original = prototype[name];
    prototype[name] = function (...given) {
      const fault = fit(name, this, given);
      if (!fault) {
        if (!hung.has(this.transaction)) return original.apply(this, given);
        // Nothing is written by a transaction that hangs.
        const request =
          name === 'put' || name === 'add'
            ? this.count()
            : original.apply(this, given);
        silence(this.transaction, request);
        return request;
      }
      if (fault.how === 'throw') throw errorOf(fault);
      return struck(fault, original.bind(this), given);
    };
  };

  const requests =
    'get put add delete getAll getAllKeys openCursor openKeyCursor'.split(' ');
  for (const name of requests) {
    patch(IDBObjectStore.prototype, name, (fault, call, given) =>
      strike(fault, call(...given)),
    );
  }
  for (const name of ['getAll', 'getAllKeys']) {
    const original = IDBIndex.prototype[name];
    IDBIndex.prototype[name] = function (...given) {
      count('index');
      return original.apply(this, given);
    };
  }
  patch(IDBDatabase.prototype, 'transaction', (fault, call, given) => {
    const transaction = call(...given);
    if (fault.how === 'hang') {
      hung.add(transaction);
      silence(transaction);
    } else abortWith(transaction, errorOf(fault));
    return transaction;
  });

  // A failing or hanging open must not touch the real database: another one is opened in its place, and its creation is
  // what fails.
  const elsewhere = (fault, call, [name]) => {
    const request = call(`${name}-shim-${Math.random()}`);
    if (fault.how === 'hang') {
      for (const type of ['success', 'error', 'blocked', 'upgradeneeded']) {
        request.addEventListener(type, (event) =>
          event.stopImmediatePropagation(),
        );
      }
    } else {
      request.addEventListener('upgradeneeded', (event) => {
        event.stopImmediatePropagation();
        abortWith(request.transaction, errorOf(fault), request);
      });
    }
    return request;
  };
  const hold = (call, given) => {
    const request = call(...given);
    let isOpen = false;
    const later = (event) => {
      if (isOpen) return;
      event.stopImmediatePropagation();
      state.held.push(() => {
        isOpen = true;
        request.dispatchEvent(new Event(event.type));
      });
    };
    request.addEventListener('success', later);
    return request;
  };
  const open = IDBFactory.prototype.open.bind(ordinary);
  patch(IDBFactory.prototype, 'open', (fault, call, given) =>
    fault.how === 'hold' ? hold(call, given) : elsewhere(fault, call, given),
  );
  patch(IDBFactory.prototype, 'deleteDatabase', (fault, _call, given) =>
    elsewhere(fault, open, given),
  );

  const now = Date.now.bind(Date);
  Date.now = () => now() + state.offset;
  const tick = performance.now.bind(performance);
  own(performance, 'now', () => tick() + state.offset);

  const set = ({ faults, clock, missing, release }) => {
    if (faults !== undefined) state.faults = faults;
    if (clock !== undefined) state.offset = clock;
    if (missing) own(self, 'indexedDB', undefined);
    if (release) for (const letGo of state.held.splice(0)) letGo();
  };
  self.addEventListener('message', (event) => {
    if (event.data?.shim === undefined) return;
    event.stopImmediatePropagation();
    set(event.data.shim);
    const { calls } = state;
    state.calls = {};
    event.ports[0]?.postMessage({ ok: true, value: calls });
  });

  const query = new URL(self.location.href).searchParams.get('shim');
  if (query !== null) set(JSON.parse(query));
  importScripts('/worker.js');
})();
