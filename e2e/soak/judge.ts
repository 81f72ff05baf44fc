/** Judges what the pages of the soak saw: no excuse but what the origin did to that very request, or a killed worker. */
import { isHit } from '../fixtures.js';
import { sha256 } from '../origin.js';
import {
  isLarge,
  maxAgeOf,
  tokenOf,
  type Outcome,
  type Release,
  type Truth,
} from './origin.js';
import type { Asked, Got, Ran, Way } from './page.js';

/** What came of one request. */
export type Verdict =
  | 'right'
  /** The origin cut, refused or replaced its answer to this request, and the page saw just that. */
  | 'origin'
  /** A stored body of several slices broke after its head had gone, and the origin has another by now. */
  | 'torn'
  /** The browser asked the origin without the worker, and its own HTTP cache spoiled the answer, or broke it off. */
  | 'alone'
  /** A worker was killed while it answered; the page asks again. */
  | 'cut'
  | { readonly wrong: string }
  | { readonly failed: string };

/** A stretch of time, in milliseconds since the epoch. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const overlaps = (a: Span, b: Span): boolean =>
  a.start <= b.end && b.start <= a.end;

/** How exact the times of HTTP are: seconds, rounded twice. */
const SLACK_MS = 2_000;

const HTML = sha256('<!doctype html>please log in');
const NOTHING = sha256('');

/** What an origin does that cannot answer. */
const BAD = new Set<Outcome | undefined>(['cut', 'down', 'html']);

/** What made a URL's earlier releases invalid, and when the page knew. */
interface Posted {
  readonly end: number;
  readonly number: number;
}

export class Judge {
  /** When workers were killed. */
  readonly kills: Span[] = [];
  /** When one worker took over from another. */
  readonly swaps: Span[] = [];
  readonly #truth: Truth;
  readonly #scripts: Truth;
  readonly #posts = new Map<string, Posted>();

  constructor(truth: Truth, scripts: Truth) {
    this.#truth = truth;
    this.#scripts = scripts;
  }

