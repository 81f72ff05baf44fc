/** What a cache offers beside answering requests: looking, putting, purging, warming, verifying. */
import { currentAge, freshnessLifetime, isStorable } from '../http/index.js';
import { IS_READY_MADE } from '../ready-made.js';
import type {
  CacheStats,
  EntryInfo,
  PurgeFilter,
  VerifyOptions,
  VerifyReport,
  WarmReport,
} from '../report.js';
import { FINGERPRINT, type Policy } from '../store/records.js';
import { VERSION } from '../version.js';
import { checkFilter, checkResponse, checkUrls } from './check.js';
import type { Core } from './core.js';
import type { Accepts } from './flight.js';
import { partitionPrefix, urlOfKey, withoutFragment } from './key.js';
import { look } from './look.js';
import { mayStandIn } from './mode.js';
import { leave } from './realm.js';
import { receive } from './receive.js';
import { answerFrom } from './serve.js';
import { verifyStore } from './verify.js';
import type { Visit } from './visit.js';

/** URLs that warm() asks for at once. */
const CONCURRENT = 6;

const asRequest = (input: RequestInfo | URL, init?: RequestInit): Request =>
  input instanceof Request && init === undefined
    ? input
    : new Request(input, init);

/** Asks for whatever is stored, however old. */
const forced = (input: RequestInfo | URL): Request =>
  new Request(asRequest(input), { cache: 'force-cache' });

/** A response, and when everything behind it is done. */
export type Handled = [response: Promise<Response>, done: Promise<void>];

/** The housekeeping half of HealingCache. */
export abstract class Upkeep {
  /** The parts that this cache is made of. */
  protected readonly core: Core;

  constructor(core: Core) {
    this.core = core;
  }

  abstract handle(options: { request: Request }): Promise<Response>;

  abstract handleAll(options: { request: Request }): Handled;

  /** Fetches through the cache from a window or a worker; rejects with the network's own error. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    return this.handle({ request: asRequest(input, init) });
  }

  /** What would answer the request from the store without asking the network, verified; undefined when nothing would. */
  async match(input: RequestInfo | URL): Promise<Response | undefined> {
    const request = forced(input);
    const { core } = this;
    const visit = core.visit(request);
    const found = await look(core, visit);
    // In some modes whatever is stored is validated first.
    const isAnswer =
      found.is !== 'validate' ||
      mayStandIn(core.settings, request, found.stored);
    const step =
      'stored' in found && isAnswer
        ? await answerFrom(core, visit, found.stored, { hit: true })
        : found;
    if (step.is === 'broken') {
      const { url } = request;
      core.tell(step, performance.now(), {
        url,
        phase: 'lookup',
        outcome: 'dropped',
      });
      await core.drop(step);
    }
    return step.is === 'done' ? step.response : undefined;
  }

  /**
   * Stores a response as if the network had brought it now; resolves to whether it is stored. What outdates the URL before a
   * promised response is here outdates that as well. Rejects with a TypeError for what is no Response.
   */
  async put(
    input: RequestInfo | URL,
    response: Response | Promise<Response>,
  ): Promise<boolean> {
    const { core } = this;
    const { now } = core.settings;
    const request = asRequest(input);
    const visit = core.visit(request);
    const flight = core.flights.begin(visit.base);
    const requestTime = now();
    try {
      const given = await response;
      if (!IS_READY_MADE) checkResponse(given);
      if (!isStorable(request, given)) return false;
      const arrival = { response: given, requestTime, responseTime: now() };
      const answer = receive(core, visit, arrival, flight);
      await answer.body?.pipeTo(new WritableStream()).catch(() => undefined);
      return await isStored(visit);
    } finally {
      flight.end();
    }
  }

  /**
   * Drops every variant of a request's URL, with credentials and without, and what answers for it (No-Vary-Search); resolves
   * to whether the store could.
   */
  async delete(input: RequestInfo | URL): Promise<boolean> {
    const { drops, network, settings, store } = this.core;
    const request = asRequest(input);
    const noted = store.noteDropped();
    const dropped = drops.invalidateUrl(
      request.url,
      settings.partition(request),
    );
    network.note(request.url, 'dropped');
    await noted;
    return await dropped;
  }

  /**
   * Drops what the filter names; resolves to the number of entries dropped. Rejects with a TypeError for a wrong
   * filter, and for an empty one.
   */
  async purge(filter: PurgeFilter): Promise<number> {
    const { tag } = filter;
    const accepts = acceptsKey(filter, this.core);
    return tag === undefined
      ? this.core.drops.purge(accepts)
      : this.core.drops.purgeGroups([tag], accepts);
  }

  /** Drops everything, or what one partition holds: for a logout. */
  clear(partition?: string): Promise<number> {
    return this.purge(partition === undefined ? { all: true } : { partition });
  }

