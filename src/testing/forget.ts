/** How long the worker may take to answer, in milliseconds. */
const DEADLINE_MS = 3000;

/**
 * Asks the controlling worker to forget the memory tiers of all its caches, so that the next request
 * reads what is stored; `false` when no worker controls the caller.
 *
 * Rejects when the worker does not answer within 3 seconds, or refuses: it may still answer from memory, and a test
 * would test nothing.
 */
export async function forget(): Promise<boolean> {
  // Undefined in a service worker, whose navigator has no container in Chromium.
  const container = navigator.serviceWorker as
    ServiceWorkerContainer | undefined;
  const worker = container?.controller;
  if (!worker) return false;
  const { port1, port2 } = new MessageChannel();
  try {
    const error = await new Promise<string | undefined>((resolve) => {
      port1.addEventListener(
        'message',
        ({ data }: MessageEvent<{ error?: string }>) => resolve(data.error),
        { once: true },
      );
      port1.start();
      setTimeout(
        () => resolve('It did not answer. Has it a cache of mendbox?'),
        DEADLINE_MS,
      );
      worker.postMessage({ mendbox: 1, ask: 'forget' }, [port2]);
    });
    if (error === undefined) return true;
    throw new Error(
      `mendbox: ${worker.scriptURL} may still answer from memory. ${error}`,
    );
  } finally {
    port1.close();
  }
}
