/** A hidden page below another path, so that another worker answers it. */
import { make } from './dom.js';

/** A frame whose own worker controls it. */
export interface Frame {
  /** As a script of that page would call it. */
  fetch(url: string): Promise<Response>;
}

/** Opens the frame of a scope, registers the worker that stands there, and waits until it is in control. */
export async function openFrame(scope: string): Promise<Frame> {
  const element = make('iframe', { src: scope, title: scope, hidden: '' });
  const isLoaded = new Promise((resolve) => {
    element.addEventListener('load', resolve, { once: true });
  });
  document.body.append(element);
  await isLoaded;
  const page = element.contentWindow;
  if (!page) throw new TypeError(`the frame ${scope} did not open`);
  const workers = page.navigator.serviceWorker;
  const script = new URL(`${scope}worker.js`, location.href).href;
  const controlled = new Promise<void>((resolve) => {
    // At first it is the worker of this page, for its scope is the whole origin.
    const look = (): void => {
      if (workers.controller?.scriptURL === script) resolve();
    };
    workers.addEventListener('controllerchange', look);
    look();
  });
  await workers.register(script, { updateViaCache: 'none' });
  await controlled;
  return { fetch: (url) => page.fetch(url) };
}
