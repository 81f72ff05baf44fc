/** What the stages share: the store, the memory tier, the network and the flights of one cache. */
import type { Fault } from '../fault.js';
import type { Forwarded } from '../http/index.js';
import { IS_READY_MADE } from '../ready-made.js';
import { withDeadline } from '../store/deadline.js';
import { Memory } from '../store/memory.js';
import type { Broken, Entry, Policy } from '../store/records.js';
import { isQuota, Store } from '../store/store.js';
import { baseOf } from '../store/variant.js';
import { Ahead } from './ahead.js';
import { Drops } from './drops.js';
import { flightsOf, type Flights } from './flight.js';
import { Network } from './forward.js';
import { healEvent, Relapses, type Facts } from './heal.js';
import { baseKey, isCredentialed, withoutSearch } from './key.js';
import { viewOf } from './mode.js';
import type { Settings } from './options.js';
import { Peers } from './peers.js';
import { Probe } from './probe.js';
import { Search } from './search.js';
import { isNews, tell, type Told } from './tell.js';
import { Uses } from './uses.js';
import type { Start, Visit } from './visit.js';

/** How long a request waits for another of the same URL, in milliseconds. */
const JOIN_MS = 10_000;

/** Most URLs in the memory tier. */
const MEMORY_ENTRIES = 4_096;

/** Entries read at a time by a walk. */
const BATCH = 64;

/** What a cache has counted since its worker started. */
export interface Counts {
  hits: number;
  misses: number;
  heals: number;
}

/** The parts of one cache. */
export class Core {
  readonly settings: Settings;
  readonly store: Store;
  readonly search: Search;
  readonly memory: Memory;
  readonly network: Network;
  readonly flights: Flights;
  readonly relapses = new Relapses();
  readonly counts: Counts = { hits: 0, misses: 0, heals: 0 };
  readonly probe = new Probe(this);
  readonly drops = new Drops(this);
  readonly ahead: Ahead;
  readonly uses: Uses;
  readonly #peers: Peers;
  /** When records changed last, of whatever URL, by performance.now(), in milliseconds. */
  #changedAt = 0;

