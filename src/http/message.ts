/** The shapes this folder reads: plain views that Request, Response and stored responses all fit. */

/** A request as the cache sees it; a `Request` fits. */
export interface RequestView {
  readonly method: string;
  /** Absolute, with or without a fragment. */
  readonly url: string;
  readonly headers: Headers;
  /** The cache mode that the page asked for (Fetch section 2.2.5). */
  readonly cache: RequestCache;
  /** Known for a real `Request`; tells the user's reload from a page's own `cache: 'no-cache'`. */
  readonly mode?: RequestMode;
}

/** A response as the cache sees it; a `Response` fits. */
export interface ResponseView {
  readonly status: number;
  readonly headers: Headers;
  /** Known for a real `Response`: it is of another URL than the one that was asked for, and so are its validators. */
  readonly redirected?: boolean;
}

/**
 * A stored response.
 *
 * What is worked out from one is kept as long as the object lives, so its fields and headers must not be changed in
 * place: freshening makes a new object.
 */
export interface StoredView extends ResponseView {
  /** The nominated request fields as `recordNominated` made them. */
  readonly requestHeaders: Headers;
  /** When the request was sent, in milliseconds since the epoch. */
  readonly requestTime: number;
  /** When the response's head was received, in milliseconds since the epoch. */
  readonly responseTime: number;
}
