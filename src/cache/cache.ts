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
import {
  conditionalHeaders,
  errorAnswer,
  headUpdate,
  mayServeStale,
  reuse,
  currentAge,
  validation,
  type Reuse,
} from '../http/index.js';
import type { Entry, Policy } from '../store/records.js';
import { unusable } from '../store/records.js';
import { gatewayTimeout } from './answer.js';
import { Core } from './core.js';
import type { Flight } from './flight.js';
import type { Arrival } from './forward.js';
import { heal, type Healer } from './heal.js';
import { settle, type HealingCacheOptions } from './options.js';
import { completed, isBeginning } from './partial.js';
import { freshened, receive, receiveUnsafe } from './receive.js';
import { answerFrom, fromMemory, verifiedEntry } from './serve.js';
import { validatorOf } from './splice.js';
import { Upkeep } from './upkeep.js';
import { done, type FetchEventLike, type Step, type Visit } from './visit.js';

/** What handle() and handleAll() take: Workbox's and Serwist's RouteHandlerObject by shape. */
export interface HandleOptions {
  readonly event?: FetchEventLike;
  readonly request: Request | string;
  readonly url?: URL;
  readonly params?: unknown;
}

const SAFE_READS = new Set(['GET', 'HEAD']);
/** Fields with which a page makes its own conditional request (Fetch Standard, HTTP-network-or-cache fetch). */
const PAGE_CONDITIONS = [
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
];

const isPageConditional = ({ headers }: Request): boolean =>
  PAGE_CONDITIONS.some((name) => headers.has(name)) ||
  (headers.has('if-range') && !headers.has('range'));

/** An HTTP cache for a service worker that verifies what it stored and heals what is broken. */
export class HealingCache extends Upkeep {
  readonly #healer: Healer;