  constructor(settings: Settings) {
    this.settings = settings;
    // First of all: the rest is done while the database opens.
    this.store = new Store({
      name: settings.cacheName,
      deadlineMs: settings.storageTimeoutMs,
      budget: settings,
      onLost: () => this.forget(),
      onState: (fault, became) => this.#tellState(fault, became),
    });
    this.memory = new Memory(settings.memoryBytes, MEMORY_ENTRIES);
    this.network = new Network(settings, this.store);
    this.flights = flightsOf(settings.cacheName);
    this.#peers = new Peers(settings.cacheName, this.flights, (base) =>
      this.forget(base),
    );
    this.search = new Search(this.store);
    this.uses = new Uses(this.store);
    this.ahead = new Ahead(this);
  }

  /** The base of the keys under which a request's responses are stored. */
  baseFor(
    request: Request,
    url: string = request.url,
    partition: string | null = this.settings.partition(request),
  ): string {
    const own = this.asKeyed(url);
    return baseKey(own, isCredentialed(request), partition);
  }

  /** The part of a URL that is in the key. */
  asKeyed(url: string): string {
    const { matchOptions } = this.settings;
    return !IS_READY_MADE && matchOptions?.ignoreSearch
      ? withoutSearch(url)
      : url;
  }

  /** A request at its start; an unsafe one is sent as it is, so it is not cloned. */
  visit(
    request: Request,
    { event, hooks, isDirect = false, isUnsafe = false }: Start = {},
  ): Visit {
    const partition = this.settings.partition(request);
    return {
      request,
      view: viewOf(this.settings.mode, request),
      clone: isUnsafe ? request : request.clone(),
      base: this.baseFor(request, hooks?.url, partition),
      partition,
      event,
      startedAt: performance.now(),
      background: [],
      status: {},
      joined: false,
      dropped: undefined,
      hooks,
      isDirect,
    };
  }

  /** Notes that a URL's records changed, or that any may have, and tells other caches over the same store. */
  changed(base?: string): void {
    this.#changedAt = performance.now();
    this.changedFields(base);
  }

  /** As changed(), where the body and its id stay. */
  changedFields(base?: string): void {
    this.ahead.cancel(base);
    this.#peers.tell(base);
  }

  /** Empties the memory tier, or forgets what it holds of one URL. */
  forget(base?: string): void {
    this.ahead.cancel(base);
    this.search.forget(base);
    this.store.forgetDropped();
    this.#changedAt = performance.now();
    if (base === undefined) this.memory.clear();
    else this.memory.forgetAll(base);
  }

  /** Closes the store and what hangs on it. */
  close(): void {
    this.forget();
    this.#peers.close();
    this.store.close();
  }

  /** Tells that the store refused a write for want of room. */
  refused(error: unknown): void {
    if (IS_READY_MADE) return;
    if (isQuota(error)) this.#guarded(() => this.settings.onQuotaError?.());
  }

  /**
   * Waits for a request of the same URL that is with the network, in place of one that `fwd` gives the reason for; false
   * when there is none to wait for.
   */
  async join(visit: Visit, fwd: Forwarded): Promise<boolean> {
    const { cache, headers, method } = visit.request;
    const mayShare = cache === 'default' || cache === 'force-cache';
    if (visit.joined || !mayShare || method !== 'GET' || headers.has('range'))
      return false;
    const flight = this.flights.asking(visit.base);
    if (!flight) return false;
    visit.joined = true;
    visit.status = { fwd, collapsed: true };
    await withDeadline(flight.free, JOIN_MS).catch(() => undefined);
    return true;
  }

  /** Resolves when what is being stored of this URL is; undefined when nothing is. */
  settled(base: string): Promise<unknown> | undefined {
    const storing = this.flights.storing(base);
    if (!storing) return undefined;
    const { storageTimeoutMs } = this.settings;
    // A page that does not read its body keeps it from being stored: it costs one wait, once.
    return withDeadline(storing, storageTimeoutMs).catch(() =>
      this.flights.release(base),
    );
  }

  /** Drops both records of what is broken; never rejects. */
  drop(broken: Broken): Promise<boolean> {
    const { key, id } = broken;
    if (id === undefined) this.memory.forgetAll(key);
    else this.memory.forget(key, id);
    this.relapses.note(baseOf(key));
    this.changed(baseOf(key));
    return this.store.drop(key, id);
  }

  /** Every policy that can be read, a batch at a time. */
  async *policies(): AsyncIterable<Policy> {
    let keys: string[] | undefined;
    do {
      keys = await this.store.keys(keys?.at(-1), BATCH);
      yield* await this.store.policies(keys ?? []);
    } while (keys?.length === BATCH);
  }

  /** Keeps an entry that just answered, unless the memory tier has it, or something changed since it was asked for. */
  rememberOnce(entry: Entry, { startedAt }: Visit): void {
    const base = baseOf(entry.record.key);
    if (this.#changedAt >= startedAt) return;
    const held = this.memory.entries(base);
    if (!held.some(({ record }) => record.id === entry.record.id))
      this.memory.remember(entry);
  }

  /** Tells of a healing, of what was found broken at a time by performance.now(), in milliseconds. */
  tell(
    { fault, path }: Pick<Broken, 'fault' | 'path'>,
    foundAt: number,
    facts: Omit<Facts, 'fault' | 'path' | 'durationMs'>,
  ): void {
    this.counts.heals++;
    const durationMs = performance.now() - foundAt;
    const { now } = this.settings;
    this.emit(healEvent({ fault, path, durationMs, ...facts }, now()));
  }

  /** Tells of a fault of the whole store; each cache over it meets that by itself, the windows hear it once. */
  #tellState(fault?: Fault, became?: 'dropped'): void {
    const { cacheName, now } = this.settings;
    const isTold = isNews(cacheName, fault, became);
    if (!fault) return;
    const facts: Facts = {
      url: cacheName,
      fault,
      phase: 'lookup',
      outcome: became ?? 'passed-through',
      durationMs: 0,
    };
    this.emit(healEvent(facts, now()), isTold);
  }

  /** Tells the windows of an event, and hands it to its listener; what that throws is its own affair. */
  emit(event: Told, isTold = true): void {
    const { onHeal, onSkew } = this.settings;
    if (IS_READY_MADE || isTold) tell(event);
    if (IS_READY_MADE) return;
    this.#guarded(() =>
      event.type === 'heal' ? onHeal?.(event) : onSkew?.(event),
    );
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      reportError(error);
    }
  }
}
