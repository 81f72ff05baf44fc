/**
 * The caches of one service worker, which answer its windows together: whoever makes a cache there, install(), a route or
 * a strategy, can be asked. An ask is answered once, however many caches there are.
 */
import { decode } from '../messages.js';
import { IS_READY_MADE } from '../ready-made.js';
import { replyTo, type Asked } from './reply.js';
import { isServiceWorker } from './tell.js';
import { Together } from './together.js';

declare const self: ServiceWorkerGlobalScope;

/** Every cache of this worker that is not closed, and the name of its store. */
const members = new Map<Asked, string>();

/** The one that install() made. */
let installed: Asked | undefined;

/** Lets a cache answer windows, if this is a service worker. */
export function enter(cache: Asked, name: string): void {
  if (IS_READY_MADE || !isServiceWorker()) return;
  members.set(cache, name);
  listen();
}

/** Keeps a cache that is closed from being asked. */
export function leave(cache: Asked): void {
  if (!IS_READY_MADE) members.delete(cache);
}

/** Makes a cache the one that Workbox's messages are for, and that fetches what windows want to be stored. */
export function noteInstalled(cache: Asked): void {
  installed = cache;
  listen();
}

/**
 * However often it is called, the listener is one; added behind the worker's first evaluation it is not heard when that
 * is started again.
 */
const listen = (): void => self.addEventListener('message', onMessage);

/**
 * Who answers windows: the only cache, or all of them as if they were one; of a name those of that name, undefined
 * where there is none.
 */
export function asked(name?: string): Asked | undefined {
  if (IS_READY_MADE)
    return (name ?? 'mendbox') === 'mendbox' ? installed : undefined;
  if (name === undefined) return askedOf(members, installed);
  const meant = [...members].filter(([, each]) => each === name);
  return meant[0] && askedOf(new Map(meant), undefined);
}

function askedOf(
  meant: ReadonlyMap<Asked, string>,
  preferred: Asked | undefined,
): Asked | undefined {
  const [only] = meant.keys();
  return meant.size === 1 ? only : new Together(meant, preferred);
}

/** What is said of a name that no cache has. */
const nameless = (): string =>
  IS_READY_MADE
    ? 'no such cache'
    : `no such cache; this worker has ${[...new Set(members.values())].join(', ')}`;

function onMessage(event: ExtendableMessageEvent): void {
  const message = decode(event.data);
  const reply = (value: unknown): void => event.ports[0]?.postMessage(value);
  switch (message.is) {
    case 'foreign':
      return;
    case 'refused':
      return reply({ ok: false, error: message.error });
    case 'skip-waiting':
      // A worker without install() deals with Workbox's messages as it likes.
      if (installed) event.waitUntil(self.skipWaiting());
      return;
    case 'cache-urls':
      if (installed)
        // Workbox replies with `true`.
        event.waitUntil(installed.warm(message.urls).then(() => reply(true)));
      return;
    case 'ask': {
      const cache = asked(message.ask.cacheName);
      const report = (progress: number): void => reply({ progress });
      if (!cache) return reply({ ok: false, error: nameless() });
      event.waitUntil(replyTo(cache, message.ask, report).then(reply));
    }
  }
}
