/** The least that a cache over two records in IndexedDB can do: it reads both and looks at neither. */
import { contend } from './contender.js';

const opened = new Promise((resolve) => {
  const request = indexedDB.open('two-gets');
  request.onupgradeneeded = () => {
    request.result.createObjectStore('policies');
    request.result.createObjectStore('payloads');
  };
  request.onsuccess = () => resolve(request.result);
});
const STORES = ['policies', 'payloads'];

async function read(key) {
  const transaction = (await opened).transaction(STORES);
  const policy = transaction.objectStore('policies').get(key);
  const payload = transaction.objectStore('payloads').get(key);
  return new Promise((resolve) => {
    payload.onsuccess = () => resolve([policy.result, payload.result]);
  });
}

async function write(key, response) {
  const bytes = await response.arrayBuffer();
  const transaction = (await opened).transaction(STORES, 'readwrite');
  transaction.objectStore('policies').put([...response.headers], key);
  const body = bytes.byteLength > 48 * 1024 ? new Blob([bytes]) : bytes;
  transaction.objectStore('payloads').put(body, key);
  return new Promise((resolve) => {
    transaction.oncomplete = resolve;
  });
}

const streamOf = (bytes) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes));
      controller.close();
    },
  });

contend(({ request }) => {
  let written;
  const done = new Promise((resolve) => {
    written = resolve;
  });
  const answer = async () => {
    const [headers, body] = await read(request.url);
    if (!headers) {
      const response = await fetch(request);
      void write(request.url, response.clone()).then(written);
      return response;
    }
    written();
    return new Response(body instanceof Blob ? body : streamOf(body), {
      headers,
    });
  };
  return [answer(), done];
});
