/**
 * Says in plain words why a worker could not be registered or asked. Built as a file of its own,
 * dist/problem.js, which a page loads only when something is wrong.
 */
import type { RefusalEvent } from '../fault.js';
import { wrongIn, type Takes } from '../given.js';
import type { AskName } from '../messages.js';
import type { AskOptions } from './ask.js';
import type { RegisterOptions } from './register.js';

/** Why a page goes without a worker; the values are stable across releases. */
export type Reason =
  /** The browser has no service workers, or not in this kind of page (a sandboxed frame, a private window). */
  | 'unsupported'
  /** The page is neither https:// nor of localhost. */
  | 'insecure'
  /** The user or a policy blocks storage for this site. */
  | 'blocked'
  /**
   * register() was given an option that it does not have, or not what that takes. The worker is registered all
   * the same, unless the browser refuses the value.
   */
  | 'wrong-option'
  /** The URL or the scope that was given cannot be parsed. */
  | 'wrong-url'
  /** The worker's script is of another origin. */
  | 'wrong-origin'
  /** The server has no such file: it answers 404 or 410. */
  | 'missing'
  /** The server answers with another status than 200, such as 500 or 403. */
  | 'wrong-status'
  /** The server sends the file as something that is not JavaScript, often the app's own HTML. */
  | 'wrong-type'
  /** The server redirects to another URL, which service workers do not follow. */
  | 'redirected'
  /** The scope is above the script's folder. */
  | 'wrong-scope'
  /** The script cannot be fetched: offline, or the server is away. */
  | 'unreachable'
  /** The script is there, but does not start: it throws, or an option that it gives is wrong. */
  | 'broken'
  /** `dist/problem.js`, which says why, could not be loaded. */
  | 'unexplained';

/** What went wrong, and what to do about it. */
export interface Problem {
  readonly reason: Reason;
  /** For people: what is wrong, where, and what to do. */
  readonly message: string;
}

// The two types that servers really send, with their x- forms.
const JAVASCRIPT = /^(text|application)\/(x-)?(java|ecma)script/i;

const MISSING = new Set([404, 410]);

/** How long to wait for what a worker says that does not start, in milliseconds. */
const SAYS_MS = 1_000;

/** What register() takes. */
const REGISTER: Takes<RegisterOptions> = [
  'onProblem: function',
  'onUpdate: function',
  'onMismatch: function',
  'scope: string',
  'type: "classic"',
  'type: "module"',
  'updateViaCache: "imports"',
  'updateViaCache: "all"',
  'updateViaCache: "none"',
];

const problem = (reason: Reason, message: string): Problem => ({
  reason,
  message,
});

/** Why a page has no service worker container at all. */
function environmentProblem(): Problem {
  return isSecureContext
    ? problem('unsupported', 'this page has no service workers.')
    : problem(
        'insecure',
        `service workers need https or localhost, not ${location.origin}.`,
      );
}

/** Where the ready-made worker comes from. */
const COPY =
  'Copy mendbox/dist/worker.js to where the server serves it (with Vite, add the plugin of mendbox/vite instead)';

/** What is wrong with the answer that a server gives for a script, if anything. */
function responseProblem(
  { href }: URL,
  { ok, status, redirected, url, headers }: Response,
): Problem | undefined {
  if (MISSING.has(status)) {
    return problem(
      'missing',
      `${href} answers with status ${status}. ${COPY}, or give register() its URL.`,
    );
  }
  if (!ok) {
    return problem(
      'wrong-status',
      `${href} answers with status ${status}, where a worker's script needs 200. Look at what the server logs for it.`,
    );
  }
  if (redirected) {
    return problem(
      'redirected',
      `${href} redirects, which a worker must not. Give register() the URL ${url}`,
    );
  }
  const type = headers.get('content-type');
  if (!JAVASCRIPT.test(type ?? '')) {
    return problem(
      'wrong-type',
      `${href} is served ${type === null ? 'without a Content-Type' : `as ${type}`}, not as text/javascript. Often the file is missing and a page is sent for it. ${COPY}, or give register() its URL.`,
    );
  }
  return undefined;
}

/** Whether the scope lies within what the script may control (Service Workers, "max scope"). */
function scopeProblem(
  script: URL,
  { pathname }: URL,
  { headers }: Response,
): Problem | undefined {
  const allowed = headers.get('service-worker-allowed') ?? './';
  const highest = new URL(allowed, script).pathname;
  return pathname.startsWith(highest)
    ? undefined
    : problem(
        'wrong-scope',
        `${script.href} may control ${highest}, not ${pathname}. Move it up, narrow the scope, or serve it with Service-Worker-Allowed: ${pathname}`,
      );
}

