/** Builds the responses that a page sees from what is stored, and from what the network brought. */
import {
  currentAge,
  formatCacheStatus,
  ifRangeHolds,
  requestedRange,
  type ByteRange,
  type CacheStatus,
} from '../http/index.js';
import type { Entry } from '../store/records.js';

/** Statuses whose responses have no body (Fetch Standard, section 2.2.3). */
export const isNullBody = (status: number): boolean =>
  status === 101 ||
  status === 103 ||
  status === 204 ||
  status === 205 ||
  status === 304;

/** Statuses that a script may give a Response. */
export const isBuildable = (status: number): boolean =>
  status >= 200 && status <= 599;

/** The part of a stored body that answers a request; `whole` is all of it, with the stored status. */
export type Part = ByteRange | 'whole' | 'unsatisfiable';

/** Which part of the entry a request asks for (RFC 9110 section 14.2). */
export function partOf(request: Request, entry: Entry): Part {
  const { headers } = request;
  if (!headers.has('range') || request.method !== 'GET') return 'whole';
  if (entry.status === 206) return requestedRange(headers, entry.record.total);
  if (entry.status !== 200 || !ifRangeHolds(headers, entry)) return 'whole';
  return requestedRange(headers, entry.record.length);
}

function fieldsOf(
  entry: Entry,
  status: CacheStatus,
  now: number,
  startedAt: number,
): Headers {
  const headers = new Headers(entry.headers);
  // "a cache MUST generate an Age header field" (RFC 9111 section 4)
  headers.set('Age', String(Math.floor(currentAge(entry, now))));
  headers.append('Cache-Status', formatCacheStatus(status));
  headers.append(
    'Server-Timing',
    `mendbox;desc="${status.hit ? 'hit' : (status.fwd ?? '')}";dur=${(performance.now() - startedAt).toFixed(1)}`,
  );
  return headers;
}

/** Builds the answer from a stored response; `body` holds exactly the bytes of `part`. */
export function stored(
  entry: Entry,
  part: Part,
  body: BodyInit | null,
  status: CacheStatus,
  clock: { readonly now: number; readonly startedAt: number },
): Response {
  const headers = fieldsOf(entry, status, clock.now, clock.startedAt);
  const { total } = entry.record;
  // It counts the whole body.
  if (part !== 'whole') headers.delete('Content-Length');
  if (part === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${total}`);
    return new Response(null, { status: 416, headers });
  }
  if (part !== 'whole') {
    headers.set('Content-Range', `bytes ${part.first}-${part.last}/${total}`);
    return new Response(body, {
      status: 206,
      statusText: 'Partial Content',
      headers,
    });
  }
  const { statusText } = entry.record;
  return new Response(body, { status: entry.status, statusText, headers });
}

/** The network's response with Cache-Status; untouched where a script may not rebuild it. */
export function forwarded(
  response: Response,
  body: ReadableStream<Uint8Array> | null,
  status: CacheStatus,
): Response {
  const headers = new Headers(response.headers);
  headers.append('Cache-Status', formatCacheStatus(status));
  return new Response(isNullBody(response.status) ? null : body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}

/** Whether a response can be rebuilt without loss: opaque ones and redirected ones would become something else. */
export const isRebuildable = ({
  type,
  redirected,
  status,
}: Response): boolean =>
  (type === 'basic' || type === 'cors' || type === 'default') &&
  !redirected &&
  isBuildable(status);

/** "the cache ... MUST NOT use a stale response ... 504" (RFC 9111 sections 4.2.4 and 5.2.2.2). */
export function gatewayTimeout(status: CacheStatus): Response {
  return new Response(null, {
    status: 504,
    statusText: 'Gateway Timeout',
    headers: { 'Cache-Status': formatCacheStatus(status) },
  });
}
