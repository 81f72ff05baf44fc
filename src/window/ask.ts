/** Asks the worker, and waits no longer than is reasonable for its reply. */
import type { Answers, AskName, Asks, Envelope, Reply } from '../messages.js';
import type * as Problems from './problem.js';

/** How long to wait until a worker controls the page, and by default for its reply, in milliseconds. */
const WAIT_MS = 10_000;

/** How an ask is made. */
export interface AskOptions {
  /**
   * How long to wait for the reply, in milliseconds. Default 10,000; for verify and warm 300,000, of which at most
   * 10,000 for a worker to be there.
   */
  readonly timeoutMs?: number;
  /**
   * The cache that is meant, where a worker has caches of several names. Default: all of them; for warm() the one that
   * install() made.
   */
  readonly cacheName?: string;
  /** For warm(): called with the number of URLs that are dealt with. */
  readonly onProgress?: (done: number) => void;
}

/** The page's service worker container, or undefined where there is none: old browsers, plain http, sandboxed frames. */
export function container(): ServiceWorkerContainer | undefined {
  try {
    // A sandboxed frame throws here.
    return navigator.serviceWorker;
  } catch {
    return undefined;
  }
}

/** Whether options go on with what is not among them, or have a callback that is none. */
export const isOdd = (
  others: object,
  ...callbacks: readonly unknown[]
): boolean =>
  Object.keys(others).length > 0 ||
  callbacks.some((each) => each && typeof each !== 'function');

/** What is said of a problem is fetched only when there is one: every page loads this file, and few need that. */
export const told = (): Promise<typeof Problems> => import('./problem.js');

/** Sends an envelope to the worker of this page; resolves to the URL of its script. */
async function send(
  workers: ServiceWorkerContainer,
  envelope: Envelope,
  port: MessagePort,
): Promise<string | undefined> {
  // A worker that is just being installed answers as soon as it is active.
  const worker = workers.controller ?? (await workers.ready).active;
  worker?.postMessage(envelope, [port]);
  return worker?.scriptURL;
}

async function silent(
  ...facts: Parameters<typeof Problems.silence>
): Promise<never> {
  throw (await told()).silence(...facts);
}

/**
 * Sends one ask to the worker of this page; rejects with a plain Error when none answers, or when it answers that it
 * failed, and with a TypeError for a wrong option.
 */
export async function ask<Name extends AskName>(
  message: Asks[Name] & { ask: Name },
  options: AskOptions = {},
): Promise<Answers[Name]> {
  const { timeoutMs = WAIT_MS, onProgress, cacheName, ...others } = options;
  const workers = container();
  if (!workers || isOdd(others, onProgress))
    throw (await told()).wrongAsk(message.ask, options);
  const { port1, port2 } = new MessageChannel();
  let script: string | undefined;
  const timers: ReturnType<typeof setTimeout>[] = [];
  try {
    return await new Promise<Answers[Name]>((resolve, reject) => {
      const giveUp = (): void =>
        void silent(message.ask, script, timeoutMs).catch(reject);
      timers.push(
        setTimeout(() => script ?? giveUp(), Math.min(timeoutMs, WAIT_MS)),
        setTimeout(giveUp, timeoutMs),
      );
      port1.addEventListener('message', (event: MessageEvent<Reply<Name>>) => {
        const reply = event.data;
        if ('progress' in reply) onProgress?.(reply.progress);
        else if (reply.ok) resolve(reply.value);
        else reject(new Error(`mendbox: ${reply.error}`));
      });
      port1.start();
      send(workers, { mendbox: 1, cacheName, ...message }, port2).then(
        (url) => {
          script = url;
        },
        reject,
      );
    });
  } finally {
    timers.forEach(clearTimeout);
    port1.close();
  }
}
