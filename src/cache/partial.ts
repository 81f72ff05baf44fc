/** Partial responses: stored, combined and completed (RFC 9111 sections 3.3 and 3.4). */
import {
  freshen,
  parseContentRange,
  sameRepresentation,
  selects,
  validation,
} from '../http/index.js';
import type { Draft, Entry, Policy, SealedBody } from '../store/records.js';
import { Sealer } from '../store/seal.js';
import type { Core } from './core.js';
import type { Arrival } from './forward.js';
import { isPartOf } from './refetch.js';
import { partStream } from './splice.js';
import type { Visit } from './visit.js';

/** The part that a 206 carries; undefined for other responses and where the complete length is unknown. */
export function partOfResponse(
  response: Response,
): { readonly first: number; readonly total: number } | undefined {
  if (response.status !== 206) return undefined;
  const range = parseContentRange(response.headers.get('content-range'));
  return range?.total === undefined
    ? undefined
    : { first: range.first, total: range.total };
}

/** A part that is the whole is stored as the whole. */
export function asComplete(draft: Draft): Draft {
  const { part, body } = draft;
  if (!part || body.length !== part.total) return draft;
  const headers = new Headers(draft.headers);
  headers.delete('content-range');
  const { part: _, ...rest } = draft;
  return { ...rest, status: 200, statusText: 'OK', headers };
}

/**
 * What is to be stored of a new part: combined with the stored one "if they share the same strong validator" (RFC 9111
 * section 3.4), nothing when the whole is stored already, else the part alone.
 */
export async function combined(
  core: Core,
  visit: Visit,
  draft: Draft,
): Promise<Draft | undefined> {
  if (!draft.part) return draft;
  const found = await core.store.find(visit.base, (policies) =>
    policies.find((policy) => selects(policy, visit.request) !== 'mismatch'),
  );
  if (found.is !== 'entry') return draft;
  const { entry } = found;
  if (entry.status !== 206)
    // A part of another representation outdates the whole (RFC 9111 section 4.3.3).
    return validation(entry, { ...draft, status: 304 }) === 'unusable'
      ? draft
      : undefined;
  return sameRepresentation(entry, draft)
    ? joined(core, visit, entry, draft)
    : draft;
}

/** Both parts in one, made slice by slice; the new part alone where they do not touch or the old one is broken. */
async function joined(
  core: Core,
  visit: Visit,
  old: Entry,
  draft: Draft,
): Promise<Draft> {
  const { part } = draft;
  if (!part || old.record.total !== part.total) return draft;
  const start = old.record.first;
  const oldEnd = start + old.record.length;
  const first = Math.min(start, part.first);
  const end = Math.max(oldEnd, part.first + draft.body.length);
  const touches =
    start <= part.first + draft.body.length && part.first <= oldEnd;
  if (!touches || end - first > core.settings.maxEntryBytes) return draft;
  const body = await poured(core, visit, old, draft, part.first).catch(
    () => undefined,
  );
  if (!body) return draft;
  const headers = new Headers(draft.headers);
  headers.delete('content-length');
  headers.delete('content-digest');
  headers.set('content-range', `bytes ${first}-${end - 1}/${part.total}`);
  return asComplete({
    ...draft,
    headers,
    body,
    part: { first, total: part.total },
  });
}

/** Seals the bytes of both, each byte once, the earlier part first; rejects where the old ones are broken. */
async function poured(
  core: Core,
  visit: Visit,
  old: Entry,
  { body }: Draft,
  partFirst: number,
): Promise<SealedBody> {
  const { first, length } = old.record;
  const part = new Blob([body.content ?? '']);
  const isLater = partFirst >= first;
  // Whole slices in front keep their digests: they need not be read.
  const sealer = new Sealer(core.store.takesBlobs, isLater ? old : undefined);
  const from = isLater ? sealer.length : partFirst + part.size - first;
  const rest = from < length && (await verifiedFrom(core, visit, old, from));
  const streams = isLater
    ? [rest, part.slice(first + length - partFirst).stream()]
    : [part.stream(), rest];
  for (const stream of streams)
    if (stream)
      await stream.pipeTo(
        new WritableStream({ write: (chunk) => sealer.push(chunk) }),
      );
  return sealer.finish();
}

/** A stored body from a position on, verified; rejects when it begins with a broken slice. */
async function verifiedFrom(
  core: Core,
  visit: Visit,
  entry: Entry,
  first = 0,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const range = { first, last: entry.record.length - 1 };
  const stream = await partStream(core, visit, entry, range);
  if (stream instanceof ReadableStream) return stream;
  throw new Error(stream.fault);
}

/** A stored body's bytes, verified; undefined when they are broken. */
export async function bytesOf(
  core: Core,
  visit: Visit,
  entry: Entry,
): Promise<ArrayBuffer | undefined> {
  // An empty body has no slice that could be verified.
  if (entry.body.is === 'none') return new ArrayBuffer(0);
  try {
    const stream = await verifiedFrom(core, visit, entry);
    return await new Response(stream).arrayBuffer();
  } catch {
    return undefined;
  }
}

/** The stored beginning of a representation that a request wants whole. */
export const isBeginning = (policy: Policy, request: Request): boolean =>
  policy.status === 206 &&
  policy.record.first === 0 &&
  request.method === 'GET' &&
  !request.headers.has('range') &&
  selects(policy, request) === 'match';

/**
 * The whole response, when the origin sent it, or a rest of the same representation; undefined when it must be asked
 * for anew.
 */
export async function completed(
  core: Core,
  visit: Visit,
  entry: Entry,
  arrival: Arrival,
): Promise<Arrival | undefined> {
  const { response } = arrival;
  if (response.status === 200) return arrival;
  const { length, total } = entry.record;
  if (!isPartOf(entry, response, length, total) || !response.body)
    return undefined;
  const begin = await verifiedFrom(core, visit, entry).catch(() => undefined);
  if (!begin) return undefined;
  const headers = freshen(entry, response);
  headers.delete('content-range');
  headers.delete('content-digest');
  headers.set('content-length', String(total));
  const body = chained(begin, response.body, total);
  return {
    ...arrival,
    fwdStatus: response.status,
    response: new Response(body, { status: 200, statusText: 'OK', headers }),
  };
}

/** One stream after the other; an error where they are shorter or longer than announced. */
function chained(
  begin: ReadableStream<Uint8Array>,
  rest: ReadableStream<Uint8Array>,
  length: number,
): ReadableStream<Uint8Array> {
  let left = length;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.length;
      controller.enqueue(chunk);
    },
    flush() {
      if (left !== 0) throw new TypeError('mendbox: the body is too short');
    },
  });
  begin
    .pipeTo(writable, { preventClose: true })
    .then(() => rest.pipeTo(writable))
    // The page that goes away leaves the rest to nobody.
    .catch((reason: unknown) => rest.cancel(reason))
    .catch(() => undefined);
  return readable;
}
