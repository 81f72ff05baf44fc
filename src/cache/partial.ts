/** Partial responses: stored, combined and completed (RFC 9111 sections 3.3 and 3.4). */
import {
  freshen,
  hasStrongValidator,
  parseContentRange,
  sameRepresentation,
  selects,
} from '../http/index.js';
import { readSlice, isBroken } from '../store/body.js';
import type { Draft, Entry, Policy, SealedBody } from '../store/records.js';
import { sealBuffer } from '../store/seal.js';
import type { Core } from './core.js';
import type { Arrival, Fields } from './forward.js';
import type { Visit } from './visit.js';

/** Parts are combined in memory up to this size, in bytes; larger ones replace each other. */
const COMBINED = 32 * 1024 * 1024;

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
  const same = sameRepresentation(entry, draft);
  if (entry.status !== 206)
    return same || !hasStrongValidator(draft) ? undefined : draft;
  return same ? joined(core, entry, draft) : draft;
}

async function joined(core: Core, old: Entry, draft: Draft): Promise<Draft> {
  const { part } = draft;
  if (!part || old.record.total !== part.total) return draft;
  const first = Math.min(old.record.first, part.first);
  const oldEnd = old.record.first + old.record.length;
  const end = Math.max(oldEnd, part.first + draft.body.length);
  const touches =
    old.record.first <= part.first + draft.body.length && part.first <= oldEnd;
  if (!touches || end - first > COMBINED) return draft;
  const oldBytes = await bytesOf(core, old);
  const newBytes = await contentOf(draft.body);
  if (!oldBytes || !newBytes) return draft;
  const whole = new Uint8Array(end - first);
  whole.set(new Uint8Array(oldBytes), old.record.first - first);
  whole.set(new Uint8Array(newBytes), part.first - first);
  const headers = new Headers(draft.headers);
  headers.delete('content-length');
  headers.set('content-range', `bytes ${first}-${end - 1}/${part.total}`);
  const body = sealBuffer(whole.buffer, core.store.takesBlobs);
  return asComplete({
    ...draft,
    headers,
    body,
    part: { first, total: part.total },
  });
}

async function contentOf(body: SealedBody): Promise<ArrayBuffer | undefined> {
  const { content } = body;
  if (content instanceof Blob)
    return content.arrayBuffer().catch(() => undefined);
  return content ?? undefined;
}

/** A stored body's bytes, verified; undefined when they are broken. */
export async function bytesOf(
  core: Core,
  entry: Entry,
): Promise<ArrayBuffer | undefined> {
  const { body, record } = entry;
  if (body.is !== 'blob')
    return body.is === 'buffer' ? body.buffer : new ArrayBuffer(0);
  const whole = new Uint8Array(record.length);
  for (let at = 0, slice = 0; at < record.length; slice++) {
    const { storageTimeoutMs } = core.settings;
    const bytes = await readSlice(entry, body.blob, slice, storageTimeoutMs);
    if (isBroken(bytes)) return undefined;
    whole.set(new Uint8Array(bytes), at);
    at += bytes.byteLength;
  }
  return whole.buffer;
}

/** The stored beginning of a representation that a request wants whole. */
export const isBeginning = (policy: Policy, request: Request): boolean =>
  policy.status === 206 &&
  policy.record.first === 0 &&
  request.method === 'GET' &&
  !request.headers.has('range') &&
  selects(policy, request) === 'match';

/** The fields that ask for what is missing behind a stored beginning. */
export function restFields({ headers, record }: Policy): Fields {
  const range = ['Range', `bytes=${record.length}-`] as const;
  const etag = headers.get('etag');
  return etag?.startsWith('"') ? [range, ['If-Range', etag]] : [range];
}

/** The whole response, when the rest belongs to the same representation; undefined when it must be asked for anew. */
export async function completed(
  core: Core,
  entry: Entry,
  arrival: Arrival,
): Promise<Arrival | undefined> {
  const { response } = arrival;
  const range = parseContentRange(response.headers.get('content-range'));
  const { first, length, total } = entry.record;
  const fits =
    range?.first === first + length &&
    range.total === total &&
    range.last === total - 1 &&
    sameRepresentation(entry, response);
  if (response.status !== 206 || !fits || total > COMBINED) return undefined;
  const begin = await bytesOf(core, entry);
  const rest = await response.arrayBuffer().catch(() => undefined);
  if (!begin || rest?.byteLength !== total - length) return undefined;
  const headers = freshen(entry, response);
  headers.delete('content-range');
  headers.delete('content-length');
  return {
    ...arrival,
    response: new Response(new Blob([begin, rest]), {
      status: 200,
      statusText: 'OK',
      headers,
    }),
  };
}
