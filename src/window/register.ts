/** Registers the worker; the app works without one, only uncached. */
import { VERSION } from '../version.js';
import { ask, container, isOdd, told } from './ask.js';
import type { Problem, problemOf } from './problem.js';
import { watch } from './update.js';

/** How to register; the browser's own options, and what to do with a problem. */
export interface RegisterOptions extends RegistrationOptions {
  /** Called when there will be no worker, or none for this page. Default: a warning on the console. */
  onProblem?: (problem: Problem) => void;
  /**
   * Called once for each newer worker that waits for this page to close, or has just taken over: `accept` makes it take
   * over and reloads the page. Calling it again does nothing.
   */
  onUpdate?: (accept: () => void) => void;
  /** Called when the worker that controls the page is of another version of mendbox; undefined: it does not say. */
  onMismatch?: (versions: Versions) => void;
}

/** The versions of mendbox that a page and its worker were built with. */
export interface Versions {
  readonly page: string;
  readonly worker: string | undefined;
}

/** A worker is registered. */
export interface Registered {
  readonly registered: true;
  readonly registration: ServiceWorkerRegistration;
  /** Resolves when a worker controls this page; never on a page outside its scope, or reloaded past it. */
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
  console.warn(`mendbox: ${message}`);
}

/**
 * Registers a worker that uses mendbox, by default the ready-made one at /worker.js.
 *
 * Never rejects: without a worker the app works, only uncached. What is wrong is said in plain words by the result and
 * by `onProblem`.
 */
export async function register(
  url: string | URL = '/worker.js',
  given: RegisterOptions = {},
): Promise<Registered | Unregistered> {
  const { onProblem, onUpdate, onMismatch, ...options } = Object(
    given,
  ) as RegisterOptions;
  const tell = typeof onProblem === 'function' ? onProblem : warn;
  const workers = container();
  try {
    if (!workers) throw new TypeError('no workers');
    const script = new URL(url, document.baseURI);
    const registration = await workers.register(script, options);
    const { scope } = registration;
    const { scope: meant, type: _, updateViaCache: __, ...others } = options;
    if (
      isOdd(others, onProblem, onUpdate, onMismatch) ||
      // Who names a scope means it.
      (!meant && !location.href.startsWith(scope))
    )
      await told()
        .then(({ oddity }) => tell(oddity(scope, given)))
        // There is a worker all the same.
        .catch(reportError);
    const control = controlled(workers);
    if (onUpdate) watch(registration, onUpdate);
    if (onMismatch) void control.then(() => shakeHands(onMismatch));
    return { registered: true, registration, controlled: control };
  } catch (error) {
    const problem = await explain(workers, url, options, error);
    tell(problem);
    return { registered: false, ...problem };
  }
}

/** What is wrong, in plain words. */
async function explain(
  ...facts: Parameters<typeof problemOf>
): Promise<Problem> {
  try {
    return await (await told()).problemOf(...facts);
  } catch {
    const [, url, , error] = facts;
    // Who is offline can load nothing, what explains it included.
    const reason = await fetch(url, { cache: 'no-store' }).then(
      () => 'unexplained' as const,
      () => 'unreachable' as const,
    );
    return {
      reason,
      message: `${url}: ${String(error)} (problem.js is missing)`,
    };
  }
}

async function shakeHands(
  onMismatch: (versions: Versions) => void,
): Promise<void> {
  const reply = await ask({ ask: 'version' }).catch(() => undefined);
  const worker = reply?.version;
  if (worker !== VERSION) onMismatch({ page: VERSION, worker });
}

/**
 * Unregisters the worker of this page; resolves to whether there was one.
 *
 * The page stays under its control until it is reloaded, and what is stored stays: call purge({ all: true }) before to
 * drop that too.
 */
export async function unregister(): Promise<boolean> {
  const registration = await container()?.getRegistration();
  return (await registration?.unregister()) ?? false;
}
