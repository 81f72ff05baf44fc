/**
 * mendbox: never a wrong byte, never a failed request that the network could have answered.
 *
 * The story of one request, told by the steps of next():
 *
 *   request -> clone -> lookup (memory tier, else one readonly transaction over both stores)
 *           -> fresh: answer | stale: ask the origin | miss: forward | broken: heal
 *
 * Each stage takes a Step and returns the next; nothing calls back up. Between stages there are values, not exceptions:
 * the only thing that leaves is the network's own rejection. Writing happens behind the answer, in waitUntil, and a write
 * or a drop that fails never fails a request.
 */
import { IS_READY_MADE } from '../ready-made.js';
import type { Entry } from '../store/records.js';
import { baseOf } from '../store/variant.js';
import { gatewayTimeout } from './answer.js';
import { Core } from './core.js';
import { updateByHead } from './freshen.js';
import { heal } from './heal.js';
import { hooksBehind, hooksOf, type Hooks } from './hooks.js';
import { isSameOrigin } from './key.js';
import { isLookedUp, look } from './look.js';
import { isOffline } from './mode.js';
import { settingsOf, type HealingCacheOptions } from './options.js';
import { completed } from './partial.js';
import { enter } from './realm.js';
import { receive, receiveUnsafe } from './receive.js';
import { validatorOf } from './refetch.js';
import { answerFrom, fromMemory } from './serve.js';
import { Upkeep, type Handled } from './upkeep.js';
import { validate } from './validate.js';
import {
  done,
  forwarding,
  keepAlive,
  type FetchEventLike,
  type Step,
  type Unfinished,
  type Visit,
  type Why,
} from './visit.js';

/** What handle() and handleAll() take: Workbox's and Serwist's RouteHandlerObject by shape. */
export interface HandleOptions {
  readonly event?: FetchEventLike;
  readonly request: Request | string;
  readonly url?: URL;
  readonly params?: unknown;
  /** What somebody else has to say about this request; HealingStrategy's way in. */
  readonly hooks?: Hooks | undefined;
  /** The answer goes to respondWith() and nowhere else: its body may be handed out in memory that is used again. */
  readonly isDirect?: boolean;
}

const SAFE_READS = new Set(['GET', 'HEAD']);
/** Fields with which a page makes its own conditional request (Fetch Standard, HTTP-network-or-cache fetch). */
const PAGE_CONDITIONS = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
];

/** Whether the URL's query has a parameter `mendbox-bypass`; a header field of that name would cause preflights. */
const isBypassed = (url: string): boolean =>
  url.includes('mendbox-bypass') &&
  new URL(url).searchParams.has('mendbox-bypass');

const isPageConditional = ({ headers }: Request): boolean =>
  PAGE_CONDITIONS.some((name) => headers.has(name)) ||
  (headers.has('if-range') && !headers.has('range'));

/** Keeps the worker until a preload has come, whether it is used or not: browsers break it off otherwise, and complain. */
function settlePreload(event: FetchEventLike | undefined): void {
  const preload = event?.preloadResponse?.catch(() => undefined);
  if (preload) keepAlive(event, preload);
}

/** Whether an entry is of the very URL that was asked for; else No-Vary-Search makes them equivalent. */
const isOwn = ({ base }: Visit, { record }: Entry): boolean =>
  baseOf(record.key) === base;

/** An HTTP cache for a service worker that verifies what it stored and heals what is broken. */
export class HealingCache extends Upkeep {
  /** Throws a TypeError for a wrong option; the database starts to open at once. */
  constructor(options: HealingCacheOptions = {}) {
    const core = new Core(settingsOf(options));
    super(core);
    enter(this, core.settings.cacheName);
  }

  /**
   * Whether this cache has anything to do with a request. A worker leaves the others to the browser: other schemes,
   * opaque responses, `only-if-cached` across origins, and what the option `bypass` or `mendbox-bypass` in the URL's
   * query names.
   */
  accepts(request: Request): boolean {
    const { url, mode, cache, method } = request;
    if (!url.startsWith('http') || isBypassed(url)) return false;
    if (!IS_READY_MADE && this.core.settings.bypass?.(request)) return false;
    if (mode === 'no-cors' && !isSameOrigin(url)) return false;
    if (!SAFE_READS.has(method)) return true;
    return cache !== 'only-if-cached' || mode === 'same-origin';
  }

