/** Tells the app of a newer worker. */

/** Calls back once for each worker that waits in a registration, or replaces another, from now on. */
export function watch(
  registration: ServiceWorkerRegistration,
  onUpdate: (accept: () => void) => void,
): void {
  let told: ServiceWorker | undefined;
  const look = (): void => {
    const { waiting, active } = registration;
    // Without an older one it is no update.
    if (!waiting || !active || waiting === told) return;
    told = waiting;
    let accepted = false;
    onUpdate(() => {
      if (accepted) return;
      accepted = true;
      const reload = (): void => {
        if (waiting.state === 'activated') location.reload();
      };
      waiting.addEventListener('statechange', reload);
      waiting.postMessage({ type: 'SKIP_WAITING' });
      reload();
    });
  };
  const follow = (): void =>
    registration.installing?.addEventListener('statechange', look);
  registration.addEventListener('updatefound', follow);
  follow();
  look();
}