  /** Throws a TypeError for a wrong option; the database starts to open at once. */
  constructor(options: HealingCacheOptions = {}) {
    const core = new Core(settle(options));
    super(core);
    this.#healer = {
      join: (visit) => core.join(visit),
      drop: (broken) => core.drop(broken),
      replay: (visit) => this.#ask(visit, (network) => network.replay(visit)),
      tell: core.tell,
    };
    core.start();
  }

  /**
   * Whether this cache has anything to do with a request. A worker leaves the others to the browser: other schemes,
   * opaque responses, `only-if-cached` across origins.
   */
  accepts(request: Request): boolean {
    const { url, mode, cache, method } = request;
    if (!url.startsWith('http')) return false;
    const isOwn = url.startsWith(`${this.core.origin}/`);
    if (mode === 'no-cors' && !isOwn) return false;
    if (!SAFE_READS.has(method)) return true;
    return cache !== 'only-if-cached' || mode === 'same-origin';
  }

  /** Answers one request; rejects only with the network's own error. */
  handle(options: HandleOptions): Promise<Response> {
    return this.handleAll(options)[0];
  }

  /** As handle(), and a promise that resolves when everything behind the answer is done; that one never rejects. */
  handleAll({
    event,
    request: input,
  }: HandleOptions): [response: Promise<Response>, done: Promise<void>] {
    const request = typeof input === 'string' ? new Request(input) : input;
    if (!this.accepts(request))
      return [this.core.settings.fetch(request), Promise.resolve()];
    if (!SAFE_READS.has(request.method)) return this.#unsafe(request, event);
    if (isPageConditional(request))
      return [this.core.network.conditional(request), Promise.resolve()];
    const visit = this.core.visit(request, event);
    this.core.ahead.note(visit.base);
    const quick = fromMemory(this.core, visit);
    if (quick) return [Promise.resolve(quick), Promise.resolve()];
    return this.#withBackground(visit, this.#answer(visit));
  }

  #unsafe(
    request: Request,
    event: FetchEventLike | undefined,
  ): [Promise<Response>, Promise<void>] {
    const visit = this.core.unsafeVisit(request, event);
    return this.#withBackground(visit, receiveUnsafe(this.core, visit));
  }

  #withBackground(
    visit: Visit,
    response: Promise<Response>,
  ): [Promise<Response>, Promise<void>] {
    const behind = this.#finish(visit, response);
    try {
      visit.event?.waitUntil(behind);
    } catch {
      // The event is over: the writes go on for as long as the worker lives.
    }
    return [response, behind];
  }

  async #finish(visit: Visit, response: Promise<Response>): Promise<void> {
    await response.catch(() => undefined);
    // What goes on behind may itself begin something.
    while (visit.background.length > 0)
      await Promise.allSettled(visit.background.splice(0));
    await this.core.noteUses();
  }

  async #answer(visit: Visit): Promise<Response> {
    let step: Step = { is: 'lookup' };
    while (step.is !== 'done') step = await this.#next(visit, step);
    return step.response;
  }

  #next(visit: Visit, step: Step): Promise<Step> | Step {
    switch (step.is) {
      case 'lookup':
        return this.#lookup(visit);
      case 'fresh':
        if (step.behind) this.#validateBehind(visit, step.entry);
        return answerFrom(this.core, visit, step.entry, {
          hit: true,
          ttl: step.ttl,
        });
      case 'stale':
        return this.#validate(visit, step);
      case 'miss':
        return step.beginning
          ? this.#complete(visit, step.beginning)
          : this.#forward(visit, step.why);
      case 'broken':
        return heal(visit, step, this.#healer);
      case 'store-fault':
        return this.#forward(visit, 'miss');
      case 'done':
        return step;
    }
  }

  async #lookup(visit: Visit): Promise<Step> {
    const { core } = this;
    await core.settled(visit.base);
    await core.ahead.reading(visit.base);
    let decided = this.#decide(visit, core.memory.entries(visit.base));
    if ('stored' in decided) return stepOf(decided, decided.stored);
    if (decided.is === 'miss' && NOT_READ.has(decided.why)) return decided;
    const found = await core.store.find(visit.base, (policies) => {
      const choice = this.#decide(visit, policies);
      decided = choice as typeof decided;
      if ('stored' in choice) return choice.stored;
      return policies.find((policy) => isBeginning(policy, visit.request));
    });
    switch (found.is) {
      case 'entry':
        return stepOf(decided, found.entry);
      case 'none':
        if (decided.is === 'only-if-cached')
          return this.#uncached(visit, decided);
        return stepOf(decided, undefined);
      case 'broken':
      case 'store-fault':
        return found;
    }
  }

  /** Nothing is stored and nobody may ask the origin; the browser's own HTTP cache may still know a redirect. */
  async #uncached(
    { clone }: Visit,
    { answer }: Reuse<Policy> & { is: 'only-if-cached' },
  ): Promise<Step> {
    if (answer === 'gateway-timeout')
      return done(gatewayTimeout({ detail: 'only-if-cached' }));
    return done(await this.core.settings.fetch(clone));
  }

  #decide<T extends Policy>(visit: Visit, policies: readonly T[]): Reuse<T> {
    const { now, maxAgeSeconds } = this.core.settings;
    const at = now();
    const young = policies.filter(
      (policy) => currentAge(policy, at) <= maxAgeSeconds,
    );
    return reuse(visit.request, young, at);
  }

  /** Goes to the network without a stored response. */
  async #forward(
    visit: Visit,
    why: (Step & { is: 'miss' })['why'],
  ): Promise<Step> {
    const { core } = this;
    if (!NOT_READ.has(why) && (await core.join(visit))) return { is: 'lookup' };
    visit.status = { ...visit.status, fwd: why };
    return done(await this.#ask(visit, (network) => network.plain(visit)));
  }

  /** Asks for what is missing behind a stored beginning; for the whole where the two do not fit. */
  async #complete(visit: Visit, beginning: Entry): Promise<Step> {
    const { core } = this;
    visit.status = { ...visit.status, fwd: 'partial' };
    const rest = await core.network
      .part(visit, validatorOf(beginning), beginning.record.length)
      .catch(() => undefined);
    if (rest?.response.status === 206) {
      const whole = await completed(core, visit, beginning, rest);
      if (!whole) {
        void rest.response.body?.cancel();
        return this.#forward(visit, 'miss');
      }
      const flight = core.flights.begin(visit.base);
      return done(receive(core, visit, whole, flight));
    }
    if (rest?.response.status !== 200) return this.#forward(visit, 'miss');
    return done(receive(core, visit, rest, core.flights.begin(visit.base)));
  }

  /** Asks the network, and keeps others of the same URL waiting until it has answered. */
  async #ask(
    visit: Visit,
    send: (network: Core['network']) => Promise<Arrival>,
  ): Promise<Response> {
    const { core } = this;
    core.counts.misses++;
    const flight = core.flights.begin(visit.base);
    try {
      const arrival = await send(core.network);
      return receive(core, visit, arrival, flight);
    } catch (error) {
      flight.end();
      throw error;
    }
  }

  /** Asks the origin whether a stale response is still right (RFC 9111 section 4.3). */
  async #validate(visit: Visit, step: Step & { is: 'stale' }): Promise<Step> {
    const { core } = this;
    // The payload is verified first: a broken one costs one round trip then, not two.
    const entry = await verifiedEntry(core, step.entry);
    if ('is' in entry) return entry;
    if (await core.join(visit)) return { is: 'lookup' };
    visit.status = { ...visit.status, fwd: step.why };
    const flight = core.flights.begin(visit.base);
    try {
      const validators = conditionalHeaders(entry);
      const arrival = await core.network.validate(visit, validators);
      return this.#validated(visit, entry, arrival, flight);
    } catch (error) {
      flight.end();
      return this.#withoutNetwork(visit, entry, error);
    }
  }

  #validated(
    visit: Visit,
    entry: Entry,
    arrival: Arrival,
    flight: Flight,
  ): Promise<Step> | Step {
    const { core } = this;
    const { response } = arrival;
    const { status } = response;
    if (status === 304) {
      flight.end();
      if (validation(entry, response) !== 'not-modified')
        return unusable(entry.record);
      visit.status = { ...visit.status, fwdStatus: status };
      const fresh = freshened(core, visit, entry, arrival);
      return answerFrom(core, visit, fresh, visit.status);
    }
    if (visit.request.method === 'HEAD') {
      const update = headUpdate(entry, response);
      flight.end();
      if (update === 'freshen')
        return answerFrom(core, visit, freshened(core, visit, entry, arrival), {
          ...visit.status,
          fwdStatus: status,
        });
      if (update === 'invalidate')
        visit.background.push(core.invalidate(visit.base));
    }
    const now = core.settings.now();
    if (status >= 500 && mayServeStale(visit.request, entry, now, status)) {
      flight.end();
      visit.background.push(response.body?.cancel() ?? Promise.resolve());
      return answerFrom(core, visit, entry, {
        ...visit.status,
        fwdStatus: status,
        detail: 'stale-if-error',
      });
    }
    return done(receive(core, visit, arrival, flight));
  }

  /** The network failed: a stale response where one is allowed, else what RFC 9111 section 4.2.4 asks for. */
  #withoutNetwork(
    visit: Visit,
    entry: Entry,
    error: unknown,
  ): Promise<Step> | Step {
    const now = this.core.settings.now();
    if (visit.request.signal.aborted) throw error;
    if (mayServeStale(visit.request, entry, now, 'network'))
      return answerFrom(this.core, visit, entry, {
        ...visit.status,
        detail: 'stale-if-error',
      });
    if (errorAnswer(entry) === 'gateway-timeout')
      return done(gatewayTimeout(visit.status));
    throw error;
  }

  /** Validates behind an answer that was given already (RFC 5861 section 3). */
  #validateBehind(visit: Visit, entry: Entry): void {
    const { core } = this;
    if (core.flights.asking(visit.base)) return;
    const behind = { ...visit, status: {}, joined: true };
    const step: Step = { is: 'stale', entry, ttl: 0, why: 'stale' };
    const work = async (): Promise<void> => {
      let next: Step = await this.#validate(behind, step);
      while (next.is !== 'done') next = await this.#next(behind, next);
      await next.response.body?.pipeTo(new WritableStream());
    };
    visit.background.push(work());
  }
}

/** Reasons for which nothing is looked up. */
const NOT_READ = new Set(['bypass', 'request']);

function stepOf(decided: Reuse<Policy>, entry: Entry | undefined): Step {
  if (decided.is === 'miss')
    return entry ? { ...decided, beginning: entry } : decided;
  if (decided.is === 'only-if-cached' || !entry)
    return { is: 'miss', why: 'miss' };
  const { ttl } = decided;
  switch (decided.is) {
    case 'fresh':
      return { is: 'fresh', entry, ttl, behind: false };
    case 'stale-while-revalidate':
      return { is: 'fresh', entry, ttl, behind: true };
    case 'validate':
      return { is: 'stale', entry, ttl, why: decided.why };
  }
}
