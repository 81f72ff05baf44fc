/** What a stored response is found by: URL, credentials and partition. */

/** What names a response's place in the store: `[=partition ][omit ]URL`; a URL holds no space. */
export function baseKey(
  url: string,
  credentialed: boolean,
  partition: string | null,
): string {
  const prefix = partition === null ? '' : partitionPrefix(partition);
  return prefix + (credentialed ? '' : 'omit ') + withoutFragment(url);
}

/** How the keys of a partition begin; one called `omit` is not what has no credentials. */
export const partitionPrefix = (partition: string): string =>
  `=${encodeURIComponent(partition)} `;

/** The URL inside a key. */
export function urlOfKey(key: string): string {
  const [, url] = /(?:^| )(https?:[^ ]*)(?: #\d+)?$/.exec(key) ?? [];
  return url ?? key;
}

/** A URL as HTTP sees it. */
export function withoutFragment(url: string): string {
  const at = url.indexOf('#');
  return at < 0 ? url : url.slice(0, at);
}

/** A URL as a cache sees it that pays no attention to queries. */
export function withoutSearch(url: string): string {
  return withoutFragment(url).replace(/\?.*$/, '');
}

/** The worker's own origin; in Node, where nothing is fetched, there is none. */
const ORIGIN = typeof location === 'undefined' ? '' : location.origin;

/** Whether a URL is of the worker's own origin. */
export const isSameOrigin = (url: string): boolean =>
  url.startsWith(`${ORIGIN}/`);

/**
 * Whether a request carries cookies and the like: responses with and without them are kept apart (Fetch Standard,
 * section 2.2.5).
 */
export const isCredentialed = ({ credentials, url }: Request): boolean =>
  credentials === 'include' ||
  (credentials === 'same-origin' && isSameOrigin(url));