  /**
   * Fetches URLs and stores what may be stored, a few at a time. Rejects with a TypeError for what is no list, such as
   * a single string.
   */
  async warm(
    urls: Iterable<string>,
    onProgress: (done: number) => void = () => undefined,
  ): Promise<WarmReport> {
    if (!IS_READY_MADE) checkUrls(urls);
    const reasons: Record<string, string> = {};
    const failed: string[] = [];
    let stored = 0;
    const queue = [...urls].values();
    const work = async (): Promise<void> => {
      for (const url of queue) {
        const reason = await this.#warmOne(url);
        if (reason) {
          failed.push(url);
          reasons[url] = reason;
        } else stored++;
        onProgress(stored + failed.length);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT }, work));
    return { stored, failed, reasons };
  }

  /** Why a URL is not stored; '' when it is. */
  async #warmOne(url: string): Promise<string> {
    try {
      const request = new Request(url);
      const [answer, behind] = this.handleAll({ request });
      const response = await answer;
      await response.body?.pipeTo(new WritableStream());
      await behind;
      const stored = await look(this.core, this.core.visit(forced(url)));
      return 'stored' in stored
        ? ''
        : `status ${response.status}, ${response.headers.get('cache-status')}`;
    } catch (error) {
      return String(error);
    }
  }

  /** Checks every stored pair, in small transactions; see VerifyReport. */
  verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    const { fetch } = this.core.settings;
    return verifyStore(this.core, options, (url) =>
      this.put(url, fetch(url, { cache: 'reload' })),
    );
  }

  /** The state and the counts of this cache. */
  async stats(): Promise<CacheStats> {
    const { settings, memory, counts, store } = this.core;
    const totals = await store.totals();
    return {
      state: totals ? 'ready' : 'unavailable',
      ...store.place,
      entries: totals?.entries ?? 0,
      bytes: totals?.bytes ?? 0,
      maxEntries: settings.maxEntries,
      maxBytes: settings.maxBytes,
      memory: { entries: memory.size, bytes: memory.bytes },
      ...counts,
      version: VERSION,
      schema: FINGERPRINT,
    };
  }

  /** Every stored response, in the order of the keys, without its body. */
  async *entries(): AsyncIterable<EntryInfo> {
    for await (const policy of this.core.policies())
      yield infoOf(policy, this.core);
  }

  /**
   * Empties the memory tier, also of the other caches over the same store in this worker, so that the next hit of every URL
   * is read from the disk and verified, and forgets which URLs kept failing, so that they are stored again.
   */
  forget(): void {
    for (const forget of this.core.flights.near) forget();
    this.core.relapses.clear();
  }

  /** Closes the database; requests go to the network from now on. */
  close(): void {
    leave(this);
    this.core.close();
  }

  /** Closes and deletes the database; rejects with an Error when the browser does not let it go. */
  async destroy(): Promise<void> {
    this.close();
    // Nobody can ask it to.
    if (IS_READY_MADE) return;
    try {
      await this.core.store.destroy();
    } catch (cause) {
      const { cacheName } = this.core.settings;
      throw new Error(
        `mendbox: the database "${cacheName}" could not be deleted; another page or worker may hold it open, so close that, or try again`,
        { cause },
      );
    }
  }
}

/** Whether what goes on behind a visit has stored its response. */
async function isStored({ background }: Visit): Promise<boolean> {
  const results = await Promise.all(background);
  return results.includes('stored');
}

/**
 * What a filter asks of a key; throws a TypeError where it asks for nothing, which is more likely a mistake than a wish
 * to drop everything.
 */
function acceptsKey(filter: PurgeFilter, core: Core): Accepts {
  if (!IS_READY_MADE) checkFilter(filter);
  const { url, prefix = '', pattern = '', partition } = filter;
  if (Object.values(filter).every((each) => each === undefined))
    throw new TypeError('mendbox: the filter of purge() needs a condition');
  const wanted = url && withoutFragment(core.asKeyed(url));
  const owner = partition === undefined ? '' : partitionPrefix(partition);
  return (key) => {
    const own = urlOfKey(key);
    return (
      key.startsWith(owner) &&
      (wanted === undefined || own === wanted) &&
      own.startsWith(prefix) &&
      // search() pays no attention to where an earlier match of the pattern ended.
      own.search(pattern) >= 0
    );
  };
}

function infoOf(policy: Policy, { settings, uses }: Core): EntryInfo {
  const { record, headers } = policy;
  const age = currentAge(policy, settings.now());
  return {
    url: record.url,
    key: record.key,
    cacheName: settings.cacheName,
    status: record.status,
    bytes: record.length,
    age,
    ttl: freshnessLifetime(policy) - age,
    // What is stored anew under a key begins with its own.
    used: Math.max(record.used, uses.last.get(record.key) ?? 0),
    type: headers.get('content-type') ?? '',
    vary: headers.get('vary'),
    requestHeaders: record.requestHeaders,
    form: record.form,
  };
}
