/**
 * The network: which request a worker sends, so that the origin sees what it would have seen without a cache.
 *
 * A worker's fetch passes through the browser's own HTTP cache. Hence:
 * 1. First contact with a URL: the page's request as it is.
 * 2. Validation: the page's mode with our own validators and no other field of ours.
 * 3. A refetch of a URL asked before, a part of one, and every replay: past the HTTP cache, which may still hold the
 *    first contact's answer. `asked before` outlives drops and evictions; what was dropped on demand is replayed. A later
 *    worker does not know what that was, so once anything was dropped its first contacts are validated, but navigations.
 * 4. Across origins own fields would cause a preflight: the mode alone says what we want.
 * 5. What fails with own fields is sent again as the page made it: a redirect to another origin refuses them.
 * 6. A navigation given an init is no navigation any more: it goes out as it is, but for a replay.
 */
import { IS_READY_MADE } from '../ready-made.js';
import type { Store } from '../store/store.js';
import { hooksOf, type Hooks } from './hooks.js';
import { matchesMetadata } from './integrity.js';
import { announcedLength, copyInTime } from './keep.js';
import { isSameOrigin, withoutFragment } from './key.js';
import type { Settings } from './options.js';
import { Recent } from './recent.js';
import { isServiceWorker } from './tell.js';
import type { FetchEventLike, Visit } from './visit.js';

/** A response, and when its request was sent and its head arrived, in milliseconds since the epoch. */
export interface Arrival {
  readonly response: Response;
  /** What the origin answered with, where the response is made of that and of what is stored. */
  readonly fwdStatus?: number;
  readonly requestTime: number;
  readonly responseTime: number;
  /** The bytes of a small body; null where they were not here in time. */
  readonly copy?: ArrayBuffer | null | undefined;
}

/** Header fields to set, as name and value; one without a value is left out. */
export type Fields = readonly (readonly [
  name: string,
  value?: string | undefined,
])[];

/** What the HTTP cache holds may be older than what is, or was, stored here. */
const ASKED: RequestInit = { cache: 'no-cache' };

const MANUAL: RequestInit = { redirect: 'manual' };

const RELOAD: RequestInit = { cache: 'reload' };

/** Modes that a replay keeps: they go past the HTTP cache as well, or no further than that. */
const KEPT = new Set<RequestCache>(['reload', 'only-if-cached', 'no-store']);

/** Most URLs remembered as asked before. */
const REMEMBERED = 20_000;

/** Most timings that the browser keeps for isCut(), which lets go of them sooner. */
const TIMINGS = 20_000;

/** What became of a URL of which the HTTP cache may hold something: asked for, or dropped on demand since. */
type Past = 'asked' | 'dropped';

/** All caches share it, as they share the HTTP cache. */
const pasts = new Recent<Past>(REMEMBERED);

/** The worker's side of the network. */
export class Network {
  readonly #settings: Settings;
  readonly #store: Store;
  /** Events whose preload has been used. */
  readonly #preloads = new WeakSet<FetchEventLike>();

  constructor(settings: Settings, store: Store) {
    this.#settings = settings;
    this.#store = store;
    // 250 unless somebody asks for more, and Firefox 153 tells no worker that they are used up.
    if (isServiceWorker()) performance.setResourceTimingBufferSize(TIMINGS);
  }

  /** Sends a request for a URL of which nothing usable is stored. */
  async plain(visit: Visit): Promise<Arrival> {
    const { request } = visit;
    const past = pasts.get(withoutFragment(request.url));
    // A preload has come through the HTTP cache as well.
    if (past === 'dropped') return this.replay(visit);
    const preloaded = await this.#preloaded(visit);
    if (preloaded) return preloaded;
    // The HTTP cache has no use for a part: see copyInTime().
    const isAgain = past === 'asked' || request.headers.has('range');
    this.note(request.url);
    const isPlain = request.cache === 'default' && request.mode !== 'navigate';
    if (isAgain && isPlain) return this.#quietly(visit);
    return this.#first(visit, isPlain);
  }

