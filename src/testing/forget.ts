/** How long the worker may take to answer, in milliseconds. */
const DEADLINE_MS = 3000;

/**
 * Asks the controlling worker to forget its memory tier, so that the next request
 * reads what is stored; `false` when no worker controls the caller or it does not answer.
 */
export async function forget(): Promise<boolean> {
  // Undefined in a service worker, whose navigator has no container in Chromium.
  const container = navigator.serviceWorker as
    ServiceWorkerContainer | undefined;
  const worker = container?.controller;
  if (!worker) return false;
  const { port1, port2 } = new MessageChannel();
  try {
    return await new Promise<boolean>((resolve) => {
      port1.addEventListener('message', () => resolve(true), { once: true });
      port1.start();
      setTimeout(() => resolve(false), DEADLINE_MS);
      worker.postMessage({ mendbox: 1, ask: 'forget' }, [port2]);
    });
  } finally {
    port1.close();
  }
}