  /** Answers one request; rejects only with the network's own error. */
  handle(options: HandleOptions): Promise<Response> {
    return this.handleAll(options)[0];
  }

  /**
   * As handle(), and a promise that resolves when everything behind the answer is done; that one never rejects. Where a
   * callback of the options throws, the error is reported, and the request goes to the network as if there were no cache.
   */
  handleAll({ request: input, ...options }: HandleOptions): Handled {
    const request = typeof input === 'string' ? new Request(input) : input;
    // It has no callbacks.
    if (IS_READY_MADE) return this.#route(request, options);
    try {
      return this.#route(request, options);
    } catch (error) {
      // Nothing has been sent yet: whatever may throw is called before.
      reportError(error);
      return this.#pass(request, options.hooks);
    }
  }

  /** Decides who answers: the network alone, the memory tier at once, or one step after the other. */
  #route(
    request: Request,
    { event, hooks, isDirect = false }: Omit<HandleOptions, 'request'>,
  ): Handled {
    const { core } = this;
    const isUnsafe = !SAFE_READS.has(request.method);
    if (!this.accepts(request)) return this.#pass(request, hooks);
    if (request.mode === 'navigate') settlePreload(event);
    if (!isUnsafe && isPageConditional(request))
      return [core.network.conditional(request, hooks), Promise.resolve()];
    const visit = core.visit(request, { event, hooks, isDirect, isUnsafe });
    if (isUnsafe)
      return this.#withBackground(visit, receiveUnsafe(core, visit));
    core.ahead.note(visit.base, request.mode);
    // A hook is waited for.
    const quick = hooks ? undefined : fromMemory(core, visit);
    if (quick) return [Promise.resolve(quick), Promise.resolve()];
    return this.#withBackground(visit, this.#answer(visit, { is: 'lookup' }));
  }

  /** Sends a request as if there were no cache. */
  #pass(request: Request, hooks: Hooks | undefined): Handled {
    return [this.core.network.pass(request, hooks), Promise.resolve()];
  }

  #withBackground(visit: Visit, response: Promise<Response>): Handled {
    const behind = this.#finish(visit, response);
    keepAlive(visit.event, behind);
    return [response, behind];
  }

  async #finish(visit: Visit, response: Promise<Response>): Promise<void> {
    await response.catch(() => undefined);
    // What goes on behind may itself begin something.
    while (visit.background.length > 0)
      await Promise.allSettled(visit.background.splice(0));
    await this.core.uses.write();
  }

  /** Takes one step after the other, until there is a response. */
  async #answer(visit: Visit, first: Step): Promise<Response> {
    let step = first;
    while (step.is !== 'done') step = await this.#next(visit, step);
    return step.response;
  }

  #next(visit: Visit, step: Unfinished): Promise<Step> {
    switch (step.is) {
      case 'lookup':
        return this.#lookUp(visit);
      case 'stale-while-revalidate':
        this.#validateBehind(visit, step.stored);
        return this.#answerNow(visit, step);
      case 'fresh':
        return this.#answerNow(visit, step);
      case 'validate':
        return validate(this.core, visit, step);
      case 'only-if-cached':
        return this.#uncached(visit, step);
      case 'late':
        this.#goOnBehind(step.visit, step.next);
        return answerFrom(this.core, visit, step.entry, {
          ...visit.status,
          detail: 'network-timeout',
        });
      case 'miss':
        return this.#missed(visit, step);
      case 'broken':
        return heal(this.core, visit, step, () => this.#replay(visit));
      case 'store-fault':
        return this.#forward(visit, 'miss');
    }
  }

  #missed(visit: Visit, step: Step & { is: 'miss' }): Promise<Step> {
    if (isOffline(this.core.settings.mode))
      throw new TypeError(
        `mendbox: nothing stored answers ${visit.request.url}`,
      );
    // Of a part nobody can say whether it has the integrity of the whole.
    return step.beginning && !visit.request.integrity
      ? this.#complete(visit, step.beginning)
      : this.#forward(visit, step.why);
  }

  /** Looks up, and tells a hook when nothing stored can answer; it may know something that can. */
  async #lookUp(visit: Visit): Promise<Step> {
    const step = await look(this.core, visit);
    const willUse = hooksOf(visit)?.willUse;
    if (!willUse || step.is !== 'miss' || !isLookedUp(step.why)) return step;
    const given = await willUse(undefined);
    return given ? done(given) : step;
  }

  /** Answers from what is stored, without the network. */
  #answerNow(
    visit: Visit,
    { stored, ttl }: { stored: Entry; ttl: number },
  ): Promise<Step> {
    const { status } = visit;
    return answerFrom(this.core, visit, stored, {
      ...(status.collapsed ? status : { hit: true }),
      ...(!isOwn(visit, stored) && { key: stored.record.url }),
      ttl,
    });
  }

  /** Nothing is stored and nobody may ask the origin; the browser's own HTTP cache may still know a redirect. */
  async #uncached(
    { clone, hooks }: Visit,
    { answer }: Step & { is: 'only-if-cached' },
  ): Promise<Step> {
    if (answer === 'gateway-timeout')
      return done(gatewayTimeout({ detail: 'only-if-cached' }));
    return done(await this.core.network.pass(clone, hooks));
  }

  /** Goes to the network without a stored response. */
  async #forward(visit: Visit, why: Why): Promise<Step> {
    const { core } = this;
    if (isLookedUp(why) && (await core.join(visit, why)))
      return { is: 'lookup' };
    visit.status = forwarding(visit, why);
    return done(await this.#ask(visit, 'plain'));
  }

  /** Asks for what is missing behind a stored beginning; for the whole where the two do not fit. */
  async #complete(visit: Visit, beginning: Entry): Promise<Step> {
    const { core } = this;
    visit.status = forwarding(visit, 'partial');
    // Begun before the origin is asked: what outdates the URL meanwhile outdates what comes of it.
    const flight = core.flights.begin(visit.base);
    const rest = await core.network
      .part(visit, `bytes=${beginning.record.length}-`, validatorOf(beginning))
      .catch(() => undefined);
    const whole = rest && (await completed(core, visit, beginning, rest));
    if (whole) return done(receive(core, visit, whole, flight));
    flight.end();
    rest?.response.body?.cancel().catch(() => undefined);
    return this.#forward(visit, 'miss');
  }

  async #replay(visit: Visit): Promise<Response> {
    // A hook sees a miss: there is nothing stored that could be shown to it.
    await hooksOf(visit)?.willUse?.(undefined);
    return this.#ask(visit, 'replay');
  }

  /** Asks the network, and keeps others of the same URL waiting until it has answered. */
  async #ask(visit: Visit, how: 'plain' | 'replay'): Promise<Response> {
    const { core } = this;
    core.counts.misses++;
    const flight = core.flights.begin(visit.base);
    try {
      const arrival = await core.network[how](visit);
      if (visit.request.method === 'HEAD')
        updateByHead(core, visit, arrival, flight);
      return receive(core, visit, arrival, flight);
    } catch (error) {
      flight.end();
      throw error;
    }
  }

  /** Validates behind an answer that was given already (RFC 5861 section 3). */
  #validateBehind(visit: Visit, entry: Entry): void {
    const { core } = this;
    if (core.flights.asking(visit.base)) return;
    const own: Visit = {
      ...visit,
      status: {},
      joined: true,
      hooks: hooksBehind(visit),
    };
    const step = { stored: entry, why: 'stale' } as const;
    this.#goOnBehind(own, validate(core, own, step));
  }

  /** Lets a request go on whose page has been answered otherwise. */
  #goOnBehind(visit: Visit, first: Promise<Step>): void {
    const work = async (): Promise<void> => {
      const response = await this.#answer(visit, await first);
      await response.body?.pipeTo(new WritableStream());
    };
    visit.background.push(work());
  }
}
