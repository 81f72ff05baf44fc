/**
 * Deploy skew: a page of one release asks for a part that only that release had. The origin answers 404, 410, or with a
 * page of HTML: its error page, or the app's own. The page gets that answer, since nothing better is known, what is stored
 * stays, and the app is told: it may reload itself into the new release.
 */
import type { SkewEvent } from '../fault.js';
import type { ResponseView } from '../http/index.js';
import { randomId } from '../store/records.js';

/** Without these a page does not work; of an image a 404 is nothing special. */
const NEEDED = new Set(['script', 'style', 'worker']);

/** Destinations for which HTML is never what was meant: an error page, a login page, an app shell. */
const NOT_HTML = new Set([...NEEDED, 'font', 'image']);

/** Whether the response is HTML for something that HTML cannot be (FAULTS: deploy skew, captive portals). */
export function isUnlikely(
  { destination }: Request,
  { headers }: ResponseView,
): boolean {
  return (
    NOT_HTML.has(destination) &&
    /^\s*text\/html\b/i.test(headers.get('content-type') ?? '')
  );
}

/** What to tell of an answer that says that a part of the page is gone; `at` in milliseconds since the epoch. */
export function skewOf(
  request: Request,
  response: ResponseView,
  at: number,
): SkewEvent | undefined {
  const { url, destination } = request;
  const { status } = response;
  const isGone =
    status === 404 || status === 410 || isUnlikely(request, response);
  if (!isGone || !NEEDED.has(destination)) return undefined;
  return { type: 'skew', url, destination, status, at, id: randomId() };
}