/**
 * Finds out why the browser refused a script.
 *
 * Engines say it in words of their own, or only "The operation is insecure", so the script is fetched and looked at.
 */
async function scriptProblem(
  script: URL,
  scope: URL,
  error: unknown,
  again: () => Promise<unknown>,
  wrong: string | undefined,
): Promise<Problem> {
  const { href, origin } = script;
  const { name, message: why } = error as Error;
  if (origin !== location.origin) {
    return problem(
      'wrong-origin',
      `${href} is not of this page's origin. Serve the worker from ${location.origin}.`,
    );
  }
  let response: Response;
  try {
    response = await fetch(script, { cache: 'no-store' });
  } catch {
    return problem(
      'unreachable',
      `${href} cannot be fetched: offline, or the server is away.`,
    );
  }
  return (
    responseProblem(script, response) ??
    scopeProblem(script, scope, response) ??
    (name === 'SecurityError'
      ? problem('blocked', `the browser blocks storage for this site: ${why}`)
      : wrong
        ? problem('wrong-option', wrong)
        : brokenProblem(script, why, again))
  );
}

/**
 * What a worker's own mendbox says of its options, heard while the browser tries once `again`; undefined when it says
 * nothing.
 */
async function refusal(
  again: () => Promise<unknown>,
): Promise<string | undefined> {
  const channel = new BroadcastChannel('mendbox');
  const told = new Promise<string>((resolve) => {
    channel.addEventListener(
      'message',
      ({ data }: MessageEvent<Partial<RefusalEvent> | null>) => {
        if (data?.type === 'refusal' && data.message !== undefined)
          resolve(data.message);
      },
    );
  });
  await again().catch(() => undefined);
  const nothing = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), SAYS_MS);
  });
  const message = await Promise.race([told, nothing]);
  channel.close();
  return message;
}

async function brokenProblem(
  { href }: URL,
  why: string,
  again: () => Promise<unknown>,
): Promise<Problem> {
  const message = await refusal(again).catch(() => undefined);
  return problem(
    'broken',
    message === undefined
      ? `${href} does not start: ${why} What it throws stands in its own console: in Chromium and Safari that of the developer tools (Application, Service workers), in Firefox about:debugging.`
      : `${href} does not start: ${message}`,
  );
}

/** What is odd about a worker that is registered. */
export function oddity(scope: string, options: RegisterOptions): Problem {
  const wrong = wrongIn('register()', options, REGISTER);
  return wrong
    ? problem('wrong-option', wrong)
    : problem('wrong-scope', `${scope} holds the worker, not this page.`);
}

/** Why register() failed: the page has no service workers, or the browser refused the script. */
export function problemOf(
  workers: ServiceWorkerContainer | undefined,
  url: string | URL,
  options: RegistrationOptions,
  error: unknown,
): Problem | Promise<Problem> {
  if (!workers) return environmentProblem();
  const { scope, type, updateViaCache } = options;
  const base = document.baseURI;
  let script: URL;
  let within: URL;
  try {
    script = new URL(url, base);
    within = scope === undefined ? new URL('./', script) : new URL(scope, base);
  } catch {
    const given = scope === undefined ? url : `${url} or the scope ${scope}`;
    return problem('wrong-url', `${given} is not a URL.`);
  }
  // The values of these the browser refuses itself.
  const wrong = wrongIn('register()', { type, updateViaCache }, REGISTER);
  const again = (): Promise<unknown> => workers.register(script, options);
  return scriptProblem(script, within, error, again, wrong);
}

const ASK: Takes<AskOptions> = [
  'timeoutMs: number',
  'cacheName: string',
  'onProgress: function',
];

const said = (what: string): string => `mendbox: ${what}`;

/** What is thrown where an ask cannot be made. */
export function wrongAsk(ask: AskName, options: AskOptions): Error {
  const wrong = wrongIn(`${ask}()`, options, ASK);
  return wrong
    ? new TypeError(said(wrong))
    : new Error(said(environmentProblem().message));
}

/** What is thrown where no worker answers an ask. */
export const silence = (
  ask: AskName,
  script: string | undefined,
  timeoutMs: number,
): Error =>
  new Error(
    said(
      script
        ? `${script} did not answer '${ask}' in ${timeoutMs} ms. Has it a cache of mendbox?`
        : `no worker is active for this page to answer '${ask}'. The result of register() says why.`,
    ),
  );
