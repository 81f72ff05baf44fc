/** What a row of the tables is: requests of one URL, what the origin answers, and what the page must see. */
import type { Answer } from '../origin.js';

/** A test of HTTP caching, as data. */
export interface HttpCase {
  /** A sentence of behaviour. */
  readonly name: string;
  /** The section that asks for it. */
  readonly spec: string;
  /** `required` is a MUST or what a page cannot do without, `optimal` is a request saved. */
  readonly kind: 'required' | 'optimal';
  /** In this order, each after the one before has been read to its end. */
  readonly requests: readonly [Exchange, ...Exchange[]];
  /** It needs no browser: it also runs in Node, against the policy engine alone. */
  readonly pure?: true;
  /** The engine where it holds, and why not in the other. */
  readonly only?: readonly [engine: 'chromium' | 'firefox', why: string];
  /** The engine where it does not hold, and why. */
  readonly not?: readonly [engine: 'webkit', why: string];
}

/**
 * One request of the page, what the origin answers if it is asked, and what must come of both.
 *
 * With an `answer` the origin must be asked, without one it must not be.
 */
export interface Exchange {
  /** What follows the case's own URL: a query, or a path of its own beginning with a slash. */
  readonly at?: string;
  /** So many seconds pass before; no browser waits so long, hence a row with it runs in Node only. */
  readonly later?: number;
  /** Asks the second origin. */
  readonly elsewhere?: true;
  /** Loads the URL into a frame instead of fetching it; then `body` is the document's text. */
  readonly navigate?: true;
  readonly init?: RequestInit;
  /** A cookie, as `name=value`, that the page sets for the URL before it asks. */
  readonly cookie?: string;
  readonly answer?: Answer | typeof HANG_UP | undefined;
  /** Answers an OPTIONS request; without it a preflight is refused. */
  readonly preflight?: Answer;
  /** What another URL of this case answers in the meantime, such as a redirect's target. */
  readonly also?: readonly [at: string, answer: Answer];
  /** Whether the origin is asked first is the engine's affair: not every one shows a worker all of a request. */
  readonly optional?: true;
  /** It is stored before anything else is asked for. */
  readonly kept?: true;
  /** The origin is asked behind the page's back. */
  readonly behind?: true;
  /** What is behind takes its time: asked again and again until all is as expected. */
  readonly eventually?: true;

  /** Fields as they reach the origin; undefined: not there. */
  readonly sent?: Fields;
  readonly status?: number;
  readonly body?: string;
  /** Fields as the page sees them; undefined: not there. */
  readonly headers?: Fields;
  /** The whole field; `ttl` and `Age` may be off by a few seconds. */
  readonly cacheStatus?: string | undefined;
  /** The fetch rejects. */
  readonly error?: true;
  readonly type?: ResponseType;
}

/** Field names in lower case, and what their values must be. */
export type Fields = Readonly<Record<string, string | RegExp | undefined>>;

/** The origin closes the connection without a word. */
export const HANG_UP = Symbol('hang up');

/** An hour's freshness. */
export const FRESH = { 'cache-control': 'max-age=3600' } as const;

/** The Cache-Status of what is stored with FRESH, when it answers. */
export const HIT = 'mendbox; hit; ttl=3600';

/** Was fresh until 40 seconds ago, and can be validated. */
export const STALE = {
  'cache-control': 'max-age=60',
  age: '100',
  etag: '"one"',
} as const;

/** What a 304 says to make it fresh. */
export const NOT_MODIFIED: Answer = { status: 304, headers: FRESH };

/** An answer with status 200. */
export const ok = (
  body: string,
  headers: Readonly<Record<string, string>> = FRESH,
): Answer => ({ headers, body });

/** When the tables were made, in milliseconds since the epoch; the clock of pure rows begins here. */
export const BEGINNING = Date.now();

/** An HTTP-date so many seconds from the beginning. */
export const httpDate = (seconds: number): string =>
  new Date(BEGINNING + seconds * 1000).toUTCString();

/** A request with these fields. */
export const withHeaders = (
  headers: Readonly<Record<string, string>>,
): RequestInit => ({ headers });

/** Marks rows as pure. */
export const pure = (rows: readonly HttpCase[]): HttpCase[] =>
  rows.map((row) => ({ ...row, pure: true }));

/** Whether a row takes more time than a browser is given. */
export const takesTime = ({ requests }: HttpCase): boolean =>
  requests.some(({ later }) => later !== undefined);
