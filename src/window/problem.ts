/** Says in plain words why a worker could not be registered. */
import { container } from './ask.js';

/** Why a page goes without a worker; the values are stable across releases. */
export type Reason =
  /** The browser has no service workers, or not in this kind of page (a sandboxed frame, a private window). */
  | 'unsupported'
  /** The page is neither https:// nor of localhost. */
  | 'insecure'
  /** The user or a policy blocks storage for this site. */
  | 'blocked'
  /** The URL or the scope that was given cannot be parsed. */
  | 'wrong-url'
  /** The worker's script is of another origin. */
  | 'wrong-origin'
  /** The server has no such file. */
  | 'missing'
  /** The server sends the file as something that is not JavaScript, often the app's own HTML. */
  | 'wrong-type'
  /** The server redirects to another URL, which service workers do not follow. */
  | 'redirected'
  /** The scope is above the script's folder. */
  | 'wrong-scope'
  /** The script cannot be fetched: offline, or the server is away. */
  | 'unreachable'
  /** The script is there, but does not start. */
  | 'broken';

/** What went wrong, and what to do about it. */
export interface Problem {
  readonly reason: Reason;
  /** For people: what is wrong, where, and what to do. */
  readonly message: string;
}

// The two types that servers really send, with their x- forms.
const JAVASCRIPT = /^(text|application)\/(x-)?(java|ecma)script/i;

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

/** What is wrong with the answer that a server gives for a script, if anything. */
function responseProblem(
  { href }: URL,
  { ok, status, redirected, url, headers }: Response,
): Problem | undefined {
  if (!ok) {
    return problem(
      'missing',
      `${href} answers with status ${status}. Copy mendbox/dist/worker.js to where the server serves it, or give register() its URL.`,
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
      `${href} is served as ${type}, not text/javascript. Often the file is missing and a page is sent for it.`,
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
 * Engines say it in words of their own, or only "The operation is insecure", so
 * the script is fetched and looked at.
 */
async function scriptProblem(
  script: URL,
  scope: URL,
  error: unknown,
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
      : problem('broken', `${href} does not start, see its console: ${why}`))
  );
}

/** Why register() failed: the page has no service workers, or the browser refused the script. */
export function problemOf(
  url: string | URL,
  scope: string | undefined,
  error: unknown,
): Problem | Promise<Problem> {
  if (!container()) return environmentProblem();
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
  return scriptProblem(script, within, error);
}