  /** First contact, which the HTTP cache may answer, unless that may be what was dropped. */
  async #first(visit: Visit, isPlain: boolean): Promise<Arrival> {
    const { request, clone } = visit;
    const isDoubtful = isPlain && (await this.#store.hasDropped());
    const own = isDoubtful ? rebuilt(clone, ASKED) : clone;
    const arrival = await this.#through(visit, own);
    const { response } = arrival;
    if (!mayBeCut(request) || !response.ok) return arrival;
    const copy = await copyInTime(response);
    return copy && copy.byteLength !== announcedLength(response)
      ? this.replay(visit)
      : { ...arrival, copy };
  }

  /**
   * Sends a page's own conditional request past the HTTP cache, as Fetch asks for (HTTP-network-or-cache fetch, step 8);
   * Chromium shows a worker such a request as `no-cache`. Neither answered from the store nor stored.
   */
  conditional(request: Request, hooks?: Hooks): Promise<Response> {
    const { cache, mode } = request;
    const isPlain = cache === 'default' || cache === 'no-cache';
    if (!isPlain || mode === 'navigate' || !isSameOrigin(request.url))
      return this.pass(request, hooks);
    return this.pass(rebuilt(request, { cache: 'no-store' }), hooks);
  }

  /** Sends a request as it is. */
  pass(request: Request, hooks?: Hooks): Promise<Response> {
    return (hooksOf({ hooks })?.fetch ?? this.#settings.fetch)(request);
  }

  /** Sends the clone past the HTTP cache, whose copy may be what broke. */
  async replay(visit: Visit): Promise<Arrival> {
    const { clone } = visit;
    this.note(clone.url);
    if (KEPT.has(clone.cache)) return this.#send(visit, clone);
    // A media element asks for a range without CORS; rebuilt as such it would ask for everything.
    const own = clone.headers.has('range')
      ? withFields(clone, [], RELOAD)
      : rebuilt(clone, RELOAD);
    return this.#sendOr(visit, own);
  }

  /** Asks the origin whether what is stored is still right (RFC 9111 section 4.3.1). */
  async validate(visit: Visit, validators: Fields): Promise<Arrival> {
    const { request, clone } = visit;
    this.note(request.url);
    if (request.mode === 'navigate')
      return (await this.#preloaded(visit)) ?? this.#through(visit, clone);
    if (!isSameOrigin(request.url))
      return this.#through(visit, rebuilt(clone, { cache: 'no-cache' }));
    if (validators.length === 0)
      return request.cache === 'default'
        ? this.#quietly(visit, ASKED)
        : this.#through(visit, clone);
    // A 304 has no bytes to have the integrity that the page asks for; without a secure context only the browser can tell.
    const init = isSecureContext ? { integrity: '' } : {};
    const ours = withFields(clone, validators, init);
    return vouched(request, await this.#sendOr(visit, ours, ASKED));
  }

  /**
   * Asks for a range of a representation, written as the Range field has it, if the validator is still the given one; for
   * all of it where no range is given.
   */
  async part(
    visit: Visit,
    range: string | undefined,
    validator: string | undefined,
  ): Promise<Arrival> {
    const { clone } = visit;
    this.note(clone.url);
    // A simple Range needs no preflight (Fetch Standard, section 2.2.2), If-Range does.
    const condition = isSameOrigin(clone.url) ? validator : undefined;
    const fields: Fields = [
      ['range', range],
      ['if-range', condition],
    ];
    // The page's digest is of the whole.
    const init = { cache: 'no-store', integrity: '' } as const;
    return this.#send(visit, withFields(clone, fields, init));
  }

  /** Notes that the HTTP cache may hold something of this URL that must not come back. */
  note(url: string, past: Past = 'asked'): void {
    pasts.set(withoutFragment(url), past);
  }

  /** Past the HTTP cache without saying so: empty fields keep the browser from adding `no-cache`. */
  #quietly(visit: Visit, again?: RequestInit): Promise<Arrival> {
    const { clone } = visit;
    if (!isSameOrigin(clone.url))
      return this.#send(visit, rebuilt(clone, { cache: 'no-store' }));
    const quiet: [string, string][] = ['cache-control', 'pragma']
      .filter((name) => !clone.headers.has(name))
      .map((name) => [name, '']);
    return this.#sendOr(
      visit,
      withFields(clone, quiet, { cache: 'no-store' }),
      again,
    );
  }

  /** Sends a request of ours; if that fails or leads elsewhere, the page's own, with `again` in place of its cache mode. */
  async #sendOr(
    visit: Visit,
    request: Request,
    again?: RequestInit,
  ): Promise<Arrival> {
    const hooks = hooksOf(visit);
    // A hook shall see a failure once: a redirect, the one failure of our making, is met before it fails.
    const own = hooks?.fetch ? rebuilt(request, MANUAL) : request;
    try {
      const arrival = await this.#send(visit, own);
      const isOurs = hooks?.fetch && request.redirect !== 'manual';
      if (!isOurs || arrival.response.type !== 'opaqueredirect') return arrival;
    } catch (error) {
      if (visit.request.signal.aborted || hooks?.fetch) throw error;
    }
    const { clone } = visit;
    return this.#send(visit, again ? rebuilt(clone, again) : clone.clone());
  }