  /** Whether what a page may not see was at work then. */
  #wasKilled(span: Span): boolean {
    return this.kills.some((kill) => overlaps(kill, span));
  }

  judge(asked: Asked, got: Got): Verdict {
    const path = `/soak/${asked.n}`;
    const outcomes = this.#truth.outcomes(asked.id);
    const what = `${asked.way} ${path}: ${JSON.stringify(got)}; the origin: ${outcomes.join(', ')}`;
    if (got.error !== undefined)
      return this.#failure(asked.n, path, got, outcomes) ?? { failed: what };
    if (asked.way === 'post')
      return this.#post(asked, path, got, outcomes, what);
    const why = this.#isAsOrigin(got, outcomes)
      ? 'origin'
      : this.#mistake(asked, path, got, outcomes);
    if (why === 'origin') return why;
    if (why === undefined) return 'right';
    // Chromium does without a worker that was stopped as it began.
    return got.cacheStatus === '' ? 'alone' : { wrong: `${why}: ${what}` };
  }

  /** Why a request may fail; undefined when it must not. */
  #failure(
    n: number,
    path: string,
    got: Got,
    outcomes: readonly Outcome[],
  ): Verdict | undefined {
    if (this.#wasKilled(got)) return 'cut';
    const last = outcomes.at(-1);
    if (last === 'cut') return 'origin';
    // A head without Cache-Status is no worker's.
    if (got.status !== 0 && got.cacheStatus === '') return 'alone';
    // The head has gone: the rest can come from the origin only.
    if (!isLarge(n) || got.status === 0) return undefined;
    if (last === 'down' || last === 'html') return 'origin';
    return got.etag === this.#truth.current(path).etag ? undefined : 'torn';
  }

  /** Whether the page saw the origin's own bad answer, and not one that was stored. */
  #isAsOrigin(got: Got, outcomes: readonly Outcome[]): boolean {
    if (isHit.test(got.cacheStatus)) return false;
    // Chromium starts a killed worker again, and gives it the request again.
    const shown = this.#wasKilled(got) ? outcomes : outcomes.slice(-1);
    if (shown.includes('down') && got.status === 503) return true;
    const isHtml = got.sha256 === HTML || got.sha256 === NOTHING;
    return shown.includes('html') && got.status === 200 && isHtml;
  }

  #post(
    { id }: Asked,
    path: string,
    got: Got,
    outcomes: readonly Outcome[],
    what: string,
  ): Verdict {
    const isOnce = outcomes.join() === 'posted' || this.#wasKilled(got);
    if (got.status !== 200 || !isOnce)
      return { wrong: `not posted once: ${what}` };
    const number = this.#truth.posted.get(id) ?? 0;
    const around = { start: got.start - SLACK_MS, end: got.end + SLACK_MS };
    const isQuiet = ![...this.kills, ...this.swaps].some((span) =>
      overlaps(span, around),
    );
    // A worker that is killed before it has dropped what a POST made invalid cannot drop it.
    const known = this.#posts.get(path)?.number ?? 0;
    if (isQuiet && number > known)
      this.#posts.set(path, { end: got.end, number });
    return 'right';
  }

  /** What is wrong with an answer; undefined when nothing is. */
  #mistake(
    asked: Asked,
    path: string,
    got: Got,
    outcomes: readonly Outcome[],
  ): string | undefined {
    const release = this.#truth.release(path, got.etag ?? '');
    if (!release) return 'no release';
    if (!this.#isRelease(asked.way, path, got, release))
      return 'another status, range or body';
    // RFC 9111 section 4.2.4: what is stale may stand in for an origin that cannot be reached.
    const standsIn =
      got.cacheStatus.includes('stale-if-error') && outcomes.includes('cut');
    // Both engines' own HTTP caches believe a 304 of another representation, with a worker and without.
    const isBelieved =
      !/^mendbox; hit|fwd-status=304/.test(got.cacheStatus) &&
      outcomes.at(-1) === 'lie';
    return standsIn || isBelieved
      ? undefined
      : this.#tooOld(asked, path, got, release);
  }

  #isRelease(
    way: Way,
    path: string,
    { status, range, sha256: hash }: Got,
    { etag, body }: Release,
  ): boolean {
    if (status === 206)
      return (
        way === 'range' &&
        range === `bytes 20-119/${body.length}` &&
        hash === this.#truth.hash(path, etag, 20, 120)
      );
    const whole = way === 'head' ? NOTHING : this.#truth.hash(path, etag);
    return status === 200 && hash === whole;
  }

  #tooOld(
    { n, way }: Asked,
    path: string,
    got: Got,
    release: Release,
  ): string | undefined {
    const post = this.#posts.get(path);
    if (post && got.start > post.end && release.number < post.number)
      return `invalidated by the POST of ${post.number}, which ended at ${post.end}`;
    const isAsked = way === 'no-cache' || way === 'reload';
    const isHeld = isAsked || isHit.test(got.cacheStatus);
    const maxAge = isAsked ? 0 : maxAgeOf(n) * 1_000;
    return isHeld && release.vouched < got.start - maxAge - SLACK_MS
      ? 'stale'
      : undefined;
  }

  /** Judges a script element that was loaded within this time. */
  judgeScript({ path, etag, token }: Ran, within: Span): Verdict {
    const outcomes = this.#scripts.outcomes(path);
    const what = `${path}: ${etag}; the origin: ${outcomes.join(', ')}`;
    if (etag !== undefined)
      return this.#scripts.release(path, etag) && token === tokenOf(etag)
        ? 'right'
        : { wrong: what };
    if (this.#wasKilled(within)) return 'cut';
    const last = outcomes.at(-1);
    return BAD.has(last) ? 'origin' : { failed: what };
  }
}
