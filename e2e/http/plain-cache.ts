/**
 * The smallest cache that the policy engine makes: every decision is one of mendbox/http, and between them is only what
 * a cache without a browser, a disk and a clock of its own must do itself.
 */
import {
  conditionalHeaders,
  currentAge,
  errorAnswer,
  formatCacheStatus,
  freshen,
  headUpdate,
  ifRangeHolds,
  invalidated,
  isSafe,
  isStorable,
  mayServeStale,
  noVarySearchKey,
  recordNominated,
  requestedRange,
  reuse,
  selects,
  storableHeaders,
  validation,
  type CacheStatus,
  type RequestView,
  type StoredView,
} from '../../src/http/index.js';

/** A response with its body, which is text. */
export interface Message {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Answers what reaches it, or throws as a network does that fails. */
export type Send = (request: RequestView) => Message;

/** A stored response, and the URL it is stored under. */
interface Stored extends StoredView, Message {
  readonly url: string;
}

/** A cache whose origin answers at once, and whose clock stands still until it is set. */
export class PlainCache {
  /** In milliseconds since the epoch. */
  now: number;
  #stored: readonly Stored[] = [];
  readonly #send: Send;

  constructor(send: Send, now: number) {
    this.#send = send;
    this.now = now;
  }

  /** Answers a request; throws the network's error where there is no answer. */
  answer(request: RequestView): Message {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return this.#past(request);
    const decided = reuse(request, this.#candidates(request), this.now);
    switch (decided.is) {
      case 'fresh':
        return this.#hit(request, decided.stored, decided.ttl);
      case 'stale-while-revalidate': {
        const answer = this.#hit(request, decided.stored, decided.ttl);
        this.#behind(request, decided.stored);
        return answer;
      }
      case 'validate':
        return this.#validate(request, decided.stored, { fwd: decided.why });
      case 'miss':
        return this.#forward(request, { fwd: decided.why });
      case 'only-if-cached':
        if (decided.answer === 'network-error')
          throw new TypeError('no network');
        return gatewayTimeout({ detail: 'only-if-cached' });
    }
  }

  /** What is stored of the URL itself; else of those that No-Vary-Search makes equivalent. */
  #candidates({ url }: RequestView): readonly Stored[] {
    const own = this.#stored.filter((stored) => stored.url === url);
    if (own.length > 0) return own;
    return this.#stored.filter((stored) => {
      const rule = stored.headers.get('no-vary-search');
      return noVarySearchKey(stored.url, rule) === noVarySearchKey(url, rule);
    });
  }

  #past(request: RequestView): Message {
    const response = this.#send(request);
    const urls = invalidated(request, response);
    for (const url of urls)
      for (const { url: other } of this.#candidates({ ...request, url }))
        this.#drop(other);
    if (isSafe(request.method) || !isStorable(request, response))
      return response;
    this.#store(request, response);
    const fwdStatus = response.status;
    return marked(response, { fwd: 'method', fwdStatus, stored: true });
  }

  #hit(request: RequestView, stored: Stored, ttl: number): Message {
    const key = stored.url === request.url ? {} : { key: stored.url };
    return this.#built(request, stored, { hit: true, ...key, ttl });
  }

  /** A stored response as the request wants it: with its age, without its body, or a part of it. */
  #built(request: RequestView, stored: Stored, status: CacheStatus): Message {
    const headers = new Headers(stored.headers);
    headers.set('age', String(currentAge(stored, this.now)));
    const whole = marked({ ...stored, headers }, status);
    if (request.method === 'HEAD') return { ...whole, text: '' };
    if (stored.status !== 200 || !ifRangeHolds(request.headers, stored))
      return whole;
    const { length } = stored.text;
    const range = requestedRange(request.headers, length);
    if (range === 'whole') return whole;
    if (range === 'unsatisfiable') {
      whole.headers.delete('content-length');
      whole.headers.set('content-range', `bytes */${length}`);
      return { ...whole, status: 416, text: '' };
    }
    const { first, last } = range;
    whole.headers.set('content-length', String(last + 1 - first));
    whole.headers.set('content-range', `bytes ${first}-${last}/${length}`);
    return { ...whole, status: 206, text: stored.text.slice(first, last + 1) };
  }

  #behind(request: RequestView, stored: Stored): void {
    try {
      this.#validate(request, stored, {});
    } catch {
      // The page has its answer.
    }
  }

  #validate(request: RequestView, stored: Stored, asked: CacheStatus): Message {
    const headers = new Headers(request.headers);
    const isSelected = selects(stored, request) === 'match';
    for (const [name, value] of conditionalHeaders(stored, isSelected))
      headers.set(name, value);
    let response: Message;
    try {
      response = this.#send({ ...request, headers });
    } catch (error) {
      if (mayServeStale(request, stored, this.now, 'network'))
        return this.#built(request, stored, {
          ...asked,
          detail: 'stale-if-error',
        });
      if (errorAnswer(stored) === 'gateway-timeout')
        return gatewayTimeout(asked);
      throw error;
    }
    const status = { ...asked, fwdStatus: response.status };
    if (validation(stored, response, isSelected) === 'not-modified')
      return this.#built(request, this.#freshened(stored, response), status);
    if (mayServeStale(request, stored, this.now, response.status))
      return this.#built(request, stored, {
        ...status,
        detail: 'stale-if-error',
      });
    return this.#received(request, response, status);
  }

  #forward(request: RequestView, asked: CacheStatus): Message {
    const response = this.#send(request);
    return this.#received(request, response, {
      ...asked,
      fwdStatus: response.status,
    });
  }

  #received(
    request: RequestView,
    response: Message,
    status: CacheStatus,
  ): Message {
    if (request.method === 'HEAD') this.#heard(request, response, status);
    const stored = isStorable(request, response);
    if (stored) this.#store(request, response);
    // "A cache MUST use the most recent response" (RFC 9111 section 4): an older one is none any more.
    else if (
      request.method === 'GET' &&
      status.fwd !== 'bypass' &&
      response.status < 400
    )
      this.#drop(request.url);
    return marked(response, { ...status, stored });
  }

  /** A response to HEAD updates or outdates what is stored for GET (RFC 9111 section 4.3.5). */
  #heard(request: RequestView, response: Message, status: CacheStatus): void {
    const stored = this.#candidates(request).find(
      (each) => selects(each, request) === 'match',
    );
    if (!stored || status.fwd === 'bypass') return;
    const said = headUpdate(stored, response);
    if (said === 'freshen') this.#freshened(stored, response);
    if (said === 'invalidate') this.#drop(stored.url);
  }

  #freshened(stored: Stored, response: Message): Stored {
    const fresh: Stored = {
      ...stored,
      headers: freshen(stored, response),
      requestTime: this.now,
      responseTime: this.now,
    };
    this.#stored = this.#stored.map((each) => (each === stored ? fresh : each));
    return fresh;
  }

  #store(request: RequestView, response: Message): void {
    const get = { ...request, method: 'GET' };
    this.#stored = [
      ...this.#stored.filter(
        (each) => each.url !== request.url || selects(each, get) === 'mismatch',
      ),
      {
        ...response,
        url: request.url,
        headers: storableHeaders(response),
        requestHeaders: recordNominated(request, response),
        requestTime: this.now,
        responseTime: this.now,
      },
    ];
  }

  #drop(url: string): void {
    this.#stored = this.#stored.filter((each) => each.url !== url);
  }
}

function marked(response: Message, status: CacheStatus): Message {
  const headers = new Headers(response.headers);
  headers.append('cache-status', formatCacheStatus(status));
  return { status: response.status, text: response.text, headers };
}

const gatewayTimeout = (status: CacheStatus): Message =>
  marked({ status: 504, headers: new Headers(), text: '' }, status);
