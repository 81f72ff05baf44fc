/** What every contender's worker shares: it takes control at once, answers `/r/`, and says when it has written all. */
const writing = new Set();

/** Starts a contender; `answer` gets a fetch event and returns the response and, if it writes, a promise for the end of it. */
export function contend(answer) {
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
  addEventListener('fetch', (event) => {
    if (!event.request.url.includes('/r/')) return;
    const [response, done] = answer(event);
    event.respondWith(response);
    if (!done) return;
    writing.add(done);
    const forget = () => writing.delete(done);
    done.then(forget, forget);
  });
  addEventListener('message', (event) => {
    const written = Promise.allSettled([...writing]);
    event.waitUntil(written.then(() => event.ports[0].postMessage('flushed')));
  });
}