  async #preloaded({ event, request }: Visit): Promise<Arrival | undefined> {
    if (request.mode !== 'navigate' || !event?.preloadResponse)
      return undefined;
    // A body can be handed on once.
    if (this.#preloads.has(event)) return undefined;
    this.#preloads.add(event);
    const requestTime = this.#settings.now();
    // A preload that fails is no reason to fail: the request itself is sent.
    const response = await event.preloadResponse.catch(() => undefined);
    if (!(response instanceof Response)) return undefined;
    return { response, requestTime, responseTime: this.#settings.now() };
  }

  /**
   * Sends a request through the HTTP cache, and past it where that answers a request for everything with a part: so does
   * Chromium 156 with what it has put together from parts, when the origin has another release by now.
   */
  async #through(visit: Visit, request: Request): Promise<Arrival> {
    const arrival = await this.#send(visit, request);
    const { status, body } = arrival.response;
    if (status !== 206 || request.headers.has('range')) return arrival;
    body?.cancel().catch(() => undefined);
    return this.replay(visit);
  }

  async #send(visit: Visit, request: Request): Promise<Arrival> {
    const { now, fetch, fetchOptions } = this.#settings;
    const requestTime = now();
    const isOwn = IS_READY_MADE || request.mode === 'navigate';
    const init = isOwn ? undefined : fetchOptions;
    const hooked = hooksOf(visit)?.fetch?.(request);
    const response = await (hooked ?? fetch(request, init));
    return { response, requestTime, responseTime: now() };
  }
}

/** What has not the integrity that the page asks for is a network error, as Fetch has it; a 304 is about what is stored. */
async function vouched(
  { integrity }: Request,
  arrival: Arrival,
): Promise<Arrival> {
  const { response } = arrival;
  if (!integrity || !isSecureContext || response.status === 304) return arrival;
  const bytes = await response.clone().arrayBuffer();
  if (await matchesMetadata(bytes, integrity)) return arrival;
  throw new TypeError('mendbox: the integrity is not the one asked for');
}

/** Whether copyInTime() is to be asked: a page is drawn as it comes, and what passes the HTTP cache by is not cut there. */
const mayBeCut = ({ method, mode, cache }: Request): boolean =>
  method === 'GET' && mode !== 'navigate' && cache !== 'no-store';

/** The same request with another init; a Request made of a Request would name the worker as its referrer. */
function rebuilt(request: Request, init: RequestInit): Request {
  return new Request(request.clone(), {
    referrer: request.referrer,
    referrerPolicy: request.referrerPolicy,
    ...init,
  });
}

function withFields(
  request: Request,
  fields: Fields,
  init: RequestInit = {},
): Request {
  const headers = new Headers(request.headers);
  for (const [name, value] of fields)
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  // A no-cors request would drop the fields without a word; ours are same-origin.
  const mode = request.mode === 'no-cors' && { mode: 'same-origin' as const };
  return rebuilt(request, { ...mode, headers, ...init });
}
