/** Registers the worker; the app works without one, only uncached. */
import { container } from './ask.js';
import { environmentProblem, scriptProblem, type Problem } from './problem.js';

/** How to register; the browser's own options, and what to do with a problem. */
export interface RegisterOptions extends RegistrationOptions {
  /** Called when there will be no worker. Default: a warning on the console. */
  onProblem?: (problem: Problem) => void;
}

/** A worker is registered. */
export interface Registered {
  readonly registered: true;
  readonly registration: ServiceWorkerRegistration;
  /** Resolves when a worker controls this page; never on a page that was reloaded past its worker. */
  readonly controlled: Promise<void>;
}

/** There is no worker, and the page goes to the network as if mendbox were not there. */
export interface Unregistered extends Problem {
  readonly registered: false;
}

function controlled(workers: ServiceWorkerContainer): Promise<void> {
  return new Promise((resolve) => {
    if (workers.controller) return resolve();
    workers.addEventListener('controllerchange', () => resolve(), {
      once: true,
    });
  });
}

function warn({ message }: Problem): void {
  // oxlint-disable-next-line no-console -- a missing worker is silent otherwise
  console.warn(`mendbox: no worker, this page is not cached: ${message}`);
}

/**
 * Registers a worker that uses mendbox, by default the ready-made one at
 * /worker.js.
 *
 * Never rejects: without a worker the app works, only uncached. What is wrong
 * is said in plain words by the result and by `onProblem`.
 */
export async function register(
  url: string | URL = '/worker.js',
  { onProblem = warn, ...options }: RegisterOptions = {},
): Promise<Registered | Unregistered> {
  const without = (problem: Problem): Unregistered => {
    onProblem(problem);
    return { registered: false, ...problem };
  };
  const workers = container();
  if (!workers) return without(environmentProblem());
  const script = new URL(url, document.baseURI);
  try {
    const registration = await workers.register(script, options);
    return { registered: true, registration, controlled: controlled(workers) };
  } catch (error) {
    const scope =
      options.scope === undefined
        ? new URL('./', script)
        : new URL(options.scope, document.baseURI);
    return without(await scriptProblem(script, scope, error));
  }
}

/**
 * Unregisters the worker of this page; resolves to whether there was one.
 *
 * The page stays under its control until it is reloaded, and what is stored
 * stays: call purge({ all: true }) before to drop that too.
 */
export async function unregister(): Promise<boolean> {
  const registration = await container()?.getRegistration();
  return (await registration?.unregister()) ?? false;
}
