/** Builds the responses that a page sees from what is stored, and from what the network brought. */
import {
  asksForPart,
  currentAge,
  formatCacheStatus,
  requestedRange,
  type ByteRange,
  type CacheStatus,
} from '../http/index.js';
import { once } from '../once.js';
import {
  headerFields,
  LATIN1,
  type Entry,
  type PolicyRecord,
} from '../store/records.js';

/** Whether responses of a status have no body (Fetch Standard, section 2.2.3); no worker sees the others, 101 and 103. */
export const isNullBody = (status: number): boolean =>
  [204, 205, 304].includes(status);

/** The part of a stored body that answers a request; `whole` is all of it, with the stored status. */
export type Part = ByteRange | 'whole' | 'unsatisfiable';

/** Which part of the entry a request asks for (RFC 9110 section 14.2). */
export function partOf(request: Request, entry: Entry): Part {
  const { status, record } = entry;
  const isDivisible = status === 200 || status === 206;
  return isDivisible && asksForPart(request, entry)
    ? requestedRange(request.headers, record.total)
    : 'whole';
}

type Fields = [name: string, value: string][];

/** What every answer from a stored response repeats. */
interface Repeated {
  /** As they are. */
  readonly fields: Fields;
  /** What caches on the way have said, before what this one says. */
  readonly status: string;
  readonly timing: string;
}

const OURS = new Set(['age', 'cache-status', 'server-timing']);

/**
 * The stored fields, but for what this cache says itself, and how long the body is: the media player of WebKitGTK 2.50 does
 * not seek in a body without a Content-Length.
 */
function describedFields(
  headers: Headers,
  { headers: lines, length }: PolicyRecord,
): Fields {
  const fields: Fields = headerFields(lines).filter(
    ([name]) => !OURS.has(name),
  );
  if (length > 0 && !headers.has('content-length'))
    fields.push(['content-length', String(length)]);
  return fields;
}

/** What a field says already: of two fields of one name only the first would reach the page (Chromium 156). */
const before = (headers: Headers, name: string): string =>
  headers.has(name) ? `${headers.get(name)}, ` : '';

const repeatedOf = once(({ headers, record }: Entry): Repeated => ({
  fields: describedFields(headers, record),
  status: before(headers, 'cache-status'),
  timing: before(headers, 'server-timing'),
}));

function fieldsOf(
  entry: Entry,
  status: CacheStatus,
  now: number,
  startedAt: number,
): Fields {
  const why = status.hit ? 'hit' : (status.fwd ?? '');
  const ms = (performance.now() - startedAt).toFixed(1);
  const repeated = repeatedOf(entry);
  return [
    ...repeated.fields,
    // "a cache MUST generate an Age header field" (RFC 9111 section 4)
    ['age', String(currentAge(entry, now))],
    ['cache-status', repeated.status + formatCacheStatus(status)],
    ['server-timing', `${repeated.timing}mendbox;desc="${why}";dur=${ms}`],
  ];
}

/** Builds the answer from a stored response; `body` holds exactly the bytes of `part`. */
export function responseFrom(
  entry: Entry,
  part: Part,
  body: BodyInit | null,
  status: CacheStatus,
  clock: { readonly now: number; readonly startedAt: number },
): Response {
  const headers = fieldsOf(entry, status, clock.now, clock.startedAt);
  if (part !== 'whole') return partial(entry, part, body, headers);
  const { statusText } = entry.record;
  return new Response(body, { status: entry.status, statusText, headers });
}

function partial(
  entry: Entry,
  part: ByteRange | 'unsatisfiable',
  body: BodyInit | null,
  fields: Fields,
): Response {
  const { total } = entry.record;
  const headers = new Headers(fields);
  // It is of what the stored message held (RFC 9530 section 2).
  headers.delete('content-digest');
  if (part === 'unsatisfiable') {
    headers.delete('content-length');
    headers.set('content-range', `bytes */${total}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set('content-length', String(part.last + 1 - part.first));
  headers.set('content-range', `bytes ${part.first}-${part.last}/${total}`);
  const statusText = 'Partial Content';
  return new Response(body, { status: 206, statusText, headers });
}

/** The network's response with Cache-Status; untouched where a script may not rebuild it. */
export function forwarded(
  response: Response,
  body: ReadableStream<Uint8Array> | null,
  status: CacheStatus,
): Response {
  if (!isRebuildable(response)) return response;
  // Its own fields are copied once, which is most of what a rebuilt response costs.
  const page = new Response(
    isNullBody(response.status) ? null : body,
    response,
  );
  page.headers.set(
    'cache-status',
    before(response.headers, 'cache-status') + formatCacheStatus(status),
  );
  return page;
}

/** Whether a response can be rebuilt without loss: opaque ones and redirected ones would become something else. */
export const isRebuildable = ({
  type,
  redirected,
  status,
  statusText,
}: Response): boolean =>
  (type === 'basic' || type === 'cors' || type === 'default') &&
  !redirected &&
  // What a script may give a Response (Fetch Standard, section 5.5).
  status >= 200 &&
  status <= 599 &&
  LATIN1.test(statusText);

/** "the cache ... MUST NOT use a stale response ... 504" (RFC 9111 sections 4.2.4 and 5.2.2.2). */
export function gatewayTimeout(status: CacheStatus): Response {
  return new Response(null, {
    status: 504,
    statusText: 'Gateway Timeout',
    headers: { 'cache-status': formatCacheStatus(status) },
  });
}
